import { BoundedMap } from "../../../bounded-map.ts";
import { irregularBase, isDictionaryWord } from "./lexicon.ts";
import { KNOWN_NAMES } from "../lists/spelling.ts";

const MIN_STEM_LENGTH = 2;
const MAX_CACHED_LEMMAS = 20_000;
const cache = new BoundedMap<string, string>({ maxWeight: MAX_CACHED_LEMMAS });

// Words that are also a form of a rarer verb ("rend", "stave") but keep their own lemma.
const OWN_WORDS = new Set(["rent", "stove"]);

function firstWord(candidates: readonly string[]): string | undefined {
  return candidates.find((word) => word.length >= MIN_STEM_LENGTH && isDictionaryWord(word));
}

// Consonant-vowel-consonant stems double their last letter before -ed and -ing, so "rated" can only come from "rate".
function isDoublingStem(stem: string): boolean {
  return /^[^aeiou]*[aeiouy][^aeiouwxy]$/u.test(stem);
}

function verbBase(stem: string): string | undefined {
  const undoubled = /([bcdfgklmnprtvz])\1$/u.test(stem) ? stem.slice(0, -1) : undefined;
  if (undoubled !== undefined && stem.length > 3 && !/(?:ll|ss|ff|zz)$/u.test(stem)) return firstWord([undoubled, stem]);
  if (isDoublingStem(stem)) return firstWord([`${stem}e`, stem]);
  if (/[^aeiou][lr]$|[cgsvuz]$/u.test(stem) && !stem.endsWith("ss")) return firstWord([`${stem}e`, stem]);
  return undoubled === undefined ? firstWord([stem, `${stem}e`]) : firstWord([stem, undoubled]);
}

function strip(word: string): string | undefined {
  if (word.endsWith("ies")) return firstWord([`${word.slice(0, -3)}y`, word.slice(0, -1)]);
  if (/(?:sses|shes|ches|xes|zes|oes)$/u.test(word)) return firstWord([word.slice(0, -2), word.slice(0, -1)]);
  if (word.endsWith("s") && !/(?:ss|us|is)$/u.test(word)) return word.length <= 3 ? undefined : firstWord([word.slice(0, -1)]);
  if (word.endsWith("ied")) return firstWord([`${word.slice(0, -3)}y`]);
  if (word.endsWith("ed") && word.length > 4) return verbBase(word.slice(0, -2));
  if (word.endsWith("ing") && word.length > 5) return verbBase(word.slice(0, -3));
  return undefined;
}

/** The base form of a lower-case English word. Unknown words are returned unchanged, but without a plural s. */
export function lemmaOf(word: string): string {
  const known = cache.get(word);
  if (known !== undefined) return known;
  const irregular = OWN_WORDS.has(word) ? undefined : irregularBase(word);
  let lemma = irregular ?? (word.length > 3 && /^[a-z]+$/u.test(word) ? strip(word) : undefined);
  if (lemma === undefined && /^[a-z]{2,}[^siu]s$/u.test(word) && !isDictionaryWord(word) && !KNOWN_NAMES.has(word))
    lemma = word.slice(0, -1);
  cache.set(word, lemma ?? word);
  return lemma ?? word;
}
