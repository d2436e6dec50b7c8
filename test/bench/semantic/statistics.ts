/** A share with its 95 % interval. */
export interface Share {
  readonly of: number;
  readonly count: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Two-sided 95 % quantile of the normal distribution. */
const Z = 1.959_963_984_540_054;
const RESAMPLES = 2000;
const SEED = 20_261_121;
const LOW_QUANTILE = 0.025;

/** Share of successes with Wilson's score interval (Wilson 1927). */
export function wilson(count: number, of: number): Share {
  if (of === 0) return { of, count, value: Number.NaN, low: 0, high: 1 };
  const value = count / of;
  const centre = (value + Z ** 2 / (2 * of)) / (1 + Z ** 2 / of);
  const half = (Z / (1 + Z ** 2 / of)) * Math.sqrt((value * (1 - value)) / of + Z ** 2 / (4 * of ** 2));
  return { of, count, value, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** Returns a generator of numbers in 0..1 that are the same in each run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Share of positives above the lowest threshold that serves at most the share `bound` of the negatives. Scores of
 * -Infinity are never served.
 */
export function servedAt(positives: readonly number[], negatives: readonly number[], bound: number): number {
  const allowed = Math.floor(bound * negatives.length + 1e-9);
  const threshold = negatives.toSorted((a, b) => b - a)[allowed] ?? Number.NEGATIVE_INFINITY;
  return positives.filter((score) => score > threshold).length / Math.max(1, positives.length);
}

/** {@link servedAt} with a 95 % bootstrap interval: percentiles over 2,000 resamples of positives and negatives. */
export function servedAtWithInterval(
  positives: readonly number[],
  negatives: readonly number[],
  bound: number,
): Pick<Share, "value" | "low" | "high"> {
  const random = seededRandom(SEED);
  const draw = (values: readonly number[]): readonly number[] =>
    values.map(() => values[Math.floor(random() * values.length)] ?? Number.NEGATIVE_INFINITY);
  const draws = Array.from({ length: RESAMPLES }, () => servedAt(draw(positives), draw(negatives), bound)).toSorted((a, b) => a - b);
  const at = (quantile: number): number => draws[Math.floor(quantile * (RESAMPLES - 1))] ?? 0;
  return { value: servedAt(positives, negatives, bound), low: at(LOW_QUANTILE), high: at(1 - LOW_QUANTILE) };
}
