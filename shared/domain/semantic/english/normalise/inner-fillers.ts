import { isDictionaryWord } from "../reading/lexicon.ts";
import { MENTION_WORDS } from "../lists/fillers.ts";
import type { Token } from "./tokens.ts";

const HESITATIONS = /^(?:um+|uh+|uhm+|erm+|hm+|hmm+|lol|lmao|haha+)$/u;
const EMPHASIS = new Set("basically actually literally honestly kinda".split(" "));
const WH = new Set("what how why where when who which".split(" "));
const PRONOUNS = new Set("i we you they he she it one".split(" "));
const COUNTS = new Set("one once only single a an the half".split(" "));
const DETERMINERS = new Set("a an the my your this some".split(" "));
// Before these words, "like" is neither a verb (which would need "to": "like to track") nor a comparison.
const VERBS_AFTER_LIKE = new Set(
  "need have get take make do be keep pay find reset cancel track send set add remove delete fix install ignore turn apply write submit unlock move convert create actually basically literally just really".split(
    " ",
  ),
);
const BEFORE_HEDGED_NOUN = new Set("for with to by in have need get takes take cost costs within about after".split(" "));

function isEmptyLike(left: string, right: string, before: Token["before"], afterBreak: boolean): boolean {
  if (before !== "none" && afterBreak) return true;
  if (left === "" || right === "") return false;
  if (
    VERBS_AFTER_LIKE.has(right) &&
    !["look", "looks", "feel", "feels", "things", "be", "is", "would", "sound", "sounds", "to", "what"].includes(left)
  )
    return !(["do", "does", "did"].includes(left) || (right === "make" && PRONOUNS.has(left)));
  return BEFORE_HEDGED_NOUN.has(left) && (DETERMINERS.has(right) || /^\d/u.test(right));
}

function isEmptyJust(left: string, right: string, second: string, third: string): boolean {
  const startsCount = [right, second, third].some((word) => COUNTS.has(word) || /^\d/u.test(word));
  return PRONOUNS.has(left) && !startsCount && right !== "" && right !== "like";
}

// "what does literally mean" asks about the word itself.
function isMentioned(left: string, right: string): boolean {
  return (
    MENTION_WORDS.has(right) ||
    ["mean", "means", "in", "vs"].includes(right) ||
    (["word", "does", "say", "of", "between"].includes(left) && ["mean", "means", "stand", "and", "vs", "or"].includes(right))
  );
}

function isPleaseMention(left: string, right: string, count: number): boolean {
  return MENTION_WORDS.has(left) || MENTION_WORDS.has(right) || left === "does" || count <= 3;
}

/** Drops hesitations and courtesies inside a question. Drops "like" and "just" only where they have no meaning. */
export function dropInnerFillers(tokens: readonly Token[]): readonly Token[] {
  const kept: Token[] = [];
  const rest = [...tokens];
  for (let i = 0; i < rest.length; i++) {
    const token = rest[i];
    if (!token) continue;
    if (token.kind !== "word" || !isEmpty(token, rest, i, kept.at(-1)?.text ?? "")) {
      kept.push(token);
      continue;
    }
    const next = rest[i + 1];
    if (next?.before === "none" && kept.length > 0) rest[i + 1] = { ...next, before: token.before };
  }
  return kept.length > 0 ? kept : tokens;
}

function isEmpty(token: Token, tokens: readonly Token[], i: number, left: string): boolean {
  const { text } = token;
  const right = tokens[i + 1]?.text ?? "";
  if (text === "please" || text === "kindly") return !isPleaseMention(left, right, tokens.length);
  if (text === "like") return isEmptyLike(left, right, token.before, (tokens[i + 1]?.before ?? "none") !== "none");
  if (text === "just") return isEmptyJust(left, right, tokens[i + 2]?.text ?? "", tokens[i + 3]?.text ?? "");
  if (text === "exactly") return WH.has(left) && !/^\d/u.test(right);
  if (EMPHASIS.has(text)) return !isMentioned(left, right) && tokens.length > 3;
  if (!HESITATIONS.test(text) || (isDictionaryWord(text) && text !== "hm" && !/^(?:um|uh|hmm)$/u.test(text))) return false;
  return !isMentioned(left, right) && left !== "does" && tokens.length > 3;
}
