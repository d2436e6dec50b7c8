/** Figures over rounds. The machine is noisy, so each figure is a median of measurements taken side by side. */

/** A median with the lower and the upper quartile. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Median and quartiles of values in any order. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

/** Quantile of ascending values, interpolated linearly between the two nearest ranks. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** The measurements of both sides in one round. */
export interface Pair {
  readonly floor: number;
  readonly product: number;
}

/** Runs both sides in turn after one unmeasured warm-up round. The side that goes first alternates. */
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
