import { BoundedMap } from "../../../bounded-map.ts";
import { inverseDocumentFrequency, isCommonWord, isDictionaryWord } from "../reading/lexicon.ts";
import { PERSON_NAMES } from "../lists/person-names.ts";
import { PLACE_NAMES } from "../lists/place-names.ts";
import { COMPOUNDS, KNOWN_NAMES } from "../lists/spelling.ts";

const PREFIXES = new Set("multi non pre anti semi mini micro inter ultra".split(" "));
const PARTICLES = new Set("in on up off out down over back under away around through by".split(" "));
const LEADING_PARTICLES = new Set("over under out up down back off in on".split(" "));
// Joined to a noun, these words name another thing: a green house is not a greenhouse, a hot dog not a hotdog.
const QUALITIES = new Set(
  "green black white red blue dark high low big small hot cold wet light hard soft heavy free sweet short long fast slow open every some any all one two may can not now no how here there day be so as to over under".split(
    " ",
  ),
);
const NEVER_PARTS = new Set(
  "the and for are was not now how who why can may all any our his her its has had did does you she they them that this what when will with from than then here there into onto upon out off one two six ten man men".split(
    " ",
  ),
);
const MIN_PART_LENGTH = 3;
const MIN_SPLIT_PART_LENGTH = 3;
const MIN_COMPOUND_LENGTH = 6;
/** An unlisted word with a lower inverse document frequency (in nats) is taken for a name ("princeton"). */
const RARE_IDF = 8.5;
const MAX_CACHED = 20_000;
const DAYS_AND_MONTHS =
  /^(?:mon|tues|wednes|thurs|fri|satur|sun)days?$|^(?:january|february|march|april|june|july|august|september|october|november|december)$/u;

function isPlainWord(word: string): boolean {
  return /^[a-z]+$/u.test(word);
}

function joined(left: string, right: string): string | undefined {
  const listed = COMPOUNDS.get(`${left} ${right}`);
  if (listed !== undefined) return listed.includes(" ") ? undefined : listed;
  if (!isPlainWord(left) || !isPlainWord(right)) return undefined;
  if (PREFIXES.has(left) && right.length >= MIN_PART_LENGTH && !NEVER_PARTS.has(right)) return left + right;
  if (left.length < MIN_PART_LENGTH && !LEADING_PARTICLES.has(left)) return undefined;
  if (NEVER_PARTS.has(left) && !LEADING_PARTICLES.has(left)) return undefined;
  const isParticle = PARTICLES.has(right);
  if (isParticle ? left.length < MIN_PART_LENGTH || QUALITIES.has(left) : right.length < MIN_PART_LENGTH || NEVER_PARTS.has(right))
    return undefined;
  if (QUALITIES.has(left) && !LEADING_PARTICLES.has(left)) return undefined;
  // "over time" and "in form" are more often two words than one.
  if (LEADING_PARTICLES.has(left) && (left.length < 4 || right.length < 5)) return undefined;
  const whole = left + right;
  return whole.length >= MIN_COMPOUND_LENGTH && isDictionaryWord(whole) ? whole : undefined;
}

const splits = new BoundedMap<string, readonly string[] | null>({ maxWeight: MAX_CACHED });

function findSplit(word: string): readonly string[] | null {
  if (word.length < MIN_COMPOUND_LENGTH || !isPlainWord(word) || isDictionaryWord(word)) return null;
  if (
    inverseDocumentFrequency(word) < RARE_IDF ||
    KNOWN_NAMES.has(word) ||
    PERSON_NAMES.has(word) ||
    PLACE_NAMES.has(word) ||
    DAYS_AND_MONTHS.test(word)
  )
    return null;
  const found: (readonly string[])[] = [];
  for (let i = 2; i <= word.length - 2; i++) {
    const [left, right] = [word.slice(0, i), word.slice(i)];
    const isShort = left.length < MIN_SPLIT_PART_LENGTH || right.length < MIN_SPLIT_PART_LENGTH;
    if (isShort && !(LEADING_PARTICLES.has(left) && right.length > 3) && !(PARTICLES.has(right) && left.length > 3)) continue;
    if (PREFIXES.has(left)) continue;
    const areWords = (isCommonWord(left) || LEADING_PARTICLES.has(left)) && (isCommonWord(right) || PARTICLES.has(right));
    if (areWords && !NEVER_PARTS.has(left) && (!NEVER_PARTS.has(right) || PARTICLES.has(right))) found.push([left, right]);
  }
  // "payslip" is "pay slip", not "pays lip".
  const plain = found.filter(([left = ""]) => !left.endsWith("s") || !found.some(([other]) => `${other ?? ""}s` === left));
  const only = plain[0];
  return plain.length === 1 && only ? only : null;
}

/** The two common words that an unknown word consists of ("lawnmower"); null if no split or several are possible. */
export function compoundParts(word: string): readonly string[] | null {
  const known = splits.get(word);
  if (known !== undefined) return known;
  const found = findSplit(word);
  splits.set(word, found);
  return found;
}

/**
 * Gives "spread sheet" and "spreadsheet", "drop-down" and "dropdown" one spelling: one word if a dictionary has it,
 * else two.
 */
export function settleCompounds(words: readonly string[]): readonly string[] {
  const settled: string[] = [];
  for (const word of words) {
    const last = settled.at(-1);
    const whole = last === undefined ? undefined : joined(last, word);
    if (whole !== undefined) settled[settled.length - 1] = whole;
    else settled.push(...(compoundParts(word) ?? [word]));
  }
  return settled;
}
