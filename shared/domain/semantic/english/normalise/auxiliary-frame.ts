import { irregularBase, isDictionaryWord } from "../reading/lexicon.ts";
import { lemmaOf } from "../reading/lemma.ts";
import { DETERMINERS, SUBJECT_PRONOUNS, SUBORDINATORS, WH_WORDS } from "./clause-words.ts";

/**
 * Gives "what documents does a child need" and "(tell me) what documents a child needs" one form: question word,
 * auxiliary, then the other words in their order, which keeps agent and object apart. Each removed ending of a verb
 * becomes one "does" or "did" in front, which keeps present and past, and singular and plural, apart.
 */
const MODALS = new Set("can could should will would may might must am is are was were".split(" "));
const SUPPORT = new Set("do does did".split(" "));
const PERFECT = new Set("have has had".split(" "));
const NOT_PARTICIPLES = new Set("to a an the any no my your our their enough some more less one".split(" "));
// Base forms that look like the past of another verb. Reading "saw" as "see" would merge "saw wood" with "see wood".
const BASE_HOMOGRAPHS = new Set("saw found wound bore lay ground felt bound dove stove left lit bit".split(" "));
const COMPARED = new Set("better best worse worst further furthest elder eldest more most less least".split(" "));
const ADVERBIAL_DEGREES = new Set(
  "long often far fast quickly soon early late well old big tall high deep heavy hard frequently".split(" "),
);
const NOUN_QUESTIONS = new Set("what which whose".split(" "));
const FINAL_VERBS = new Set(
  "costs means does says weighs contains requires involves needs wants eats looks tastes feels sounds stands wants".split(" "),
);
const TRAILING_PREPOSITIONS = new Set("for like of about to with".split(" "));
const MAX_AUXILIARY_DISTANCE = 12;
const MAX_LEMMA_STEPS = 3;

type Clause = { readonly words: readonly string[]; readonly isEmbedded: boolean };

function mainClauseEnd(words: readonly string[], start: number): number {
  for (let i = start; i < words.length; i++) if (SUBORDINATORS.has(words[i] ?? "")) return i;
  return words.length;
}

function isParticipleLike(word: string): boolean {
  return /(?:ed|en|ne|wn)$/u.test(word) || (irregularBase(word) !== undefined && !word.endsWith("s") && !word.endsWith("ing"));
}

function isPerfect(words: readonly string[], at: number, end: number, isInverted: boolean): boolean {
  const next = words[at + 1] ?? "";
  if (next === "to" || (!isInverted && NOT_PARTICIPLES.has(next))) return false;
  for (let i = at + 1; i < Math.min(end, at + 6); i++) if (isParticipleLike(words[i] ?? "") || words[i] === "been") return true;
  return false;
}

function auxiliaryAt(words: readonly string[], start: number, end: number): number {
  for (let i = start; i < Math.min(end, start + MAX_AUXILIARY_DISTANCE); i++) {
    const word = words[i] ?? "";
    if (MODALS.has(word) || SUPPORT.has(word) || (PERFECT.has(word) && isPerfect(words, i, end, i === start))) return i;
  }
  return -1;
}

type Ending = "s" | "ed" | undefined;

function withoutEnding(word: string): readonly [string, Ending] {
  if (BASE_HOMOGRAPHS.has(word) || COMPARED.has(word) || word.endsWith("ing") || SUBJECT_PRONOUNS.has(word)) return [word, undefined];
  let base = word === "went" ? "go" : lemmaOf(word);
  if (base === word) return [word, undefined];
  for (let step = 0; step < MAX_LEMMA_STEPS && !BASE_HOMOGRAPHS.has(base) && lemmaOf(base) !== base; step++) base = lemmaOf(base);
  if (word.endsWith("s")) return [base, "s"];
  const isVerb = word.endsWith("ed") || isDictionaryWord(`${base.replace(/e$/u, "")}ing`) || base === "be" || base === "do";
  return isVerb ? [base, "ed"] : [word, undefined];
}

type Support = { readonly run: readonly string[]; readonly isNegated: boolean };

/** The clause with do-support: one "does" or "did" in front for each removed ending, the words in their base form. */
function supported(
  head: readonly string[],
  { run, isNegated }: Support,
  clause: readonly string[],
  tail: readonly string[],
): readonly string[] {
  const marks = { s: run.filter((word) => word === "does").length, ed: run.filter((word) => word === "did").length };
  const bases = clause.map((word) => {
    const [base, ending] = withoutEnding(word);
    if (ending !== undefined) marks[ending]++;
    return base;
  });
  const front = [...Array.from({ length: marks.s }, () => "does"), ...Array.from({ length: marks.ed }, () => "did")];
  return [...head, ...(front.length > 0 ? front : ["do"]), ...(isNegated ? ["not"] : []), ...bases, ...tail];
}

const AFTER_FREE_NOT = /^(?:to|only|just|a|an|the|much|many|all|every|enough|yet)$|(?:ing|ed)$/u;
const BEFORE_FREE_NOT = new Set("all every any each everyone everything everybody both for about that with without if to".split(" "));
const MAX_SUBJECT_WORDS = 4;

// "why do antibiotics not work" / "why don't antibiotics work": moves the negation to the auxiliary, unless it may
// belong to another word.
function settleNot(words: readonly string[], auxiliary: number, end: number): readonly string[] {
  const not = words.indexOf("not", auxiliary + 1);
  if (not < 0 || not >= end || not === auxiliary + 1 || not - auxiliary - 1 > MAX_SUBJECT_WORDS) return words;
  if (["or", "and", "if", "why"].includes(words[not - 1] ?? "")) return words;
  const between = words.slice(auxiliary + 1, not);
  const next = words[not + 1] ?? "";
  const isPronounFirst = SUBJECT_PRONOUNS.has(between[0] ?? "");
  if (isPronounFirst && between.length > 1) return words;
  if (between.some((word) => BEFORE_FREE_NOT.has(word) || MODALS.has(word) || SUPPORT.has(word) || PERFECT.has(word))) return words;
  const isBe = ["is", "are", "was", "were", "am"].includes(words[auxiliary] ?? "") || PERFECT.has(words[auxiliary] ?? "");
  if (AFTER_FREE_NOT.test(next) && !(isBe && /(?:ing|ed)$/u.test(next))) return words;
  return [...words.slice(0, auxiliary + 1), "not", ...between, ...words.slice(not + 1)];
}

function hasSubjectBefore(words: readonly string[], start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const word = words[i] ?? "";
    if (SUBJECT_PRONOUNS.has(word) || word === "there") return true;
    if (DETERMINERS.has(word)) return !["in", "of", "with", "for", "on", "at", "from", "to", "by"].includes(words[i - 1] ?? "");
  }
  return false;
}

// "which side is the best" has no subject after the verb; "which side is the door on" has one.
function isSubjectStart(word: string, next: string): boolean {
  if (word === "the" && (next.endsWith("est") || COMPARED.has(next) || next === "only" || next === "same")) return false;
  return SUBJECT_PRONOUNS.has(word) || DETERMINERS.has(word) || word === "there";
}

/** Whether a noun may stand between the question word and its verb. A bare noun may then be subject or object. */
function hasNoun(words: readonly string[]): boolean {
  const [first = "", second = ""] = words;
  return NOUN_QUESTIONS.has(first) || (first === "how" && (second === "many" || second === "much"));
}

function plainVerbClause({ words, isEmbedded }: Clause, end: number): boolean {
  const first = words[0] ?? "";
  if (first === "when" || first === "where") return isEmbedded;
  if (!hasNoun(words)) return true;
  const subject = words.findIndex((word, i) => i > 0 && i < end && (SUBJECT_PRONOUNS.has(word) || DETERMINERS.has(word)));
  if (subject > 0 && SUBJECT_PRONOUNS.has(words[subject] ?? "") && subject <= 4) return true;
  if (!isEmbedded || first === "which") return false;
  if (words.slice(1, subject).some((word) => PERFECT.has(word))) return false;
  if (subject > 0 && subject <= 4) return words.slice(subject + 2, end).some((word) => withoutEnding(word)[1] !== undefined);
  const last = words[TRAILING_PREPOSITIONS.has(words[end - 1] ?? "") ? end - 2 : end - 1] ?? "";
  return FINAL_VERBS.has(last) && end > 2;
}

const AFTER_MAIN_DO = new Set("in on at for to with about during".split(" "));

// "do" or one of its forms is at `at`. The endings it carries move to the front of the clause that begins at `start`.
function supportedClause(words: readonly string[], start: number, at: number, end: number): readonly string[] {
  let after = at + 1;
  while (SUPPORT.has(words[after] ?? "")) after++;
  const before = words.slice(start, at);
  const settled = settleNot(["do", ...words.slice(after)], 0, end - after + 1).slice(1);
  const isNegated = settled[0] === "not";
  // In "(tell me) what the app does", "does" is the main verb.
  const isVerb = before.length > 0 && (after >= end || AFTER_MAIN_DO.has(words[after] ?? ""));
  const body = [...before, ...(isVerb ? ["do"] : []), ...(isNegated ? settled.slice(1) : settled)];
  const bodyEnd = before.length + (isVerb ? 1 : 0) + end - after - (isNegated ? 1 : 0);
  return supported(words.slice(0, start), { run: words.slice(at, after), isNegated }, body.slice(0, bodyEnd), body.slice(bodyEnd));
}

const UNSUPPORTED: Support = { run: [], isNegated: false };

function whQuestion(clause: Clause): readonly string[] {
  const { words } = clause;
  const start = words[0] === "how" && ADVERBIAL_DEGREES.has(words[1] ?? "") ? 2 : 1;
  const end = mainClauseEnd(words, start);
  const at = auxiliaryAt(words, start, end);
  const head = words.slice(0, start);
  if (at < 0) return plainVerbClause(clause, end) ? supported(head, UNSUPPORTED, words.slice(start, end), words.slice(end)) : words;
  if (SUPPORT.has(words[at] ?? "")) return supportedClause(words, start, at, end);
  const isFree =
    at === start || !hasNoun(words) || isSubjectStart(words[at + 1] ?? "", words[at + 2] ?? "") || hasSubjectBefore(words, start, at);
  return isFree ? settleNot([...head, words[at] ?? "", ...words.slice(start, at), ...words.slice(at + 1)], start, end) : words;
}

function polarQuestion(words: readonly string[]): readonly string[] {
  const end = mainClauseEnd(words, 1);
  return SUPPORT.has(words[0] ?? "") ? supportedClause(words, 0, 0, end) : settleNot(words, 0, end);
}

function embeddedPolarQuestion(words: readonly string[]): readonly string[] {
  const end = mainClauseEnd(words, 1);
  const at = auxiliaryAt(words, 0, end);
  if (at < 0) return supported([], UNSUPPORTED, words.slice(0, end), words.slice(end));
  if (SUPPORT.has(words[at] ?? "")) return supportedClause(words, 0, at, end);
  return polarQuestion([words[at] ?? "", ...words.slice(0, at), ...words.slice(at + 1)]);
}

/** Puts the auxiliary and the subject into one order, whether the question was asked directly or inside a wrapper. */
export function settleAuxiliary(clause: Clause): readonly string[] {
  const first = clause.words[0] ?? "";
  if (clause.words.length < 3) return clause.words;
  if (clause.isEmbedded && (first === "if" || first === "whether")) return embeddedPolarQuestion(clause.words.slice(1));
  if (WH_WORDS.has(first)) return clause.words[1] === "to" ? clause.words : whQuestion(clause);
  return MODALS.has(first) || SUPPORT.has(first) || (PERFECT.has(first) && isPerfect(clause.words, 0, mainClauseEnd(clause.words, 1), true))
    ? polarQuestion(clause.words)
    : clause.words;
}
