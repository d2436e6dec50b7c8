import type { Comparison } from "./comparison.ts";
import { CALIBRATION_RIGHT, CALIBRATION_WRONG, SCORE_BIN_EDGES } from "./data/posterior-model.ts";
import { rawScore } from "./posterior.ts";
import { lowerBound } from "./trust.ts";
import type { ScopeTrust } from "./trust.ts";
import type { VetoName } from "./vetoes.ts";

/** Largest share of look-alike questions that may be served another's answer, unless the operator says otherwise. */
export const DEFAULT_ERROR_BOUND = 0.01;
/** Confidence of every bound: shipped calibration, and evidence gathered in a scope. */
export const BOUND_CONFIDENCE = 0.95;
/** Confidence at which a scope's own mistakes close a bin; lower, because closing is the safe side. */
export const BREACH_CONFIDENCE = 0.9;
/** Least P(right), by the calibration table, for which asking the judge is worth a call. */
const MIN_GREY_POSTERIOR = 0.2;
/** A second opinion below this takes a served answer back into the grey zone. It never lifts one until it is calibrated. */
const VERIFIER_DOUBT = 0.2;

/**
 * The calibration's authors had all been read when the rules were made, though never by the model that scored them. Pairs that
 * are seen for the first time hold kinds of look-alikes that nobody has thought of: about twice as many were served.
 */
const UNSEEN_FACTOR = 2;

const BIN_COUNT = SCORE_BIN_EDGES.length;
const EQUAL_BIN = BIN_COUNT - 1;

/** Where the bands begin, as indexes of score bins; `serveFrom` may be past the last bin, then nothing is served. */
export type Bands = {
  readonly serveFrom: number;
  readonly greyFrom: number;
  readonly errorBound: number;
};

export type VerdictInput = {
  readonly comparison: Comparison;
  /** Cosine of the two sentence embeddings. */
  readonly cosine: number;
  readonly bands: Bands;
  /** Least cosine that the caller or the operator accepts; it can only take answers away. */
  readonly minSimilarity?: number;
  /** P(the earlier answer is right) by a cross-encoder over both texts, when there is one. */
  readonly verifierScore?: number;
};

export type VerdictReason =
  | "normalised_equal"
  | "calibrated"
  | "verifier_doubts"
  | "uncertain"
  | "veto"
  | "below_min_similarity"
  | "unlikely";

export type Verdict = {
  readonly kind: "serve" | "grey" | "reject";
  readonly reason: VerdictReason;
  /** P(right) of the pair's score bin, a lower bound by the shipped calibration. */
  readonly posterior: number;
  /** Score bin, for feedback and audits. */
  readonly band: number;
  readonly vetoes: readonly VetoName[];
};

/** The score bin of a comparison; pairs that are equal after normalisation have the last one to themselves. */
export function scoreBin(comparison: Comparison): number {
  if (comparison.isCanonicallyEqual) return EQUAL_BIN;
  const score = rawScore(comparison);
  let bin = 0;
  while (bin + 1 < EQUAL_BIN && score >= (SCORE_BIN_EDGES[bin + 1] ?? Infinity)) bin++;
  return bin;
}

/** Number of score bins, for a scope's counts. */
export function scoreBinCount(): number {
  return BIN_COUNT;
}

function sumFrom(counts: readonly number[], from: number, to = BIN_COUNT): number {
  return counts.slice(from, to).reduce((sum, count) => sum + count, 0);
}

/** Lower bound on P(right) in each bin, made monotone; when half of all candidates are look-alikes. */
const BIN_POSTERIORS: readonly number[] = (() => {
  const bounds: number[] = [];
  for (let bin = 0; bin < BIN_COUNT; bin++) {
    // Pooled upwards, so that a thin bin borrows from its better neighbours only what order guarantees.
    const own = lowerBound(CALIBRATION_RIGHT[bin] ?? 0, CALIBRATION_WRONG[bin] ?? 0, BOUND_CONFIDENCE);
    bounds.push(Math.max(own, bounds[bin - 1] ?? 0));
  }
  return bounds;
})();

/** Upper bound on the share of look-alikes that are served when everything from `bin` on is served. */
function wrongShareBound(bin: number): number {
  const served = sumFrom(CALIBRATION_WRONG, bin);
  const kept = sumFrom(CALIBRATION_WRONG, 0, bin);
  return 1 - lowerBound(kept, served, BOUND_CONFIDENCE);
}

// A scope's own mistakes: the lower bound on its error share is above what the operator allows.
function isBreached(trust: ScopeTrust, from: number, to: number, errorBound: number): boolean {
  return lowerBound(sumFrom(trust.wrong, from, to), sumFrom(trust.right, from, to), BREACH_CONFIDENCE) > errorBound;
}

// A scope's own successes: with 95 % confidence no more than the allowed share of the answers in these bins is wrong.
function isEarned(trust: ScopeTrust, from: number, to: number, errorBound: number): boolean {
  return lowerBound(sumFrom(trust.right, from, to), sumFrom(trust.wrong, from, to), BOUND_CONFIDENCE) >= 1 - errorBound;
}

/** The bands at an error bound, for a scope with what it has learned. A tighter bound never serves more. */
export function resolveBands(errorBound: number, trust?: ScopeTrust): Bands {
  let serveFrom = BIN_COUNT;
  while (serveFrom > 0 && UNSEEN_FACTOR * wrongShareBound(serveFrom - 1) <= errorBound) serveFrom--;
  const greyFrom = BIN_POSTERIORS.findIndex((posterior) => posterior >= MIN_GREY_POSTERIOR);
  if (trust) {
    while (serveFrom > 0 && isEarned(trust, serveFrom - 1, serveFrom, errorBound)) serveFrom--;
    while (serveFrom < EQUAL_BIN && isBreached(trust, serveFrom, EQUAL_BIN, errorBound)) serveFrom++;
    if (isBreached(trust, EQUAL_BIN, BIN_COUNT, errorBound)) serveFrom = BIN_COUNT;
  }
  return { serveFrom, greyFrom: Math.min(greyFrom < 0 ? BIN_COUNT : greyFrom, serveFrom), errorBound };
}

/** Decides whether an earlier question's answer is served for a new question, left to a judge, or rejected. */
export function verdict({ comparison, cosine, bands, minSimilarity, verifierScore }: VerdictInput): Verdict {
  const band = scoreBin(comparison);
  const base = { posterior: BIN_POSTERIORS[band] ?? 0, band, vetoes: comparison.vetoes };
  if (minSimilarity !== undefined && !(cosine >= minSimilarity)) return { kind: "reject", reason: "below_min_similarity", ...base };
  // Texts that are equal after normalisation ask the same; no rule about two different texts applies.
  if (comparison.isCanonicallyEqual && band >= bands.serveFrom) return { kind: "serve", reason: "normalised_equal", ...base };
  if (comparison.vetoes.length > 0) return { kind: "reject", reason: "veto", ...base };
  // Two texts that share no word are a judge's case, whatever the model has seen.
  const isShared = comparison.alignment.matches.length > 0;
  if (band >= bands.serveFrom && isShared) {
    return verifierScore !== undefined && verifierScore < VERIFIER_DOUBT
      ? { kind: "grey", reason: "verifier_doubts", ...base }
      : { kind: "serve", reason: "calibrated", ...base };
  }
  return band >= bands.greyFrom ? { kind: "grey", reason: "uncertain", ...base } : { kind: "reject", reason: "unlikely", ...base };
}
