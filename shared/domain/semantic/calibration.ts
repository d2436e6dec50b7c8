import type { BinCounts } from "./trust.ts";
import { lowerBound } from "./trust.ts";

/** Confidence of every bound: the shipped calibration, and the evidence that a scope gathers. */
export const BOUND_CONFIDENCE = 0.95;

/**
 * What a score was worth on labelled pairs. Scores fall into bins; the last bin is for pairs that are equal after
 * normalisation and is never chosen by a score.
 */
export interface ScoreCalibration extends BinCounts {
  /** Lower edge of each bin, ascending. */
  readonly edges: readonly number[];
}

/** Number of score bins, the bin of equal texts included. */
export function binCount(calibration: ScoreCalibration): number {
  return calibration.edges.length;
}

/** The bin of pairs that are equal after normalisation. */
export function equalBin(calibration: ScoreCalibration): number {
  return calibration.edges.length - 1;
}

/** The bin that a score falls into. */
export function binOfScore(calibration: ScoreCalibration, score: number): number {
  const last = equalBin(calibration);
  let bin = 0;
  while (bin + 1 < last && score >= (calibration.edges[bin + 1] ?? Infinity)) bin++;
  return bin;
}

/** Sum of the counts of the bins in [from, to). */
export function sumOfBins(counts: readonly number[], from: number, to = counts.length): number {
  return counts.slice(from, to).reduce((sum, count) => sum + count, 0);
}

/** Lower bound on P(right) in each bin, made monotone. Assumes that half of all candidates are look-alikes. */
export function binPosteriors(calibration: ScoreCalibration): readonly number[] {
  const bounds: number[] = [];
  for (let bin = 0; bin < binCount(calibration); bin++) {
    // A bin is never worth less than the bins below it: a thin bin borrows what the order guarantees.
    const own = lowerBound(calibration.right[bin] ?? 0, calibration.wrong[bin] ?? 0, BOUND_CONFIDENCE);
    bounds.push(Math.max(own, bounds[bin - 1] ?? 0));
  }
  return bounds;
}

/** Upper bound on the share of look-alikes that are served when every bin from `bin` on is served. */
export function wrongShareBound(calibration: ScoreCalibration, bin: number): number {
  const served = sumOfBins(calibration.wrong, bin);
  const kept = sumOfBins(calibration.wrong, 0, bin);
  return 1 - lowerBound(kept, served, BOUND_CONFIDENCE);
}
