import type { ScoreCalibration } from "./calibration.ts";
import type { WordVectors } from "./word-vectors.ts";

/**
 * Longest text that the rules of any language compare, in characters. The Worker does not send a longer one to the
 * shard: as a part of the request's body, it would cross twice.
 */
export const MAX_QUESTION_CHARACTERS = 4096;

/** Why similarity search is not, or not fully, available for a question. */
export type IneligibleReason = "empty" | "too_long" | "code" | "payload" | "creative" | "time_relative" | "too_short";

/**
 * How far similarity search may go for a text. `normalised_only`: an earlier answer is used only if both texts are
 * equal after normalisation. `exact_only`: similarity search is not used at all.
 */
export type Eligibility =
  | { readonly kind: "eligible" }
  | { readonly kind: "normalised_only"; readonly reason: IneligibleReason }
  | { readonly kind: "exact_only"; readonly reason: IneligibleReason };

/** The result of comparing two questions. */
export interface PairComparison {
  /** The texts are equal after normalisation. */
  readonly isCanonicallyEqual: boolean;
  /** Names of the rules that forbid serving one question's answer for the other. */
  readonly vetoes: readonly string[];
  /** The questions share a content word, or a pair of related content words. */
  readonly sharesWords: boolean;
  /** Log-odds that the earlier answer is right, before calibration. */
  readonly score: number;
}

/** What a language's rules know about one text. It is computed once per text and kept. */
export interface TextReading {
  /** Normalised text. It is equal for two texts only if they ask the same question. */
  readonly canonical: string;
}

/** Everything that similarity search needs to know about a language. `Reading` is the language's analysis of a text. */
export interface LanguageRules<Reading extends TextReading> {
  readonly calibration: ScoreCalibration;
  eligibility(text: string): Eligibility;
  /** Returns the normalised text without computing the rest of a reading. */
  canonical(text: string): string;
  read(text: string): Reading;
  /** Returns the vetoes that do not need the words to be aligned. They are cheap enough to be checked first. */
  cheapVetoes(earlier: Reading, asked: Reading): readonly string[];
  /** @param cosine Cosine of the two sentence embeddings. */
  compare(earlier: Reading, asked: Reading, cosine: number, vectors: WordVectors): PairComparison;
}
