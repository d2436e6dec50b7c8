import { align } from "./alignment.ts";
import type { Alignment, Match } from "./alignment.ts";
import type { ContentWord, QuestionFeatures } from "../reading/features.ts";
import { AUXILIARIES, FUNCTION_WORDS, LIGHT_WORDS, PRONOUNS } from "../lists/function-words.ts";
import type { WordVectors } from "../../word-vectors.ts";
import { typeDistanceOf } from "../reading/question-opener.ts";
import type { ComparisonValues } from "./comparison-features.ts";
import { rawScore } from "./posterior.ts";
import { vetoes } from "./vetoes.ts";
import type { VetoName } from "./vetoes.ts";

/** The result of comparing two questions. */
export type Comparison = {
  readonly isCanonicallyEqual: boolean;
  readonly alignment: Alignment;
  readonly vetoes: readonly VetoName[];
  /** The questions share a content word, or a pair of related content words. */
  readonly sharesWords: boolean;
  readonly values: ComparisonValues;
  /** Log-odds that the earlier answer is right, before calibration. */
  readonly score: number;
};

const WEAK_QUALITY = 0.7;

function massOf(content: readonly ContentWord[], at: readonly number[]): number {
  return at.reduce((sum, index) => sum + (content[index]?.weight ?? 0), 0);
}

function heaviest(content: readonly ContentWord[], at: readonly number[]): number {
  return at.reduce((max, index) => Math.max(max, content[index]?.weight ?? 0), 0);
}

function inversionsOf(matches: readonly Match[]): number {
  const order = matches.toSorted((one, other) => one.a - other.a);
  let inverted = 0;
  for (let i = 0; i < order.length; i++) for (let j = i + 1; j < order.length; j++) if ((order[i]?.b ?? 0) > (order[j]?.b ?? 0)) inverted++;
  return inverted;
}

// Inversions that are not explained by a moved prepositional phrase, the passive voice or a list. They usually mean
// that agent and object have changed places.
function plainInversionsOf(a: QuestionFeatures, b: QuestionFeatures, matches: readonly Match[]): number {
  if (a.hasPassive !== b.hasPassive || a.type === "difference" || a.type === "statement" || b.type === "statement") return 0;
  const isFree = (features: QuestionFeatures, at: number): boolean =>
    features.content[at]?.role === "" && !(features.content[at]?.text ?? "").endsWith("ly") && !isInList(features, at);
  const plain = matches.filter((match) => isFree(a, match.a) && isFree(b, match.b)).toSorted((one, other) => one.a - other.a);
  return inversionsOf(plain);
}

function isInList(features: QuestionFeatures, at: number): boolean {
  const position = features.content[at]?.position ?? 0;
  return ["and", "or"].includes(features.words[position - 1] ?? "") || ["and", "or"].includes(features.words[position + 1] ?? "");
}

const NEUTRAL_ROLES = new Set(["", "of", "for", "in", "on", "at", "with", "by", "about"]);

function roleChanges(a: QuestionFeatures, b: QuestionFeatures, matches: readonly Match[]): number {
  return matches.filter((match) => {
    const [one = "", other = ""] = [a.content[match.a]?.role, b.content[match.b]?.role];
    return one !== other && !(NEUTRAL_ROLES.has(one) && NEUTRAL_ROLES.has(other));
  }).length;
}

function difference(a: readonly string[], b: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of a) left.set(word, (left.get(word) ?? 0) + 1);
  for (const word of b) left.set(word, (left.get(word) ?? 0) - 1);
  return [...left.values()].reduce((sum, count) => sum + Math.abs(count), 0);
}

function isPlainFunction(word: string): boolean {
  return FUNCTION_WORDS.has(word) && !AUXILIARIES.has(word) && !PRONOUNS.has(word) && !["a", "an", "the"].includes(word);
}

// Differences in words for third persons, which show that the questions are about different people.
function pronounDifference(a: QuestionFeatures, b: QuestionFeatures): number {
  const person = (features: QuestionFeatures): readonly string[] => [
    ...new Set(
      features.words.filter((word) =>
        ["he", "his", "him", "she", "her", "they", "them", "their", "someone", "else", "another", "other"].includes(word),
      ),
    ),
  ];
  return difference(person(a), person(b));
}

function headOf(features: QuestionFeatures): number {
  return features.content.findIndex((word) => !LIGHT_WORDS.has(word.lemma));
}

function headMismatch(a: QuestionFeatures, b: QuestionFeatures, alignment: Alignment): number {
  return (alignment.leftA.includes(headOf(a)) ? 1 : 0) + (alignment.leftB.includes(headOf(b)) ? 1 : 0);
}

function massesOf(a: QuestionFeatures, b: QuestionFeatures, { matches, leftA, leftB }: Alignment) {
  const [massA, massB] = [massOf(a.content, leftA), massOf(b.content, leftB)];
  const matched = matches.reduce((sum, match) => sum + ((a.content[match.a]?.weight ?? 0) + (b.content[match.b]?.weight ?? 0)) / 2, 0);
  const weak = matches
    .filter((match) => match.quality < WEAK_QUALITY)
    .reduce((sum, match) => sum + (1 - match.quality) * Math.max(a.content[match.a]?.weight ?? 0, b.content[match.b]?.weight ?? 0), 0);
  const synonym = matches
    .filter((match) => match.quality >= WEAK_QUALITY && match.kind !== "same")
    .reduce((sum, match) => sum + Math.max(a.content[match.a]?.weight ?? 0, b.content[match.b]?.weight ?? 0), 0);
  return { massA, massB, matched, weak, synonym };
}

function valuesOf(a: QuestionFeatures, b: QuestionFeatures, alignment: Alignment, cosine: number, vetoCount: number): ComparisonValues {
  const { matches, leftA, leftB } = alignment;
  const { massA, massB, matched, weak, synonym } = massesOf(a, b, alignment);
  const typeDistance = typeDistanceOf(a, b);
  return {
    cosine,
    unmatchedMax: Math.max(massA, massB),
    unmatchedMin: Math.min(massA, massB),
    unmatchedShare: (massA + massB + weak) / Math.max(1, massA + massB + 2 * matched),
    heaviestUnmatched: Math.max(heaviest(a.content, leftA), heaviest(b.content, leftB)),
    unmatchedCountMax: Math.max(leftA.length, leftB.length),
    unmatchedCountMin: Math.min(leftA.length, leftB.length),
    weakMass: weak,
    vectorMatches: matches.filter((match) => match.kind === "vector").length,
    synonymMass: synonym,
    leftoverSimilarity: alignment.leftoverSimilarity,
    matchedMass: matched,
    contentMin: Math.min(a.content.length, b.content.length),
    contentMax: Math.max(a.content.length, b.content.length),
    typeDistance,
    typeIsSame: a.type === b.type ? 1 : 0,
    inversions: inversionsOf(matches),
    plainInversions: plainInversionsOf(a, b, matches),
    roleChanges: roleChanges(a, b, matches),
    unmatchedNames: leftA.filter((at) => a.content[at]?.isName).length + leftB.filter((at) => b.content[at]?.isName).length,
    functionDifference: difference(a.body.filter(isPlainFunction), b.body.filter(isPlainFunction)),
    prepositionDifference: difference(a.prepositions, b.prepositions),
    tenseDifference: a.isPast === b.isPast ? 0 : 1,
    pronounDifference: pronounDifference(a, b),
    headMismatch: headMismatch(a, b, alignment),
    lengthRatio: Math.min(a.body.length, b.body.length) / Math.max(1, a.body.length, b.body.length),
    vetoCount,
  };
}

/** Compares an earlier question with a new one. `cosine` is the cosine of their sentence embeddings. */
export function compare(earlier: QuestionFeatures, asked: QuestionFeatures, cosine: number, vectors: WordVectors | undefined): Comparison {
  const alignment = align(earlier, asked, vectors);
  const fired = vetoes(earlier, asked, alignment);
  const values = valuesOf(earlier, asked, alignment, cosine, fired.length);
  return {
    isCanonicallyEqual: earlier.canonical === asked.canonical,
    alignment,
    vetoes: fired,
    sharesWords: alignment.matches.length > 0,
    values,
    score: rawScore(values),
  };
}
