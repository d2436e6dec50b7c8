import { areAntonyms, relationOf } from "../reading/lexicon.ts";
import type { ContentWord, QuestionFeatures } from "../reading/features.ts";
import { SCOPE_CHOICES } from "../lists/opposites.ts";
import { isMisspellingOf } from "../normalise/spelling-correction.ts";
import type { WordVectors } from "../../word-vectors.ts";

export type MatchKind = "same" | "synonym" | "derived" | "misspelling" | "compound" | "wordnet_strong" | "wordnet_weak" | "vector";

export type Match = {
  readonly a: number;
  readonly b: number;
  readonly kind: MatchKind;
  /** How reliable the match is, from 0 to 1. */
  readonly quality: number;
};

export type Alignment = {
  readonly matches: readonly Match[];
  /** Indexes into `content` of the words without a partner. */
  readonly leftA: readonly number[];
  readonly leftB: readonly number[];
  /** Highest vector similarity of two words that no other relation pairs, one from each side; 0 if there is none. */
  readonly leftoverSimilarity: number;
};

const QUALITY: Readonly<Record<MatchKind, number>> = {
  same: 1,
  misspelling: 0.95,
  synonym: 0.92,
  compound: 0.95,
  derived: 0.85,
  wordnet_strong: 0.65,
  wordnet_weak: 0.4,
  vector: 0.3,
};
const MIN_VECTOR_SIMILARITY = 0.6;
const MIN_SHARED_STEM = 5;

// The lists join the words of a phrase with underscores.
function listedAs(word: string): string {
  return word.includes(" ") ? word.replaceAll(" ", "_") : word;
}

/** Whether the words are listed opposites, or different choices of one line of the scope words ("under" / "over"). */
export function areOpposed(wordA: string, wordB: string): boolean {
  const a = listedAs(wordA);
  const b = listedAs(wordB);
  if (a === b) return false;
  if (areAntonyms(a, b)) return true;
  const others = SCOPE_CHOICES.get(b);
  if (others === undefined) return false;
  return (SCOPE_CHOICES.get(a) ?? []).some((one) => others.some((other) => other.line === one.line && other.choice !== one.choice));
}

function isOpposedWord(a: ContentWord, b: ContentWord): boolean {
  return areOpposed(a.text, b.text) || areOpposed(a.lemma, b.lemma);
}

// A phrase is opposed to another if one of its words is ("cheapest" / "most expensive").
function holdsOpposite(a: ContentWord, b: ContentWord): boolean {
  if (isOpposedWord(a, b)) return true;
  if (!a.lemma.includes(" ") && !b.lemma.includes(" ")) return false;
  const others = b.text.split(" ");
  return a.text.split(" ").some((one) => others.some((other) => areOpposed(one, other)));
}

// "resign" / "resignation", "vaccine" / "vaccinated": the words share a long beginning and differ only in the suffix.
function shareStem(a: string, b: string): boolean {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  if (shared < MIN_SHARED_STEM || shared < Math.max(a.length, b.length) - 5) return false;
  const tails = [a.slice(shared), b.slice(shared)];
  return tails.every((tail) =>
    /^(?:e|y|s|ed|d|r|er|or|ing|ion|ation|ition|ment|al|ally|ly|ity|ness|able|ible|ance|ence|ant|ent|ive|ative|ful|ist|ic|ical|ies|ize|t|te|ate|ated|)$/u.test(
      tail,
    ),
  );
}

// A misspelt word breaks a listed phrase ("aply for"), and its first word then stands alone.
function firstWordOf(word: ContentWord): string {
  const end = word.text.indexOf(" ");
  return end < 0 ? word.text : word.text.slice(0, end);
}

function kindOf(a: ContentWord, b: ContentWord): MatchKind | undefined {
  if (a.lemma === b.lemma || a.text === b.text) return "same";
  if (a.kind !== "word" || b.kind !== "word") return undefined;
  if (isOpposedWord(a, b)) return undefined;
  const relation = relationOf(a.lemma, b.lemma);
  if (
    relation === "synonym" ||
    (a.text !== a.lemma && relationOf(a.text, b.lemma) === "synonym") ||
    (b.text !== b.lemma && relationOf(a.lemma, b.text) === "synonym")
  )
    return "synonym";
  if (relation === "derived") return "derived";
  if ((!a.wasCapitalised || !b.wasCapitalised) && isMisspellingOf(firstWordOf(a), firstWordOf(b))) return "misspelling";
  if (!a.isName && !b.isName && shareStem(a.lemma, b.lemma)) return "derived";
  return relation === "none" ? undefined : relation;
}

type Candidate = { readonly a: number; readonly b: number; readonly kind: MatchKind; readonly quality: number };

function candidatesOf(a: readonly ContentWord[], b: readonly ContentWord[]): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const [i, wordA] of a.entries()) {
    for (const [j, wordB] of b.entries()) {
      const kind = kindOf(wordA, wordB);
      if (kind === undefined) continue;
      // Among equal candidates, the same role and then the nearest position come first.
      const tie = (wordA.role === wordB.role ? 0.01 : 0) - Math.abs(i - j) / 1000;
      found.push({ a: i, b: j, kind, quality: QUALITY[kind] + (wordA.text === wordB.text ? 0.005 : 0) + tie });
    }
  }
  return found.sort((x, y) => y.quality - x.quality);
}

// Two words on one side are one word on the other ("two-factor" / "twofactor").
function matchCompounds(
  a: readonly ContentWord[],
  b: readonly ContentWord[],
  leftA: Set<number>,
  leftB: Set<number>,
  swap: boolean,
  matches: Match[],
): void {
  for (const i of leftA) {
    const next = a[i + 1];
    const word = a[i];
    if (!word || !next || !leftA.has(i + 1)) continue;
    for (const j of leftB) {
      if (b[j]?.text !== word.text + next.text && b[j]?.lemma !== word.lemma + next.lemma) continue;
      for (const k of [i, i + 1]) {
        matches.push(
          swap ? { a: j, b: k, kind: "compound", quality: QUALITY.compound } : { a: k, b: j, kind: "compound", quality: QUALITY.compound },
        );
        leftA.delete(k);
      }
      leftB.delete(j);
    }
  }
}

function matchVectors(
  a: readonly ContentWord[],
  b: readonly ContentWord[],
  leftA: Set<number>,
  leftB: Set<number>,
  vectors: WordVectors,
  matches: Match[],
): number {
  let best = 0;
  const close: { a: number; b: number; similarity: number }[] = [];
  for (const i of leftA) {
    for (const j of leftB) {
      const [wordA, wordB] = [a[i], b[j]];
      if (!wordA || !wordB || wordA.kind !== "word" || wordB.kind !== "word") continue;
      const similarity = vectors.similarity(wordA.text, wordB.text);
      if (!(similarity > best) && !(similarity >= MIN_VECTOR_SIMILARITY)) continue;
      best = Math.max(best, similarity);
      if (similarity >= MIN_VECTOR_SIMILARITY && !wordA.isName && !wordB.isName && !holdsOpposite(wordA, wordB))
        close.push({ a: i, b: j, similarity });
    }
  }
  for (const pair of close.sort((x, y) => y.similarity - x.similarity)) {
    if (!leftA.has(pair.a) || !leftB.has(pair.b)) continue;
    matches.push({ a: pair.a, b: pair.b, kind: "vector", quality: QUALITY.vector });
    leftA.delete(pair.a);
    leftB.delete(pair.b);
  }
  return best;
}

/** Pairs the content words of two questions, strongest relation first. Each word is paired at most once. */
export function align(a: QuestionFeatures, b: QuestionFeatures, vectors: WordVectors | undefined): Alignment {
  const matches: Match[] = [];
  const leftA = new Set(a.content.keys());
  const leftB = new Set(b.content.keys());
  for (const { a: i, b: j, kind } of candidatesOf(a.content, b.content)) {
    if (!leftA.has(i) || !leftB.has(j)) continue;
    matches.push({ a: i, b: j, kind, quality: QUALITY[kind] });
    leftA.delete(i);
    leftB.delete(j);
  }
  matchCompounds(a.content, b.content, leftA, leftB, false, matches);
  matchCompounds(b.content, a.content, leftB, leftA, true, matches);
  const leftoverSimilarity = vectors ? matchVectors(a.content, b.content, leftA, leftB, vectors, matches) : 0;
  return { matches, leftA: [...leftA], leftB: [...leftB], leftoverSimilarity };
}
