import type { ScoreCalibration } from "./calibration.ts";
import { BOUND_CONFIDENCE, binCount, binOfScore, binPosteriors, equalBin, sumOfBins, wrongShareBound } from "./calibration.ts";
import { english } from "./english/english.ts";
import type { PairComparison } from "./language-rules.ts";
import type { ScopeTrust } from "./trust.ts";
import { lowerBound } from "./trust.ts";

/** Confidence at which a scope's own mistakes close a score bin. Lower than for opening a bin: closing is safe. */
const BREACH_CONFIDENCE = 0.9;
/** Least calibrated P(right) at which asking the judge is worth a call. */
const MIN_GREY_POSTERIOR = 0.2;

/**
 * Safety factor on the calibrated share of look-alikes served. The rules were written with all calibration pairs in
 * view, although the model that scored a pair had not been trained on it. Pairs from new authors contain new kinds of
 * look-alikes, and about twice as many of those were served.
 */
const UNSEEN_FACTOR = 2;

const CALIBRATION: ScoreCalibration = english().calibration;
const BIN_COUNT = binCount(CALIBRATION);
const EQUAL_BIN = equalBin(CALIBRATION);
const BIN_POSTERIORS = binPosteriors(CALIBRATION);

/** The score bins at which serving and the grey zone begin. If `serveFrom` is past the last bin, nothing is served. */
export type ScoreThresholds = {
  readonly serveFrom: number;
  readonly greyFrom: number;
  readonly errorBound: number;
};

export type VerdictInput = {
  readonly comparison: PairComparison;
  /** Cosine of the two sentence embeddings. */
  readonly cosine: number;
  readonly thresholds: ScoreThresholds;
  /** Least cosine that the caller or the operator accepts. It can only reduce what is served. */
  readonly minSimilarity?: number;
};

export type VerdictReason = "normalised_equal" | "calibrated" | "uncertain" | "veto" | "below_min_similarity" | "unlikely";

/** What to do with one candidate: serve it, leave it to the judge (`grey`), or reject it. */
export type Verdict = {
  readonly kind: "serve" | "grey" | "reject";
  readonly reason: VerdictReason;
  /** Lower bound on P(right) in the pair's score bin, from the shipped calibration. */
  readonly posterior: number;
  /** The pair's score bin. Feedback, judge and audits count their verdicts in it. */
  readonly scoreBin: number;
  readonly vetoes: readonly string[];
};

/** Number of score bins, which is the length of a scope's counts. */
export function scoreBinCount(): number {
  return BIN_COUNT;
}

/** The score bin of a comparison. The last bin holds only pairs that are equal after normalisation. */
export function scoreBinOf({ isCanonicallyEqual, score }: PairComparison): number {
  return isCanonicallyEqual ? EQUAL_BIN : binOfScore(CALIBRATION, score);
}

// Whether the scope's own mistakes close these bins: the lower bound on its share of errors exceeds the error bound.
function isBreached(trust: ScopeTrust, from: number, to: number, errorBound: number): boolean {
  return lowerBound(sumOfBins(trust.wrong, from, to), sumOfBins(trust.right, from, to), BREACH_CONFIDENCE) > errorBound;
}

// Whether the scope's own successes open these bins: with 95 % confidence its share of errors is within the bound.
function isEarned(trust: ScopeTrust, from: number, to: number, errorBound: number): boolean {
  return lowerBound(sumOfBins(trust.right, from, to), sumOfBins(trust.wrong, from, to), BOUND_CONFIDENCE) >= 1 - errorBound;
}

/**
 * Computes the thresholds for an error bound. `trust` adds what a scope has learned. A tighter bound never serves more.
 */
export function resolveThresholds(errorBound: number, trust?: ScopeTrust): ScoreThresholds {
  let serveFrom = BIN_COUNT;
  while (serveFrom > 0 && UNSEEN_FACTOR * wrongShareBound(CALIBRATION, serveFrom - 1) <= errorBound) serveFrom--;
  const greyFrom = BIN_POSTERIORS.findIndex((posterior) => posterior >= MIN_GREY_POSTERIOR);
  if (trust) {
    while (serveFrom > 0 && isEarned(trust, serveFrom - 1, serveFrom, errorBound)) serveFrom--;
    while (serveFrom < EQUAL_BIN && isBreached(trust, serveFrom, EQUAL_BIN, errorBound)) serveFrom++;
    if (isBreached(trust, EQUAL_BIN, BIN_COUNT, errorBound)) serveFrom = BIN_COUNT;
  }
  return { serveFrom, greyFrom: Math.min(greyFrom < 0 ? BIN_COUNT : greyFrom, serveFrom), errorBound };
}

/** Decides whether an earlier question's answer is served for a new question, left to the judge, or rejected. */
export function verdict({ comparison, cosine, thresholds, minSimilarity }: VerdictInput): Verdict {
  const scoreBin = scoreBinOf(comparison);
  const base = { posterior: BIN_POSTERIORS[scoreBin] ?? 0, scoreBin, vetoes: comparison.vetoes };
  if (minSimilarity !== undefined && !(cosine >= minSimilarity)) return { kind: "reject", reason: "below_min_similarity", ...base };
  // Texts that are equal after normalisation ask the same question, so the vetoes do not apply to them.
  if (comparison.isCanonicallyEqual && scoreBin >= thresholds.serveFrom) return { kind: "serve", reason: "normalised_equal", ...base };
  if (comparison.vetoes.length > 0) return { kind: "reject", reason: "veto", ...base };
  // Two texts that share no word are left to the judge, whatever their score.
  if (scoreBin >= thresholds.serveFrom && comparison.sharesWords) return { kind: "serve", reason: "calibrated", ...base };
  return scoreBin >= thresholds.greyFrom ? { kind: "grey", reason: "uncertain", ...base } : { kind: "reject", reason: "unlikely", ...base };
}
