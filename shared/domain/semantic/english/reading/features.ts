import { lemmaOf } from "./lemma.ts";
import { inverseDocumentFrequency, isDictionaryWord, phraseLengthAt } from "./lexicon.ts";
import { FUNCTION_WORDS, LIGHT_WORDS, NEGATORS, ROLE_PREPOSITIONS, WEIGHTY_PREPOSITIONS } from "../lists/function-words.ts";
import { AMOUNT_WORDS, UNITS } from "../lists/numbers.ts";
import { hasPassive, subjectOf, undergoneOf } from "./subject.ts";
import { normalise } from "../normalise/normalise.ts";
import { questionOpener } from "./question-opener.ts";
import type { QuestionOpener, QuestionType } from "./question-type.ts";
import type { Token } from "../normalise/tokens.ts";

/** A content word of a question, with its role. */
export type ContentWord = {
  readonly text: string;
  /** Base form of the word. A listed phrase ("get rid of") is one unit. */
  readonly lemma: string;
  readonly kind: Token["kind"];
  /** Weight in nats: the inverse document frequency, reduced for light words. Numbers have a fixed weight. */
  readonly weight: number;
  /** Preposition or comparison word directly before the word's noun group; "" if there is none. */
  readonly role: string;
  /** Index among the question's tokens. */
  readonly position: number;
  /** Capitalised inside a sentence, in no dictionary, or a code. */
  readonly isName: boolean;
  readonly wasCapitalised: boolean;
};

/** Everything that the decision needs to know about one text. Compute it once per text and keep it. */
export type QuestionFeatures = {
  readonly canonical: string;
  readonly words: readonly string[];
  /** All words except articles and the words that only state the type of the question. */
  readonly body: readonly string[];
  readonly content: readonly ContentWord[];
  readonly type: QuestionType;
  /** Lemma of the first content word. */
  readonly head: string;
  /** Numbers with their units, sorted ("10 day"). */
  readonly quantities: readonly string[];
  /** Noun → the number directly before it, including "one". */
  readonly counted: ReadonlyMap<string, string>;
  /** Ranks and multiples: "#2", "x2". */
  readonly amounts: readonly string[];
  /** Identifiers, versions, URLs, currency and operator signs, sorted. */
  readonly codes: readonly string[];
  readonly negations: number;
  readonly prepositions: readonly string[];
  readonly hasPassive: boolean;
  /** Lemma of the agent, see {@link subjectOf}. */
  readonly subject: string | undefined;
  /** Lemma of what is done to the asker ("how do I get *added*"); undefined if nothing is. */
  readonly undergone: string | undefined;
  readonly isPast: boolean;
  readonly isFuture: boolean;
  readonly script: "latin" | "other" | "mixed" | "none";
};

const LIGHT_FACTOR = 0.35;
const NUMBER_WEIGHT = 8;
const MAX_WEIGHT = 9;
const NUMBER_UNIT_GAP = 1;

function weightOf(text: string, lemma: string): number {
  const idf = Math.min(MAX_WEIGHT, inverseDocumentFrequency(text), inverseDocumentFrequency(lemma));
  return LIGHT_WORDS.has(lemma) || LIGHT_WORDS.has(text) ? idf * LIGHT_FACTOR : idf;
}

function canonicalNumber(text: string): string {
  const plain = text.replace(/(?<=\.\p{N}*)0+$/u, "").replace(/\.$/u, "");
  return /^\p{N}+\.\p{N}+$/u.test(text) ? (text.startsWith("0") ? plain : text) : text.replace(/^0+(?=\p{N})/u, "");
}

function quantitiesOf(tokens: readonly Token[]): readonly string[] {
  const found: string[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== "number") continue;
    const next = tokens[i + NUMBER_UNIT_GAP]?.text ?? "";
    const unit = UNITS.get(next) ?? (next === "%" ? "%" : "");
    found.push(unit === "" ? canonicalNumber(token.text) : `${canonicalNumber(token.text)} ${unit}`);
  }
  return found.sort();
}

function countedOf(tokens: readonly Token[]): ReadonlyMap<string, string> {
  const counted = new Map<string, string>();
  for (const [i, token] of tokens.entries()) {
    const noun = tokens[i + 1];
    const count = token.kind === "number" ? canonicalNumber(token.text) : token.text === "one" || token.text === "single" ? "1" : undefined;
    if (count !== undefined && noun?.kind === "word" && !FUNCTION_WORDS.has(noun.text)) counted.set(lemmaOf(noun.text), count);
  }
  return counted;
}

function scriptOf(tokens: readonly Token[]): QuestionFeatures["script"] {
  let latin = 0;
  let other = 0;
  for (const token of tokens) {
    if (token.kind !== "word") continue;
    if (!/^\p{L}/u.test(token.raw)) continue;
    if (/^\p{Script=Latin}/u.test(token.raw)) latin++;
    else other++;
  }
  if (latin + other === 0) return "none";
  return other === 0 ? "latin" : latin === 0 ? "other" : "mixed";
}

type Unit = { readonly text: string; readonly lemma: string; readonly token: Token; readonly position: number };

// Each word becomes a unit with its lemma. A listed phrase, or "turn … off", becomes one unit.
function unitsOf(tokens: readonly Token[]): readonly Unit[] {
  const lemmas = tokens.map((token) => (token.kind === "word" ? lemmaOf(token.text) : token.text));
  const texts = tokens.map((token) => token.text);
  const units: Unit[] = [];
  const used = new Set<number>();
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token || used.has(i)) continue;
    const length = Math.max(phraseLengthAt(lemmas, i), phraseLengthAt(texts, i));
    if (length > 1) {
      const isLemmaPhrase = phraseLengthAt(lemmas, i) === length;
      const phrase = (isLemmaPhrase ? lemmas : texts).slice(i, i + length).join(" ");
      units.push({ text: phrase, lemma: phrase, token, position: i });
      i += length - 1;
      continue;
    }
    const particle = ["turn", "switch"].includes(lemmas[i] ?? "")
      ? texts.findIndex((text, j) => j > i && j <= i + 5 && (text === "on" || text === "off"))
      : -1;
    if (particle > 0) {
      used.add(particle);
      const phrase = `turn ${texts[particle] ?? ""}`;
      units.push({ text: phrase, lemma: phrase, token, position: i });
    } else units.push({ text: token.text, lemma: lemmas[i] ?? token.text, token, position: i });
  }
  return units;
}

const ROLE_ALIASES: ReadonlyMap<string, string> = new Map([
  ["into", "to"],
  ["inside", "in"],
  ["within", "in"],
  ["onto", "on"],
]);
const COMPOUND_ROLES: ReadonlyMap<string, string> = new Map([
  ["instead", "instead"],
  ["ahead", "before"],
  ["out", "from"],
]);

// In "is it possible for a tenant", "for" introduces the agent.
const MAX_POSSIBLE_FOR = 4;

function roleBefore(tokens: readonly Token[], position: number, opener: QuestionOpener): string {
  const openerEnd = opener.start + opener.length;
  for (let i = position - 1; i >= Math.max(openerEnd, position - 4); i--) {
    const text = tokens[i]?.text ?? "";
    if (opener.skipped.includes(i)) return "";
    // In "to Alaska and Hawaii", the second word has the role of the first.
    if ((text === "and" || text === "or") && i > openerEnd) return roleBefore(tokens, i - 1, opener);
    if (text === "of" && tokens[i - 1]?.text === "place" && tokens[i - 2]?.text === "in") return "instead";
    if (text === "of") return COMPOUND_ROLES.get(tokens[i - 1]?.text ?? "") ?? "of";
    if (text === "for" && tokens[i - 2]?.text === "it" && i <= MAX_POSSIBLE_FOR) return "";
    if (ROLE_PREPOSITIONS.has(text)) return ROLE_ALIASES.get(text) ?? text;
    if (
      !["a", "an", "the", "my", "your", "our", "their", "his", "her", "this", "that", "all", "any", "some"].includes(text) &&
      i < position - 1
    )
      return "";
  }
  return "";
}

function contentOf(tokens: readonly Token[], opener: QuestionOpener): readonly ContentWord[] {
  const content: ContentWord[] = [];
  for (const unit of unitsOf(tokens)) {
    const { token, position, text, lemma } = unit;
    const inOpener = isInOpener(opener, position);
    const isPhrase = lemma.includes(" ");
    if (token.kind === "symbol" || NEGATORS.has(text) || opener.skipped.includes(position)) continue;
    if (inOpener && isPhrase && OPENER_PHRASES.has(lemma)) continue;
    if (inOpener && (FUNCTION_WORDS.has(text) || LIGHT_WORDS.has(lemma) || OPENER_WORDS.has(text))) continue;
    if (!isPhrase && token.kind === "word" && FUNCTION_WORDS.has(text)) continue;
    const isKnown = isDictionaryWord(text) || isDictionaryWord(lemma);
    const isNumber = token.kind === "number";
    content.push({
      text,
      lemma,
      kind: token.kind,
      position,
      weight: isNumber
        ? NUMBER_WEIGHT
        : isPhrase
          ? weightOf(text.split(" ")[0] ?? text, lemma.split(" ").at(-1) ?? lemma)
          : weightOf(text, lemma),
      role: roleBefore(tokens, position, opener),
      isName:
        token.kind === "code" ||
        (token.kind === "word" && !isPhrase && (!isKnown || (token.isCapitalised && position > 0 && token.before !== "sentence"))),
      wasCapitalised: token.isCapitalised && position > 0,
    });
  }
  return content;
}

const OPENER_PHRASES = new Set(["how long", "per day", "date of birth"]);

const OPENER_WORDS = new Set(
  "long often far old price cost fee charge costs fees number quantity amount difference differences distinction reason reasons cause causes way ways method methods procedure process step steps approach best right proper correct easiest good possible allowed permitted fine alright necessary required mandatory essential advisable recommended meaning definition time times year date day distance duration length hours minutes days weeks months years seconds frequently regularly makes made expensive main key".split(
    " ",
  ),
);

const FREE_OF_CHARGE = /\b(?:at )?no (?:extra |additional )?(?:cost|charge|fee)\b/gu;

function codesOf(tokens: readonly Token[]): readonly string[] {
  return tokens
    .filter((token) => token.kind === "code" || token.kind === "url" || token.kind === "symbol")
    .map((token) => token.text.replace(/^v(?=\p{N})/u, ""))
    .sort();
}

function amountsOf(words: readonly string[]): readonly string[] {
  return words
    .filter((word, i) => AMOUNT_WORDS.has(word) && !(word === "second" && UNITS.has(words[i - 1] ?? "")))
    .map((word) => AMOUNT_WORDS.get(word) ?? word)
    .sort();
}

const ARTICLES = new Set(["a", "an", "the"]);

function isInOpener({ start, length, skipped }: QuestionOpener, position: number): boolean {
  return (position >= start && position < start + length) || skipped.includes(position);
}

/** Analyses one text: the type of the question, its words, numbers, names and roles. */
export function analyse(text: string): QuestionFeatures {
  const { canonical, tokens } = normalise(text);
  const words = tokens.map((token) => token.text);
  const breaks = tokens.flatMap((token, i) => (token.before === "none" ? [] : [i]));
  const opener = questionOpener(words, breaks);
  const body = words.filter((word, i) => !isInOpener(opener, i) && !ARTICLES.has(word));
  const content = contentOf(tokens, opener);
  return {
    canonical,
    words,
    body,
    content,
    head: content[0]?.lemma ?? "",
    type: opener.type,
    quantities: quantitiesOf(tokens),
    counted: countedOf(tokens),
    amounts: amountsOf(words),
    codes: codesOf(tokens),
    negations: words
      .join(" ")
      .replace(FREE_OF_CHARGE, "free")
      .split(" ")
      .filter((word) => NEGATORS.has(word)).length,
    prepositions: body.filter((word) => WEIGHTY_PREPOSITIONS.has(word)).sort(),
    hasPassive: hasPassive(words),
    subject: subjectOf(words),
    undergone: undergoneOf(words),
    isPast: words.some((word) => word === "did" || word === "was" || word === "were"),
    isFuture: words.includes("will") || words.includes("would"),
    script: scriptOf(tokens),
  };
}
