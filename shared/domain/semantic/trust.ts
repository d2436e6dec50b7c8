/** Counts per score bin of the posterior model, from the least to the most certain bin; see `SCORE_BIN_EDGES`. */
export type BinCounts = {
  /** Decisions in each bin whose answer was right. */
  readonly right: readonly number[];
  /** Decisions in each bin whose answer was wrong. */
  readonly wrong: readonly number[];
};

/** What one scope has learned from judges, feedback and audits. */
export type ScopeTrust = BinCounts;

export type Observation = {
  readonly bin: number;
  readonly isRight: boolean;
  /** Where the observation comes from. The source and the outcome decide how much the observation counts. */
  readonly source: "judge" | "audit" | "feedback";
};

const WEIGHTS: Readonly<Record<Observation["source"], number>> = { judge: 1, audit: 1, feedback: 0.5 };
/** Complaints weigh more than praise, because few users report a wrong answer. */
const COMPLAINT_WEIGHT = 2;
const CONTINUED_FRACTION_STEPS = 200;
const BISECTION_STEPS = 60;
const TINY = 1e-300;

export function emptyTrust(bins: number): ScopeTrust {
  return { right: Array.from({ length: bins }, () => 0), wrong: Array.from({ length: bins }, () => 0) };
}

/** Returns the scope's counts with one more observation. An observation of an unknown bin is ignored. */
export function observe(trust: ScopeTrust, observation: Observation): ScopeTrust {
  const { bin, isRight, source } = observation;
  if (!Number.isInteger(bin) || bin < 0 || bin >= trust.right.length) return trust;
  const weight = source === "feedback" && !isRight ? COMPLAINT_WEIGHT : WEIGHTS[source];
  const bump = (counts: readonly number[]): readonly number[] => counts.map((count, i) => (i === bin ? count + weight : count));
  return isRight ? { ...trust, right: bump(trust.right) } : { ...trust, wrong: bump(trust.wrong) };
}

// Lanczos approximation (g = 7, n = 9), accurate to 1e-13 for positive arguments.
const LANCZOS = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1, -176.615_029_162_140_6,
  12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6, 1.505_632_735_149_311_6e-7,
] as const;

function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  const t = z + 7.5;
  const series = LANCZOS.reduce((sum, coefficient, i) => (i === 0 ? coefficient : sum + coefficient / (z + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

// Lentz's method for the continued fraction of the incomplete beta function (Numerical Recipes 6.4).
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / (Math.abs(1 - ((a + b) * x) / (a + 1)) < TINY ? TINY : 1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= CONTINUED_FRACTION_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || TINY);
    c = 1 + even / c || TINY;
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || TINY);
    c = 1 + odd / c || TINY;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return fraction;
}

/** Regularised incomplete beta function: P(X ≤ x) for X ~ Beta(a, b). */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(a, b, x)) / a : 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

/**
 * Lower confidence bound on a share of successes: the `1 − confidence` quantile of the Beta posterior under
 * Jeffreys' prior. Returns 0 if there was no success.
 */
export function lowerBound(right: number, wrong: number, confidence: number): number {
  if (right <= 0) return 0;
  let low = 0;
  let high = 1;
  for (let i = 0; i < BISECTION_STEPS; i++) {
    const middle = (low + high) / 2;
    if (betaCdf(middle, right + 0.5, wrong + 0.5) < 1 - confidence) low = middle;
    else high = middle;
  }
  return low;
}
