import type { BinCounts } from "./trust.ts";
import { lowerBound } from "./trust.ts";

/** Confidence level of the bounds on the shipped calibration and on the evidence that opens a score bin for a scope. */
export const BOUND_CONFIDENCE = 0.95;

/**
 * How many answers were right and wrong on labelled pairs, by score bin. The last bin is reserved for pairs that are
 * equal after normalisation. No score falls into it.
 */
export interface ScoreCalibration extends BinCounts {
  /** Lower edge of each bin, ascending. */
  readonly edges: readonly number[];
}

/** Number of score bins, including the bin of equal texts. */
export function binCount(calibration: ScoreCalibration): number {
  return calibration.edges.length;
}

/** Index of the bin for pairs that are equal after normalisation. */
export function equalBin(calibration: ScoreCalibration): number {
  return calibration.edges.length - 1;
}

/** Index of the bin that a score falls into. It is never the bin of equal texts. */
export function binOfScore(calibration: ScoreCalibration, score: number): number {
  const last = equalBin(calibration);
  let bin = 0;
  while (bin + 1 < last && score >= (calibration.edges[bin + 1] ?? Infinity)) bin++;
  return bin;
}

/** Sum of the counts in the bins from `from` up to, but not including, `to`. */
export function sumOfBins(counts: readonly number[], from: number, to = counts.length): number {
  return counts.slice(from, to).reduce((sum, count) => sum + count, 0);
}

/**
 * Lower bound on P(right) for each bin. The bound never falls from one bin to the next. It assumes that half of all
 * candidates are look-alikes.
 */
export function binPosteriors(calibration: ScoreCalibration): readonly number[] {
  const bounds: number[] = [];
  for (let bin = 0; bin < binCount(calibration); bin++) {
    // A higher bin is at least as reliable as the bins below it, so a bin with few pairs may use their bound.
    const own = lowerBound(calibration.right[bin] ?? 0, calibration.wrong[bin] ?? 0, BOUND_CONFIDENCE);
    bounds.push(Math.max(own, bounds[bin - 1] ?? 0));
  }
  return bounds;
}

/** Upper bound on the share of look-alikes that are served if `bin` and all bins above it are served. */
export function wrongShareBound(calibration: ScoreCalibration, bin: number): number {
  const served = sumOfBins(calibration.wrong, bin);
  const kept = sumOfBins(calibration.wrong, 0, bin);
  return 1 - lowerBound(kept, served, BOUND_CONFIDENCE);
}
