/** Figures over rounds: the machine is noisy, so everything is a median of what was measured side by side. */

/** A median with the quartiles around it. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Median and quartiles; the input needs no order. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

/** Linear between the two nearest ranks. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** What one side and the other reached in one round. */
export interface Pair {
  readonly floor: number;
  readonly product: number;
}

/** Runs both sides in turn, changing who goes first, after one unmeasured warm-up round. */
export async function interleave(rounds: number, floor: () => Promise<number>, product: () => Promise<number>): Promise<readonly Pair[]> {
  await floor();
  await product();
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await floor();
      pairs.push({ floor: first, product: await product() });
    } else {
      const first = await product();
      pairs.push({ floor: await floor(), product: first });
    }
  }
  return pairs;
}
