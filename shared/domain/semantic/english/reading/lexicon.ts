import * as data from "../data/lexicon-data.ts";
import { MAX_PHRASE_WORDS, SYNONYM_GROUPS } from "../lists/synonym-groups.ts";

/** How two lemmas are related, strongest first. */
export type Relation = "synonym" | "wordnet_strong" | "derived" | "wordnet_weak" | "none";

type SynonymSets = ReadonlyMap<string, readonly { readonly set: number; readonly isStrong: boolean }[]>;

const DEFAULT_IDF = 9;
const IDF_LEVELS_PER_NAT = 4;

// Every table is decoded on first use, because a Worker has only one second for its global scope.
function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

const FRONT_CODE_BASE = "A".charCodeAt(0);

function unpackWords(packed: string, into: Set<string>): void {
  let previous = "";
  for (const match of packed.matchAll(/([A-Z])([a-z]*)/gu)) {
    const [, code = "A", rest = ""] = match;
    previous = previous.slice(0, code.charCodeAt(0) - FRONT_CODE_BASE) + rest;
    into.add(previous);
  }
}

function pairsOf(packed: string): ReadonlyMap<string, string> {
  return new Map(packed.split(",").map((entry) => entry.split(" ") as [string, string]) /* written by the build script */);
}

const commonWords = lazily(() => {
  const words = new Set<string>();
  unpackWords(data.COMMON_WORDS, words);
  return words;
});
const otherWords = lazily(() => {
  const words = new Set<string>();
  unpackWords(data.OTHER_WORDS, words);
  return words;
});
const irregularForms = lazily(() => pairsOf(data.IRREGULAR_FORMS));
const britishToAmerican = lazily(() => pairsOf(data.BRITISH_TO_AMERICAN));

const synonymSets = lazily((): SynonymSets => {
  const sets = new Map<string, { set: number; isStrong: boolean }[]>();
  for (const [set, line] of data.SYNONYM_SETS.split(",").entries()) {
    for (const item of line.split(" ")) {
      const isStrong = item.endsWith("!");
      const word = isStrong ? item.slice(0, -1) : item;
      const known = sets.get(word);
      if (known) known.push({ set, isStrong });
      else sets.set(word, [{ set, isStrong }]);
    }
  }
  return sets;
});

const ownGroups = lazily(() => {
  const groups = new Map<string, Set<number>>();
  for (const [id, group] of SYNONYM_GROUPS.entries()) {
    for (const item of group) {
      const known = groups.get(item);
      if (known) known.add(id);
      else groups.set(item, new Set([id]));
    }
  }
  return groups;
});

const ownPhrases = lazily(() => {
  const starts = new Map<string, string[]>();
  for (const group of SYNONYM_GROUPS) {
    for (const item of group) {
      const first = item.split(" ")[0] ?? item;
      if (first === item) continue;
      const known = starts.get(first);
      if (!known) starts.set(first, [item]);
      else if (!known.includes(item)) known.push(item);
    }
  }
  for (const phrases of starts.values()) phrases.sort((a, b) => b.split(" ").length - a.split(" ").length);
  return starts;
});

/** The opposites of a word that come after it in the alphabet. */
const antonyms = lazily(() => {
  const table = new Map<string, string[]>();
  for (const entry of data.ANTONYM_PAIRS.split(",")) {
    const [word = "", opposite = ""] = entry.split(" ");
    const known = table.get(word);
    if (known === undefined) table.set(word, [opposite]);
    else known.push(opposite);
  }
  return table;
});

const derivedFamilies = lazily(() => {
  const families = new Map<string, ReadonlySet<string>>();
  for (const line of data.DERIVED_FAMILIES.split(",")) {
    const [word = "", ...others] = line.split(" ");
    families.set(word, new Set(others));
  }
  return families;
});

const idfs = lazily(() => {
  const table = new Map<string, number>();
  for (const line of data.IDF_LEVELS.split(",")) {
    const [level = "", ...words] = line.split(" ");
    for (const word of words) table.set(word, Number(level) / IDF_LEVELS_PER_NAT);
  }
  return table;
});

/** Whether the word is among the ~50,000 most common English words, including inflected forms. */
export function isCommonWord(word: string): boolean {
  return commonWords().has(word);
}

/** Whether the word is in an American or British dictionary, including inflected forms. */
export function isDictionaryWord(word: string): boolean {
  return commonWords().has(word) || otherWords().has(word);
}

/** The base of an irregular form ("went" → "go"); undefined for other words. */
export function irregularBase(word: string): string | undefined {
  return irregularForms().get(word);
}

/** The American spelling of a British word; undefined if it is not listed. */
export function americanSpelling(word: string): string | undefined {
  return britishToAmerican().get(word);
}

/** Natural logarithm of (questions / questions that contain the word). Unknown words count as rare. */
export function inverseDocumentFrequency(word: string): number {
  return idfs().get(word) ?? DEFAULT_IDF;
}

/** Number of words of the longest listed phrase that starts at `words[at]`; 0 if there is none. */
export function phraseLengthAt(words: readonly string[], at: number): number {
  const candidates = ownPhrases().get(words[at] ?? "");
  if (!candidates) return 0;
  for (const phrase of candidates) {
    const parts = phrase.split(" ");
    if (parts.length <= MAX_PHRASE_WORDS && parts.every((part, i) => words[at + i] === part)) return parts.length;
  }
  return 0;
}

/** Whether WordNet lists the two lemmas as opposites. */
export function areAntonyms(a: string, b: string): boolean {
  return (a < b ? antonyms().get(a)?.includes(b) : antonyms().get(b)?.includes(a)) === true;
}

function shareGroup(a: string, b: string): boolean {
  const groups = ownGroups().get(a);
  const others = ownGroups().get(b);
  if (!groups || !others) return false;
  for (const id of groups) if (others.has(id)) return true;
  return false;
}

/** The strongest listed relation between two different lemmas or phrases. */
export function relationOf(a: string, b: string): Relation {
  if (shareGroup(a, b)) return "synonym";
  const setsA = synonymSets().get(a);
  const setsB = synonymSets().get(b);
  let isWeak = false;
  if (setsA && setsB) {
    for (const one of setsA) {
      const other = setsB.find((candidate) => candidate.set === one.set);
      if (other && one.isStrong && other.isStrong) return "wordnet_strong";
      isWeak ||= other !== undefined;
    }
  }
  if (derivedFamilies().get(a)?.has(b) === true || derivedFamilies().get(b)?.has(a) === true) return "derived";
  return isWeak ? "wordnet_weak" : "none";
}
