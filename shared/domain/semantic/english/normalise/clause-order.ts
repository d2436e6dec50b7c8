import { FUNCTION_WORDS, QUESTION_STARTERS } from "../lists/function-words.ts";
import type { Token } from "./tokens.ts";
import { DETERMINERS, INVERTIBLE, SUBJECT_PRONOUNS, WH_WORDS } from "./clause-words.ts";

const CLAUSE_LEADERS = new Set(
  "on in for at by as with from when if during using under after before inside within via while without since until through".split(" "),
);
const SUBORDINATE_LEADERS = new Set("when if while after before since until as".split(" "));
const LEADING_ADVERBS = new Set("online offline generally usually normally typically currently legally technically".split(" "));
const MAX_MOVED_PHRASE_TOKENS = 6;
const MAX_MOVED_CLAUSE_TOKENS = 14;
const MIN_QUESTION_TOKENS = 3;
const MIN_UNMARKED_CLAUSE_TOKENS = 3;
const TRAILING_VERBS = new Set("is are was were".split(" "));
const DEGREES = new Set("much many long old far big tall high often".split(" "));

// Without a comma, the main clause begins where a question word meets its verb: "if my card gets stolen how do i …".
function unmarkedBreak(tokens: readonly Token[]): number {
  if (!["if", "when"].includes(tokens[0]?.text ?? "")) return -1;
  for (let i = MIN_UNMARKED_CLAUSE_TOKENS; i < Math.min(tokens.length - 2, MAX_MOVED_CLAUSE_TOKENS); i++) {
    const [word, next, third] = [tokens[i]?.text ?? "", tokens[i + 1]?.text ?? "", tokens[i + 2]?.text ?? ""];
    if (tokens[i]?.before !== "none") return -1;
    const isWhQuestion =
      ["how", "what", "why", "who", "where", "which"].includes(word) &&
      (INVERTIBLE.has(next) || (word === "how" && next === "to")) &&
      (next === "to" || SUBJECT_PRONOUNS.has(third) || DETERMINERS.has(third));
    if (isWhQuestion || (INVERTIBLE.has(word) && SUBJECT_PRONOUNS.has(next) && !SUBJECT_PRONOUNS.has(tokens[i - 1]?.text ?? ""))) return i;
  }
  return -1;
}

function moved(tokens: readonly Token[], at: number): readonly Token[] {
  return [...tokens.slice(at).map((token, i) => (i === 0 ? { ...token, before: "none" as const } : token)), ...tokens.slice(0, at)];
}

/** Moves a leading clause to the end: "on Linux, how can I …" → "how can I … on Linux". */
export function moveLeadingClause(tokens: readonly Token[]): readonly Token[] {
  const first = tokens[0]?.text ?? "";
  const isAdverb = LEADING_ADVERBS.has(first);
  if (!CLAUSE_LEADERS.has(first) && !isAdverb) return tokens;
  const at = tokens.findIndex((token, i) => i > 0 && token.before !== "none");
  const unmarked = at < 0 ? unmarkedBreak(tokens) : -1;
  if (unmarked > 0) return moved(tokens, unmarked);
  if (isAdverb ? at !== 1 : at < 2) return tokens;
  if (at > (SUBORDINATE_LEADERS.has(first) ? MAX_MOVED_CLAUSE_TOKENS : MAX_MOVED_PHRASE_TOKENS)) return tokens;
  const rest = tokens.slice(at);
  const starter = rest[0];
  if (starter?.before !== "comma" || !QUESTION_STARTERS.has(starter.text) || CLAUSE_LEADERS.has(starter.text)) return tokens;
  if (rest.length < (WH_WORDS.has(starter.text) ? 2 : MIN_QUESTION_TOKENS) || rest.slice(1).some((token) => token.before === "sentence"))
    return tokens;
  return moved(tokens, at);
}

/**
 * Restores the order of a question: "(tell me) how I can reset" → "how can I reset"; "(I wonder) if I can" → "can I".
 * Call it only for a clause that a wrapper embeds.
 */
export function restoreQuestionOrder(tokens: readonly Token[]): readonly Token[] {
  const first = tokens[0]?.text ?? "";
  const hasCondition = first === "if" || first === "whether";
  if (!hasCondition && !WH_WORDS.has(first)) return tokens;
  const last = tokens.at(-1);
  // "what the capital of France is" → "what is the capital of France".
  if (!hasCondition && last !== undefined && TRAILING_VERBS.has(last.text) && tokens.length > MIN_QUESTION_TOKENS) {
    const asked = first === "how" && DEGREES.has(tokens[1]?.text ?? "") ? 2 : 1;
    return [...tokens.slice(0, asked), { ...last, before: "none" as const }, ...tokens.slice(asked, -1)];
  }
  const [subject, verb] = [tokens[1], tokens[2]];
  if (!subject || !verb || !(SUBJECT_PRONOUNS.has(subject.text) || subject.text === "there") || !INVERTIBLE.has(verb.text)) return tokens;
  if (
    ["have", "has", "had", "do", "does", "did"].includes(verb.text) &&
    tokens[3]?.text !== "not" &&
    !/(?:ed|en)$/u.test(tokens[3]?.text ?? "")
  )
    return tokens;
  return [...(hasCondition ? [] : tokens.slice(0, 1)), { ...verb, before: "none" as const }, subject, ...tokens.slice(3)];
}

/** Expanding "isn't it possible" gives "is not it possible". This turns it into the usual "is it not possible". */
export function settleNegation(tokens: readonly Token[]): readonly Token[] {
  if (!tokens.some((token) => token.text === "not")) return tokens;
  const settled = [...tokens];
  for (let i = 0; i + 2 < settled.length; i++) {
    const [verb, not, subject] = [settled[i], settled[i + 1], settled[i + 2]];
    if (verb === undefined || not?.text !== "not" || subject === undefined) continue;
    if (!INVERTIBLE.has(verb.text) || !SUBJECT_PRONOUNS.has(subject.text)) continue;
    settled[i + 1] = { ...subject, before: not.before };
    settled[i + 2] = { ...not, before: subject.before };
  }
  return settled;
}

const CLAUSE_VERBS = new Set(
  "is are was were has have had gets get got keeps keep does do did will would can could should may might must goes go stops stop breaks break expires expire arrives arrive starts start dies die fails fail comes come says say needs need falls fall runs run looks look".split(
    " ",
  ),
);
const MAX_NOUN_WORDS = 3;

/** Names the noun before the pronoun: "block it if my card is lost" → "block my card if it is lost". */
export function nameBeforePronoun(words: readonly string[]): readonly string[] {
  const clause = words.findIndex(
    (word, i) => i > 1 && (word === "if" || word === "when" || word === "after" || word === "once" || word === "while"),
  );
  if (clause < 0) return words;
  const pronouns = words.flatMap((word, i) => (word === "it" || word === "them" ? [i] : []));
  const at = pronouns[0];
  if (
    pronouns.length !== 1 ||
    at === undefined ||
    at >= clause ||
    at < 2 ||
    ["is", "does", "do", "did", "can", "will", "should", "was", "much", "long", "many"].includes(words[at - 1] ?? "")
  )
    return words;
  const verb = words.findIndex((word, i) => i > clause + 1 && CLAUSE_VERBS.has(word));
  const noun = words.slice(clause + 1, verb);
  const isPlural = (noun.at(-1) ?? "").endsWith("s") && !/(?:ss|us)$/u.test(noun.at(-1) ?? "");
  const isNamed =
    verb > 0 &&
    noun.length <= MAX_NOUN_WORDS &&
    noun.length > 0 &&
    !noun.some((word, i) => FUNCTION_WORDS.has(word) && (i > 0 || !DETERMINERS.has(word)));
  if (!isNamed || (words[at] === "them") !== isPlural) return words;
  return [...words.slice(0, at), ...noun, ...words.slice(at + 1, clause + 1), isPlural ? "they" : "it", ...words.slice(verb)];
}
