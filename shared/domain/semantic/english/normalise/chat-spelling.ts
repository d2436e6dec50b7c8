import type { Token } from "./tokens.ts";

// Digits and letters stand for a word only next to certain words: "safe 2 use", but not "need 2 tablets".
const BEFORE_TO = new Set("safe able how possible legal going ok okay allowed easy hard supposed want wanna ready free".split(" "));
const NEEDING = new Set("need have want like try used way time".split(" "));
const VERBS_AFTER_TO = new Set(
  "pay be get do go make use take know buy find cancel change see reset add remove delete send ask call keep put set eat drink sleep work start stop fix".split(
    " ",
  ),
);
const AFTER_FOR = new Set("my me the this it your our".split(" "));
const CLAUSE_OPENERS = new Set("when if because while that since once until whether so after before though think sure".split(" "));
const PREDICATES = new Set(
  "done not too very been going over ready broken been raining safe okay ok gone dead dry hot cold full empty finished".split(" "),
);
const AFTER_CONJUNCTION = new Set(
  "i you he she it we they my your his her our their the a an this that there im its u ur someone".split(" "),
);
const MESSAGE_OWNERS = new Set("my a your the this that text send error voice last any".split(" "));
const QUESTION_VERBS = new Set("do does did is are cant wont am was doesnt dont isnt".split(" "));
const PERSONS = new Set("u you we they".split(" "));

function toOrTwo(left: string, right: string): string | undefined {
  if (BEFORE_TO.has(left) && /^[a-z]/u.test(right) && !right.endsWith("s") && (left !== "want" || VERBS_AFTER_TO.has(right))) return "to";
  return NEEDING.has(left) && VERBS_AFTER_TO.has(right) ? "to" : undefined;
}

function its(left: string, right: string): string | undefined {
  const isStart = left === "" || CLAUSE_OPENERS.has(left);
  if (PREDICATES.has(right) && right !== "") return isStart || right === "not" || right === "been" ? "it is" : undefined;
  return isStart && (/(?:ed|ing)$/u.test(right) || right === "a" || right === "the") ? "it is" : undefined;
}

/** What a shorthand stands for between its neighbours (lower case, "" at either end); undefined if for nothing. */
function inFrame(token: Token, left: string, right: string): string | undefined {
  switch (token.text) {
    case "2":
      return toOrTwo(left, right);
    case "4":
      return AFTER_FOR.has(right) ? "for" : undefined;
    case "its":
      return its(left, right);
    case "ur":
      return right.endsWith("ing") && CLAUSE_OPENERS.has(left) ? "you are" : undefined;
    case "bc":
      return token.raw === "bc" && AFTER_CONJUNCTION.has(right) ? "because" : undefined;
    case "msg":
    case "msgs":
      return token.raw !== "MSG" && MESSAGE_OWNERS.has(left) ? token.text.replace("msg", "message") : undefined;
    case "r":
      return PERSONS.has(right) || PERSONS.has(left) ? "are" : undefined;
    case "y":
      return left === "" && QUESTION_VERBS.has(right) ? "why" : undefined;
    case "diff":
      return right === "between" ? "difference" : right === "from" ? "different" : undefined;
    default:
      return undefined;
  }
}

/** Spells out shorthand that depends on its neighbours: "is it safe 2 use", "when its done", "while ur sleeping". */
export function readShorthand(tokens: readonly Token[]): readonly Token[] {
  const read: Token[] = [];
  for (const [i, token] of tokens.entries()) {
    const isCandidate = token.text.length <= 4 && (token.kind === "word" || token.text === "2" || token.text === "4");
    const words = isCandidate
      ? inFrame(token, token.before === "sentence" ? "" : (tokens[i - 1]?.text ?? ""), tokens[i + 1]?.text ?? "")
      : undefined;
    if (words === undefined) read.push(token);
    else
      for (const [j, text] of words.split(" ").entries())
        read.push({ ...token, text, kind: "word", isCapitalised: false, raw: text, before: j === 0 ? token.before : "none" });
  }
  return read;
}
