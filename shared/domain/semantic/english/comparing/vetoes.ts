import { areOpposed } from "./alignment.ts";
import type { Alignment } from "./alignment.ts";
import type { QuestionFeatures } from "../reading/features.ts";
import { lemmaOf } from "../reading/lemma.ts";
import { isDictionaryWord } from "../reading/lexicon.ts";
import { AUXILIARIES, PRONOUNS } from "../lists/function-words.ts";
import { NEGATING_PREFIXES } from "../lists/opposites.ts";
import { hasDirectionExchange, hasRoleExchange } from "./role-exchange.ts";
import type { AlignedPair } from "./role-exchange.ts";
import { typeDistanceOf } from "../reading/question-opener.ts";

/** Names of the rules that can forbid a semantic hit. The names appear in explain output and in metrics. */
export const VETO_NAMES = [
  "language",
  "numbers",
  "units",
  "ranks",
  "codes",
  "negation",
  "morphological_negation",
  "opposites",
  "names",
  "parties",
  "direction",
  "role_swap",
  "prepositions",
  "question_type",
  "extent",
  "tense",
] as const;
export type VetoName = (typeof VETO_NAMES)[number];

type Features = Pick<AlignedPair, "a" | "b">;

type Pair = AlignedPair & {
  /** Words of one side only, without paired content words, auxiliaries and pronouns. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
};

const OPPOSED_PREPOSITIONS = new Set([
  "from",
  "over",
  "under",
  "than",
  "before",
  "after",
  "until",
  "since",
  "against",
  "instead",
  "outside",
  "above",
  "below",
  "beyond",
  "behind",
  "despite",
  "unless",
  "out",
]);

function equalLists(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function numberPart(quantity: string): string {
  return quantity.split(" ")[0] ?? quantity;
}

// "1 cup" may be written "a cup", and "season 1" is the first season. Any other number must occur on both sides.
function numbersOf(features: QuestionFeatures): readonly string[] {
  const ranks = features.amounts.filter((amount) => /^#\d/u.test(amount)).map((amount) => amount.slice(1));
  return [...features.quantities.filter((quantity) => !/^1 \p{L}/u.test(quantity)).map(numberPart), ...ranks].sort();
}

function differingNumbers(pair: Features): boolean {
  return !equalLists(numbersOf(pair.a), numbersOf(pair.b)) || isCountExchanged(pair);
}

// A noun has another count on the other side: "one license on two computers" / "two licenses on one computer".
function isCountExchanged({ a, b }: Features): boolean {
  return [...a.counted].some(([noun, count]) => b.counted.has(noun) && b.counted.get(noun) !== count);
}

function differingUnits({ a, b }: Features): boolean {
  if (equalLists(a.quantities, b.quantities)) return false;
  return a.quantities.some(
    (one) =>
      one.includes(" ") &&
      b.quantities.some((other) => other.includes(" ") && numberPart(other) === numberPart(one)) &&
      !b.quantities.includes(one),
  );
}

// "twice" and "half" may be written as a number on the other side, but they match no other multiple.
function differingRanks({ a, b }: Features): boolean {
  const ranks = (features: QuestionFeatures): readonly string[] => features.amounts.filter((amount) => !amount.startsWith("#"));
  if (equalLists(ranks(a), ranks(b))) return false;
  const first = ranks(a).filter((rank) => !ranks(b).includes(rank));
  const second = ranks(b).filter((rank) => !ranks(a).includes(rank));
  const count = (amount: string): string => amount.replace(/^[xn#]/u, "");
  return !(
    first.every((rank) => b.quantities.some((quantity) => numberPart(quantity) === count(rank))) &&
    second.every((rank) => a.quantities.some((quantity) => numberPart(quantity) === count(rank)))
  );
}

// A code may be written as plain words on the other side ("2fa"). The alignment pairs the two.
function differingCodes({ a, b, alignment }: Pair): boolean {
  const matchedA = new Set(alignment.matches.map((match) => a.content[match.a]?.text));
  const matchedB = new Set(alignment.matches.map((match) => b.content[match.b]?.text));
  const count = (codes: readonly string[], code: string): number => codes.filter((other) => other === code).length;
  const isOpen = (code: string, own: readonly string[], others: readonly string[], matched: ReadonlySet<string | undefined>): boolean =>
    count(own, code) > count(others, code) && !matched.has(code) && !["$", "€", "£", "%", "°", "/", "#", "'"].includes(code);
  return (
    a.codes.some((code) => isOpen(code, a.codes, b.codes, matchedA)) || b.codes.some((code) => isOpen(code, b.codes, a.codes, matchedB))
  );
}

const MIN_NEGATED_LENGTH = 3;

function negatedForm(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < MIN_NEGATED_LENGTH) return false;
  return NEGATING_PREFIXES.some((prefix) => (a === prefix + b && isDictionaryWord(b)) || (b === prefix + a && isDictionaryWord(a)));
}

function isMorphologicalNegation({ onlyA, onlyB }: Pair): boolean {
  return onlyA.some((one) =>
    onlyB.some(
      (other) =>
        negatedForm(one, other) ||
        negatedForm(lemmaOf(one), lemmaOf(other)) ||
        (one.endsWith("less") && other === one.replace(/less$/u, "ful")) ||
        (other.endsWith("less") && one === other.replace(/less$/u, "ful")),
    ),
  );
}

function areOnOppositeSides({ a, b, alignment, onlyA, onlyB }: Pair): boolean {
  const phrases = (features: QuestionFeatures, left: readonly number[]): readonly string[] =>
    left.flatMap((at) => (features.content[at]?.lemma.includes(" ") === true ? [features.content[at]?.lemma ?? ""] : []));
  const [left, right] = [
    [...onlyA, ...phrases(a, alignment.leftA)],
    [...onlyB, ...phrases(b, alignment.leftB)],
  ];
  return left.some((one) => right.some((other) => areOpposed(one, other) || areOpposed(lemmaOf(one), lemmaOf(other))));
}

const OTHER_PARTIES = new Set(["else", "another", "others", "except"]);

function countOf(words: readonly string[], among: ReadonlySet<string>): number {
  return words.filter((word) => among.has(word)).length;
}

function differingNames({ a, b, alignment }: Pair): boolean {
  const isName = (features: QuestionFeatures, at: number): boolean => features.content[at]?.isName === true;
  return alignment.leftA.some((at) => isName(a, at)) && alignment.leftB.some((at) => isName(b, at));
}

function hasLonePreposition({ a, b, alignment }: Pair): boolean {
  if (alignment.leftA.length > 0 || alignment.leftB.length > 0) return false;
  // Another verb may take another preposition ("resign from" / "quit").
  if (alignment.matches.some((match) => match.kind === "synonym" || match.kind.startsWith("wordnet"))) return false;
  const count = (features: QuestionFeatures, word: string): number => features.prepositions.filter((other) => other === word).length;
  return [...new Set([...a.prepositions, ...b.prepositions])].some(
    (word) =>
      OPPOSED_PREPOSITIONS.has(word) &&
      count(a, word) !== count(b, word) &&
      (count(a, word) === 0 || count(b, word) === 0) &&
      word !== "than" &&
      word !== "over",
  );
}

const UNIVERSAL = new Set("all every each both everyone everybody entire whole".split(" "));
const SINGLE = new Set("a an one single another some specific particular individual certain few most last latest".split(" "));

// One question asks about all, the other about some: "all charges" / "only one of the charges", "a stopped container" /
// "all stopped containers".
function extentDiffers({ a, b }: Features): boolean {
  const has = (features: QuestionFeatures, words: ReadonlySet<string>): boolean => features.words.some((word) => words.has(word));
  if (a.words.includes("only") !== b.words.includes("only")) return true;
  // "do all of them need" / "do any of them need".
  const [startA, startB] = [a.words[1] ?? "", b.words[1] ?? ""];
  if ((startA === "any" && UNIVERSAL.has(startB)) || (startB === "any" && UNIVERSAL.has(startA))) return true;
  const [universalA, universalB] = [has(a, UNIVERSAL), has(b, UNIVERSAL)];
  if (universalA === universalB) return false;
  return universalA ? has(b, SINGLE) && !has(a, SINGLE) : has(a, SINGLE) && !has(b, SINGLE);
}

/** Rules that need only the two texts. The other rules also need the alignment of their words. */
const PLAIN_RULES = {
  language: ({ a, b }) => a.script !== "none" && b.script !== "none" && (a.script === "latin") !== (b.script === "latin"),
  numbers: differingNumbers,
  units: differingUnits,
  ranks: differingRanks,
  negation: ({ a, b }) => (a.negations - b.negations) % 2 !== 0,
  parties: ({ a, b }) => countOf(a.words, OTHER_PARTIES) !== countOf(b.words, OTHER_PARTIES),
  question_type: ({ a, b }) => typeDistanceOf(a, b) === 2,
  extent: extentDiffers,
  tense: ({ a, b }) => (a.isPast && !a.isFuture && b.isFuture && !b.isPast) || (b.isPast && !b.isFuture && a.isFuture && !a.isPast),
} satisfies Partial<Record<VetoName, (pair: Features) => boolean>>;
const PLAIN_VETO_NAMES = VETO_NAMES.filter((name): name is keyof typeof PLAIN_RULES => Object.hasOwn(PLAIN_RULES, name));

const RULES: Readonly<Record<VetoName, (pair: Pair) => boolean>> = {
  ...PLAIN_RULES,
  codes: differingCodes,
  morphological_negation: isMorphologicalNegation,
  opposites: areOnOppositeSides,
  names: differingNames,
  direction: hasDirectionExchange,
  role_swap: hasRoleExchange,
  prepositions: hasLonePreposition,
};

/** The vetoes that do not need the words to be aligned. Most look-alikes get one of them, at a tenth of the cost. */
export function plainVetoes(a: QuestionFeatures, b: QuestionFeatures): readonly VetoName[] {
  return PLAIN_VETO_NAMES.filter((name) => PLAIN_RULES[name]({ a, b }));
}

function oneSided(a: QuestionFeatures, b: QuestionFeatures, matched: ReadonlySet<string>): readonly string[] {
  const others = new Set(b.words.flatMap((word) => [word, lemmaOf(word)]));
  return a.words.filter(
    (word) => !others.has(word) && !others.has(lemmaOf(word)) && !matched.has(word) && !AUXILIARIES.has(word) && !PRONOUNS.has(word),
  );
}

/** The rules that forbid serving one question's answer for the other, in the order of `VETO_NAMES`. */
export function vetoes(a: QuestionFeatures, b: QuestionFeatures, alignment: Alignment): readonly VetoName[] {
  const wordsOf = (features: QuestionFeatures, at: readonly number[]): ReadonlySet<string> =>
    new Set(at.flatMap((index) => (features.content[index]?.text ?? "").split(" ")));
  const pair: Pair = {
    a,
    b,
    alignment,
    onlyA: oneSided(
      a,
      b,
      wordsOf(
        a,
        alignment.matches.map((match) => match.a),
      ),
    ),
    onlyB: oneSided(
      b,
      a,
      wordsOf(
        b,
        alignment.matches.map((match) => match.b),
      ),
    ),
  };
  return VETO_NAMES.filter((name) => RULES[name](pair));
}
