import { americanSpelling } from "./lexicon.ts";
import { CONTRACTIONS } from "./lists/contractions.ts";
import { FILLER_SEGMENT, LEADING_FILLER, MENTION_WORDS, TRAILING_FILLER } from "./lists/fillers.ts";
import { FUNCTION_WORDS, QUESTION_STARTERS } from "./lists/function-words.ts";
import { NUMBER_WORDS, ROMAN_NUMERALS, UNITS } from "./lists/numbers.ts";
import { CODE_ALIASES, COMPOUNDS, SPELLING_VARIANTS } from "./lists/spelling.ts";
import { tokenise } from "./tokens.ts";
import type { Token } from "./tokens.ts";
import { correctedSpelling } from "./typo-guard.ts";

/** A question without what only politeness, typing and typography put into it. */
export type NormalisedText = {
  /** Canonical words joined by spaces; equal for two texts only when they ask the same. */
  readonly canonical: string;
  readonly tokens: readonly Token[];
};

const CLAUSE_LEADERS = new Set(
  "on in for at by as with from when if during using under after before inside within via while without since until through".split(" "),
);
const SUBORDINATE_LEADERS = new Set("when if while after before since until as".split(" "));
const LEADING_ADVERBS = new Set("online offline generally usually normally typically currently legally technically".split(" "));
const MAX_MOVED_PHRASE_TOKENS = 6;
const MAX_MOVED_CLAUSE_TOKENS = 12;
const MIN_QUESTION_TOKENS = 3;
const SUBJECT_PRONOUNS = new Set("i we you they he she it one".split(" "));
const INVERTIBLE = new Set("can could should would will may might must am are is was were do does did have has had".split(" "));
const WH_WORDS = new Set("what which who where when why how whether if".split(" "));

function textsOf(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join(" ");
}

function withText(token: Token, text: string): Token {
  return text === token.text ? token : { ...token, text };
}

function isAllCaps(tokens: readonly Token[]): boolean {
  const words = tokens.filter((token) => token.kind === "word" && token.raw.length > 1);
  return words.length > 1 && words.every((token) => token.raw === token.raw.toUpperCase());
}

// "US" and "IT" are names where "us" and "it" are pronouns; an all-caps prompt says nothing about it.
function acronymText(token: Token, previous: Token | undefined, isShouting: boolean): string | undefined {
  if (["usa", "unitedstates"].includes(token.text)) return "usa";
  if (token.text === "us" && (previous?.text === "the" || (!isShouting && /^U\.?S\.?$/u.test(token.raw)))) return "usa";
  return !isShouting && token.raw === "IT" ? "i.t." : undefined;
}

function expandWord(token: Token, previous: Token | undefined, isShouting: boolean): readonly Token[] {
  const acronym = acronymText(token, previous, isShouting);
  if (acronym !== undefined) return [withText(token, acronym)];
  const contraction = CONTRACTIONS.get(token.text);
  if (contraction && !(token.text === "u" && token.raw === "U")) {
    return contraction.map((text, i) => ({ ...token, text, isCapitalised: false, before: i === 0 ? token.before : "none" }));
  }
  const bare = token.text.replaceAll("'", "");
  const roman = ROMAN_NUMERALS.get(token.raw);
  if (roman !== undefined && previous?.isCapitalised === true && !isShouting) return [{ ...token, text: roman, kind: "number" }];
  const value = NUMBER_WORDS.get(bare);
  if (value !== undefined && !(token.isCapitalised && previous !== undefined && token.before === "none" && !previous.isCapitalised)) {
    return [{ ...token, text: String(value), kind: "number" }];
  }
  const spelled = SPELLING_VARIANTS.get(bare) ?? americanSpelling(bare);
  if (spelled !== undefined) return spelled.split(" ").map((text, i) => ({ ...token, text, before: i === 0 ? token.before : "none" }));
  const isCorrectable = !token.isCapitalised || isShouting;
  return [withText(token, (isCorrectable ? correctedSpelling(bare) : undefined) ?? bare)];
}

function expandAll(tokens: readonly Token[]): readonly Token[] {
  const isShouting = isAllCaps(tokens);
  const expanded: Token[] = [];
  for (const token of tokens) {
    const alias = token.kind === "code" ? CODE_ALIASES.get(token.text) : undefined;
    if (alias)
      expanded.push(
        ...alias.map((text, i) => ({
          ...token,
          text,
          kind: /^\p{N}/u.test(text) ? ("number" as const) : ("word" as const),
          before: i === 0 ? token.before : ("none" as const),
        })),
      );
    else if (token.kind === "word") expanded.push(...expandWord(token, expanded.at(-1), isShouting));
    else expanded.push(token);
  }
  return expanded;
}

// "twenty five" → 25, "two hundred" → 200, "one hundred" → 100, and "one" next to a unit → 1.
function mergeNumberWords(tokens: readonly Token[]): readonly Token[] {
  const merged: Token[] = [];
  for (const [i, token] of tokens.entries()) {
    const last = merged.at(-1);
    const next = tokens[i + 1];
    const isAdjacent =
      last?.kind === "number" &&
      token.kind === "number" &&
      token.before === "none" &&
      /^\p{L}/u.test(token.raw) &&
      /^\p{L}/u.test(last.raw);
    const [left, right] = [Number(last?.text), Number(token.text)];
    if (isAdjacent && left >= 20 && left < 100 && right < 10 && right > 0) merged[merged.length - 1] = withText(last, String(left + right));
    else if (
      last?.kind === "number" &&
      token.kind === "number" &&
      token.before === "none" &&
      /^(?:hundred|thousand|million|billion)$/u.test(token.text === "100" || right >= 1000 ? token.raw.toLowerCase() : "") &&
      left < right
    ) {
      merged[merged.length - 1] = withText(last, String(left * right));
    } else if (token.text === "one" && next !== undefined && (UNITS.has(next.text) || ["100", "1000", "1000000"].includes(next.text)))
      merged.push({ ...token, text: "1", kind: "number" });
    else merged.push(token);
  }
  return merged;
}

function joinCompounds(tokens: readonly Token[]): readonly Token[] {
  const joined: Token[] = [];
  for (const token of tokens) {
    const last = joined.at(-1);
    const compound = last && token.before === "none" ? COMPOUNDS.get(`${last.text} ${token.text}`) : undefined;
    if (last && compound !== undefined && !compound.includes(" ")) joined[joined.length - 1] = { ...last, text: compound, kind: "word" };
    else joined.push(token);
  }
  return joined;
}

function segmentsOf(tokens: readonly Token[]): Token[][] {
  const segments: Token[][] = [];
  for (const token of tokens) {
    const current = segments.at(-1);
    if (!current || token.before !== "none") segments.push([token]);
    else current.push(token);
  }
  return segments;
}

function hasContent(tokens: readonly Token[]): boolean {
  return tokens.some((token) => token.kind !== "word" || !FUNCTION_WORDS.has(token.text));
}

/** Drops whole segments at both ends that ask nothing ("Hello!", "thanks in advance"). */
function dropFillerSegments(tokens: readonly Token[]): readonly Token[] {
  const segments = segmentsOf(tokens);
  const isFiller = (segment: readonly Token[] | undefined): boolean => segment !== undefined && FILLER_SEGMENT.test(textsOf(segment));
  const isAddress = (at: number): boolean => {
    const segment = segments[at];
    return (
      at === 1 &&
      segment?.length === 1 &&
      segment[0]?.isCapitalised === true &&
      !QUESTION_STARTERS.has(segment[0].text) &&
      isFiller(segments[0]) &&
      segments.length > 2 &&
      segments[2]?.[0]?.before !== "none"
    );
  };
  let start = 0;
  while (
    start < segments.length - 1 &&
    (isFiller(segments[start]) || (start > 0 && isAddress(start) && segments[start]?.[0]?.before === "none"))
  )
    start++;
  let end = segments.length;
  const last = segments.at(-1);
  if (end > 2 && last?.length === 1 && last[0]?.kind === "word" && last[0].isCapitalised && isFiller(segments[end - 2])) end--;
  while (end - 1 > start && isFiller(segments[end - 1])) end--;
  const kept = segments.slice(start, end).flat();
  return hasContent(kept) ? kept : tokens;
}

function isQuestionStart(token: Token | undefined): boolean {
  return (
    token !== undefined &&
    (QUESTION_STARTERS.has(token.text) || token.text === "if" || token.text === "whether" || SUBJECT_PRONOUNS.has(token.text))
  );
}

/** Drops greetings and wrappers that run into the question without a break. */
function dropLeadingFillers(tokens: readonly Token[]): readonly Token[] {
  let kept = tokens;
  for (;;) {
    const match = LEADING_FILLER.exec(textsOf(kept));
    if (!match) return kept;
    const rest = kept.slice(match[0].split(" ").length);
    const next = rest[0];
    if (!next || !hasContent(rest) || !(next.before !== "none" || isQuestionStart(next) || LEADING_FILLER.test(textsOf(rest)))) return kept;
    if (MENTION_WORDS.has(next.text) && !QUESTION_STARTERS.has(next.text)) return kept;
    kept = rest;
  }
}

function dropTrailingFillers(tokens: readonly Token[]): readonly Token[] {
  let kept = tokens;
  for (;;) {
    const match = TRAILING_FILLER.exec(textsOf(kept));
    if (!match) return kept;
    const length = match[0].split(" ").length;
    const rest = kept.slice(0, -length);
    const isMention = kept[rest.length]?.before === "none" && MENTION_WORDS.has(rest.at(-1)?.text ?? "");
    if (isMention || rest.length < MIN_QUESTION_TOKENS || !hasContent(rest)) return kept;
    kept = rest;
  }
}

function dropPleaseInside(tokens: readonly Token[]): readonly Token[] {
  return tokens.filter((token, i) => {
    if (token.text !== "please" && token.text !== "kindly") return true;
    const [left, right] = [tokens[i - 1]?.text ?? "", tokens[i + 1]?.text ?? ""];
    return MENTION_WORDS.has(left) || MENTION_WORDS.has(right) || left === "does" || tokens.length <= MIN_QUESTION_TOKENS;
  });
}

/** "on Linux, how can I …" → "how can I … on Linux". */
function moveLeadingClause(tokens: readonly Token[]): readonly Token[] {
  const first = tokens[0]?.text ?? "";
  const at = tokens.findIndex((token, i) => i > 0 && token.before !== "none");
  if (!CLAUSE_LEADERS.has(first) && !(at === 1 && LEADING_ADVERBS.has(first))) return tokens;
  if (
    at < (LEADING_ADVERBS.has(first) ? 1 : 2) ||
    at > (SUBORDINATE_LEADERS.has(first) ? MAX_MOVED_CLAUSE_TOKENS : MAX_MOVED_PHRASE_TOKENS)
  )
    return tokens;
  const rest = tokens.slice(at);
  const isQuestion = QUESTION_STARTERS.has(rest[0]?.text ?? "") && !CLAUSE_LEADERS.has(rest[0]?.text ?? "");
  if (
    !isQuestion ||
    rest[0]?.before !== "comma" ||
    rest.length < MIN_QUESTION_TOKENS ||
    rest.slice(1).some((token) => token.before === "sentence")
  )
    return tokens;
  return [...rest.map((token, i) => (i === 0 ? { ...token, before: "none" as const } : token)), ...tokens.slice(0, at)];
}

const TRAILING_VERBS = new Set("is are was were".split(" "));
const DEGREES = new Set("much many long old far big tall high often".split(" "));

// "(tell me) how I can reset" → "how can I reset"; "(I wonder) if I can" → "can I".
function restoreQuestionOrder(tokens: readonly Token[]): readonly Token[] {
  const hasCondition = ["if", "whether"].includes(tokens[0]?.text ?? "");
  const at = WH_WORDS.has(tokens[0]?.text ?? "") ? 1 : 0;
  const last = tokens.at(-1);
  // "what the capital of France is" → "what is the capital of France".
  if (at === 1 && last !== undefined && TRAILING_VERBS.has(last.text) && tokens.length > MIN_QUESTION_TOKENS) {
    const asked = tokens[0]?.text === "how" && DEGREES.has(tokens[1]?.text ?? "") ? 2 : 1;
    return [...tokens.slice(0, asked), { ...last, before: "none" as const }, ...tokens.slice(asked, -1)];
  }
  const [subject, verb] = [tokens[at], tokens[at + 1]];
  if (!subject || !verb || !SUBJECT_PRONOUNS.has(subject.text) || !INVERTIBLE.has(verb.text)) return tokens;
  return [...(hasCondition ? [] : tokens.slice(0, at)), verb, subject, ...tokens.slice(at + 2)];
}

// Only forms that differ in nothing but manner: "how do I", "how can we", "how to". "How should" asks for advice and stays.
const HOW_TO_OPENER = /^how (?:to|(?:do|can|could|would|does) (?:i|we|you|one|someone))(?= )/u;

// "(what are the) steps to …", "(what is the) way to …": the same question as "how to …".
const STEPS_OPENER = /^(?:what (?:is|are) )?(?:steps|way) to(?= )/u;

// "is it possible to …", "am i able to …": the same question as "can i …".
const CAN_I_OPENER = /^(?:is it possible(?: for me)? to|am i able to|can (?:i|we|you|one|someone))(?= )/u;

// Articles are typing habits ("all files" / "all the files"); a name's own ("The Who") is rare enough to share an answer.
const ARTICLES = new Set(["a", "an", "the"]);

function canonicalOf(tokens: readonly Token[]): string {
  const kept = tokens.filter((token) => !(token.kind === "word" && ARTICLES.has(token.text) && token.raw !== "A"));
  return textsOf(kept.length > 0 ? kept : tokens)
    .replace(HOW_TO_OPENER, "how to")
    .replace(STEPS_OPENER, "how to")
    .replace(/^which (?!one |of )/u, "what ")
    .replace(CAN_I_OPENER, "can i")
    .replace(/^(?:is|are) there (?:any )?way (?:to|of)(?= )/u, "is there way to");
}

// "isn't it possible" is spelt out as "is not it possible"; people who spell it out write "is it not possible".
function settleNegation(tokens: readonly Token[]): readonly Token[] {
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

/** Removes from a prompt what cannot change its answer, in a fixed order; pure and deterministic. */
export function normalise(prompt: string): NormalisedText {
  const words = settleNegation(joinCompounds(mergeNumberWords(expandAll(tokenise(prompt)))));
  const hadFillers = dropLeadingFillers(dropFillerSegments(words));
  const bare = dropPleaseInside(dropTrailingFillers(dropFillerSegments(hadFillers)));
  const ordered = hadFillers.length < words.length ? restoreQuestionOrder(bare) : bare;
  const tokens = moveLeadingClause(
    ordered.map((token, i) => (i === 0 && token.before !== "none" ? { ...token, before: "none" as const } : token)),
  );
  return { canonical: canonicalOf(tokens), tokens };
}
