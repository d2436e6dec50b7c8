import { BoundedMap } from "../../../bounded-map.ts";
import { inverseDocumentFrequency, isCommonWord, isDictionaryWord } from "../reading/lexicon.ts";
import { PERSON_NAMES } from "../lists/person-names.ts";
import { PLACE_NAMES } from "../lists/place-names.ts";
import { KNOWN_NAMES } from "../lists/spelling.ts";

/** Shortest word that is corrected without a comparison to another text. Shorter words have too many neighbours. */
export const MIN_CORRECTED_LENGTH = 5;
/** Shortest word in which a missing letter is restored. A missing doubled letter is restored in shorter words too. */
const MIN_LENGTH_FOR_DROPPED_LETTER = 6;
/** Shortest word in which a surplus letter or a wrong letter is corrected. */
const MIN_LENGTH_FOR_ANY_EDIT = 7;
/** Shortest word in which any wrong letter is corrected. In shorter words only a wrong vowel is. */
const MIN_LENGTH_FOR_ANY_SUBSTITUTION = 8;
/** Shortest word in which a missing, surplus or wrong letter is corrected to a word of the large dictionary only. */
const MIN_LENGTH_FOR_RARE_WORD = 9;
/** Shortest capitalised word that is corrected. Names of people are often one slip away from a short place name. */
const MIN_CORRECTED_NAME_LENGTH = 6;
/** Shortest unknown word that may be a misspelling of a word in the other question. */
const MIN_PAIRED_LENGTH = 4;
/** Words with a lower inverse document frequency (in nats) occur in many questions. */
const RARE_IDF = 9;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

// Names that people ask about ("brian", "hanover") are in no dictionary, but they occur in many questions.
function isAskedAbout(word: string): boolean {
  return inverseDocumentFrequency(word) < RARE_IDF;
}

function isCorrectable(word: string): boolean {
  return /^[a-z]+$/u.test(word) && !isDictionaryWord(word) && !isName(word) && !PERSON_NAMES.has(word) && !isAskedAbout(word);
}

function distinct(candidates: readonly string[], isKnown: (word: string) => boolean): readonly string[] {
  return [...new Set(candidates)].filter((word) => isKnown(word));
}

function isName(word: string): boolean {
  return KNOWN_NAMES.has(word) || PLACE_NAMES.has(word);
}

// Slips that keep the set of letters: a letter doubled or undoubled, or two neighbours exchanged. They are tried first.
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

type Slips = { readonly dropped: string[]; readonly extra: string[]; readonly vowels: string[]; readonly exchanged: string[] };

function otherSlips(word: string): readonly (readonly string[])[] {
  const found: Slips = { dropped: [], extra: [], vowels: [], exchanged: [] };
  for (let i = 1; i <= word.length; i++) {
    if (i < word.length) found.extra.push(word.slice(0, i) + word.slice(i + 1));
    for (const letter of LETTERS) {
      found.dropped.push(word.slice(0, i) + letter + word.slice(i));
      // Another last letter is usually another ending ("monstera", "monsters").
      if (i >= word.length - 1) continue;
      const other = word.slice(0, i) + letter + word.slice(i + 1);
      if (/[aeiou]/u.test(letter) && /[aeiou]/u.test(word[i] ?? "")) found.vowels.push(other);
      else if (word.length >= MIN_LENGTH_FOR_ANY_SUBSTITUTION) found.exchanged.push(other);
    }
  }
  return [found.dropped, found.extra, found.vowels, found.exchanged];
}

// A letter added at the end is more often another word ("monstera") than a slip.
function isInflection(a: string, b: string): boolean {
  if (b.length === a.length + 1 && b.startsWith(a) && b.at(-1) !== a.at(-1)) return true;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return long === `${short}s` || long === `${short}d` || long === `${short}r` || long === `${short}y`;
}

// In names of substances the vowel distinguishes the substance ("-ine" / "-ane", "-ate" / "-ite").
function isOtherSubstance(a: string, b: string): boolean {
  const ending = /[aeiouy](?:ne|te|des?|l|se|nes|tes)$/u;
  return a.length === b.length && ending.test(a) && ending.test(b) && a.replace(ending, "") === b.replace(ending, "");
}

const PARTICLE_END = /(?:up|off|out|down|over)$/u;

// Two words written as one ("signup") are not a misspelling of a third word.
function isRunTogether(word: string): boolean {
  return PARTICLE_END.test(word) && isCommonWord(word.replace(PARTICLE_END, ""));
}

function restoredLetter(word: string): string | undefined {
  const found = distinct(otherSlips(word)[0] ?? [], isCommonWord).filter((other) => !isInflection(other, word) && other !== `${word}g`);
  return found.length === 1 ? found[0] : undefined;
}

function findSpelling(word: string): string | undefined {
  if (isRunTogether(word)) return undefined;
  const slips = likelySlips(word);
  const likely = distinct(slips, isCommonWord);
  if (likely.length > 0) return likely.length === 1 ? likely[0] : undefined;
  if (word.length < MIN_LENGTH_FOR_ANY_EDIT) return word.length < MIN_LENGTH_FOR_DROPPED_LETTER ? undefined : restoredLetter(word);
  const rareLikely = distinct(slips, (other) => isDictionaryWord(other) || isName(other));
  if (rareLikely.length > 0) return rareLikely.length === 1 ? rareLikely[0] : undefined;
  const isPlausible = (other: string): boolean => !isInflection(other, word) && other !== `${word}g` && !isOtherSubstance(other, word);
  // A missing letter is likelier than a surplus letter, which is likelier than a wrong letter. The first kind of slip
  // that leads to a word decides.
  for (const isKnown of word.length < MIN_LENGTH_FOR_RARE_WORD ? [isCommonWord] : [isCommonWord, isDictionaryWord]) {
    for (const kind of otherSlips(word)) {
      const found = distinct(kind.filter(isPlausible), isKnown);
      if (found.length > 0) return found.length === 1 ? found[0] : undefined;
    }
  }
  return undefined;
}

const MAX_CACHED_SPELLINGS = 20_000;
const spellings = new BoundedMap<string, string | undefined>({ maxWeight: MAX_CACHED_SPELLINGS });

/**
 * The only common word that is one slip away from an unknown lower-case word; undefined if there is none or more than
 * one. Long words are also corrected to words that only the large dictionary has. Never changes the first letter, nor
 * a word that is in a dictionary.
 */
export function correctedSpelling(word: string): string | undefined {
  if (word.length < MIN_CORRECTED_LENGTH || !isCorrectable(word)) return undefined;
  if (spellings.has(word)) return spellings.get(word);
  const found = findSpelling(word);
  spellings.set(word, found);
  return found;
}

/**
 * The only well-known name that an unknown capitalised word becomes when two letters are exchanged or a letter is
 * doubled or undoubled. Undefined if there is none or more than one.
 */
export function correctedName(word: string): string | undefined {
  if (word.length < MIN_CORRECTED_NAME_LENGTH || !isCorrectable(word)) return undefined;
  const names = distinct(likelySlips(word), isName);
  return names.length === 1 ? names[0] : undefined;
}

/** Damerau-Levenshtein distance (optimal string alignment), capped at 3. Both words are short. */
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

/** Whether one word is a misspelling of the other: an unknown and a common word, one slip (two in long words) apart. */
export function isMisspellingOf(a: string, b: string): boolean {
  // The cheapest checks come first: a comparison of two long questions asks this of every pair of words.
  if (a.length < MIN_PAIRED_LENGTH || b.length < MIN_PAIRED_LENGTH || a[0] !== b[0]) return false;
  const [unknown, known] = isCorrectable(a) ? [a, b] : [b, a];
  if (!isCorrectable(unknown) || !isCommonWord(known)) return false;
  const allowed = known.length >= 8 ? 2 : 1;
  return editDistance(unknown, known) <= allowed;
}
