import type { ScoreCalibration } from "./calibration.ts";
import type { WordVectors } from "./word-vectors.ts";

/** Why a question is not, or not fully, open to similarity search. */
export type IneligibleReason = "empty" | "too_long" | "code" | "payload" | "creative" | "time_relative" | "too_short";

/**
 * How far similarity search may go for a text. `normalised_only`: an earlier answer is used only when both texts are
 * equal after normalisation. `exact_only`: not even then.
 */
export type Eligibility =
  | { readonly kind: "eligible" }
  | { readonly kind: "normalised_only"; readonly reason: IneligibleReason }
  | { readonly kind: "exact_only"; readonly reason: IneligibleReason };

/** Two questions compared. */
export interface PairComparison {
  /** Equal after normalisation. */
  readonly isCanonicallyEqual: boolean;
  /** Names of the rules that forbid serving one question's answer for the other. */
  readonly vetoes: readonly string[];
  /** The questions have a content word in common, or two that mean the same. */
  readonly sharesWords: boolean;
  /** Log-odds that the earlier answer is right, before calibration. */
  readonly score: number;
}

/** What is known of one text. Made once for each text and kept. */
export interface TextReading {
  /** Normalised text: equal for two texts only when they ask the same. */
  readonly canonical: string;
}

/** Everything that similarity search needs to know about a language. `Reading` is the language's own view of a text. */
export interface LanguageRules<Reading extends TextReading> {
  readonly calibration: ScoreCalibration;
  eligibility(text: string): Eligibility;
  /** Normalised text, without the rest of a reading. */
  canonical(text: string): string;
  read(text: string): Reading;
  /** Vetoes that need no comparison word by word: cheap enough to ask first. */
  cheapVetoes(earlier: Reading, asked: Reading): readonly string[];
  /** @param cosine of the two sentence embeddings */
  compare(earlier: Reading, asked: Reading, cosine: number, vectors: WordVectors): PairComparison;
}
