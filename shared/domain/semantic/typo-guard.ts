import { isCommonWord, isDictionaryWord } from "./lexicon.ts";
import { KNOWN_NAMES } from "./lists/spelling.ts";

/** Shortest word that is corrected on its own; shorter ones have too many neighbours. */
export const MIN_CORRECTED_LENGTH = 5;
/** Shortest word for which a dropped letter that is not a doubled one is restored. */
const MIN_LENGTH_FOR_ANY_EDIT = 7;
/** Shortest word in which any letter may have been exchanged for another, not only a vowel for a vowel. */
const MIN_LENGTH_FOR_ANY_SUBSTITUTION = 8;
/** Shortest unknown word that may stand for a known one in the other question. */
const MIN_PAIRED_LENGTH = 4;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

function isCorrectable(word: string): boolean {
  return /^[a-z]+$/u.test(word) && !isDictionaryWord(word) && !KNOWN_NAMES.has(word);
}

function distinctWords(candidates: readonly string[]): readonly string[] {
  return [...new Set(candidates)].filter((word) => isCommonWord(word));
}

// Slips that keep the set of letters: a letter doubled or not, two neighbours exchanged. They come before all others.
function likelySlips(word: string): readonly string[] {
  const found: string[] = [];
  for (let i = 1; i < word.length; i++) {
    const [left = "", right = ""] = [word[i - 1], word[i]];
    if (left === right) found.push(word.slice(0, i) + word.slice(i + 1));
    else if (i > 1) found.push(word.slice(0, i - 1) + right + left + word.slice(i + 1));
    found.push(word.slice(0, i + 1) + right + word.slice(i + 1));
  }
  return found;
}

function otherSlips(word: string): readonly string[] {
  const found: string[] = [];
  for (let i = 1; i <= word.length; i++) {
    if (i < word.length) found.push(word.slice(0, i) + word.slice(i + 1));
    for (const letter of LETTERS) {
      found.push(word.slice(0, i) + letter + word.slice(i));
      const isVowelSwap = /[aeiou]/u.test(letter) && /[aeiou]/u.test(word[i] ?? "");
      if (i < word.length && (isVowelSwap || word.length >= MIN_LENGTH_FOR_ANY_SUBSTITUTION))
        found.push(word.slice(0, i) + letter + word.slice(i + 1));
    }
  }
  return found;
}

function isInflection(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return long === `${short}s` || long === `${short}d` || long === `${short}r` || long === `${short}y`;
}

/**
 * The only usual word one slip away from an unknown lower-case word, or undefined when there is none, or a choice.
 * The first letter is never touched, and a word of any dictionary is never changed.
 */
export function correctedSpelling(word: string): string | undefined {
  if (word.length < MIN_CORRECTED_LENGTH || !isCorrectable(word)) return undefined;
  const likely = distinctWords(likelySlips(word));
  if (likely.length > 0) return likely.length === 1 ? likely[0] : undefined;
  if (word.length < MIN_LENGTH_FOR_ANY_EDIT) return undefined;
  const others = distinctWords(otherSlips(word)).filter((candidate) => !isInflection(candidate, word));
  return others.length === 1 ? others[0] : undefined;
}

/** Damerau-Levenshtein distance of at most 2, else 3. Both words are short. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((previous[j] ?? 3) + 1, (row[j - 1] ?? 3) + 1, (previous[j - 1] ?? 3) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (beforePrevious[j - 2] ?? 3) + 1);
      row.push(best);
    }
    beforePrevious = previous;
    previous = row;
  }
  return Math.min(3, previous[b.length] ?? 3);
}

/** Whether one word is plainly a misspelling of the other: one is unknown, the other usual, and one slip (two in long words) apart. */
export function isMisspellingOf(a: string, b: string): boolean {
  const [unknown, known] = isCorrectable(a) ? [a, b] : [b, a];
  if (unknown.length < MIN_PAIRED_LENGTH || known.length < MIN_PAIRED_LENGTH || !isCorrectable(unknown) || !isCommonWord(known))
    return false;
  if (unknown[0] !== known[0]) return false;
  const allowed = known.length >= 8 ? 2 : 1;
  return editDistance(unknown, known) <= allowed;
}
