import { FUNCTION_WORDS, QUESTION_STARTERS } from "../lists/function-words.ts";
import { lemmaOf } from "./lemma.ts";

const PARTICIPLE = /(?:ed|en|wn|lt|nt|de|ht|ne|ng|ung|ut|id|ld|pt|st|ft|ad)$/u;

// "is he allowed to" asks what he may do, not what is done to him.
const MODAL_PARTICIPLES = new Set("allowed permitted required supposed needed".split(" "));

/** Whether the question uses the passive voice ("is it made", "get paid"). */
export function hasPassive(words: readonly string[]): boolean {
  return words.some((word, i) => {
    if (!["be", "is", "are", "was", "were", "been", "being", "get"].includes(word)) return false;
    if (words[i + 2] === "by") return true;
    for (let j = i + 1; j < Math.min(words.length, i + 5); j++)
      if (PARTICIPLE.test(words[j] ?? "") && lemmaOf(words[j] ?? "") !== words[j] && !MODAL_PARTICIPLES.has(words[j] ?? "")) return true;
    return false;
  });
}

const STATES = new Set("started married divorced dressed used involved certified rid".split(" "));

/** Lemma of what is done to the asker ("how do I get *added*", "can we be *fired*"); undefined if nothing is. */
export function undergoneOf(words: readonly string[]): string | undefined {
  for (let i = 0; i + 2 < words.length; i++) {
    const [person = "", auxiliary = "", verb = ""] = words.slice(i, i + 3);
    if (!["i", "we"].includes(person) || !["be", "get", "been", "got", "am", "are", "was", "were"].includes(auxiliary)) continue;
    const lemma = lemmaOf(verb);
    if (PARTICIPLE.test(verb) && lemma !== verb && !MODAL_PARTICIPLES.has(verb) && !STATES.has(verb)) return lemma;
  }
  return undefined;
}

const SUBJECT_AUXILIARIES = new Set("can could may might must should will would do does did is are was were has have".split(" "));
const MAX_AUXILIARY_POSITION = 4;

/** Stands for a subject that is the question word itself: "what causes …", "who pays …". */
export const WH_SUBJECT = "?";
const PERSONAL = new Set(["i", "we", "you", "it", "they", "he", "she", "one"]);
const ACTION_AUXILIARIES = new Set("can could may might must should will would do does did has have".split(" "));

function firstNoun(words: readonly string[]): string | undefined {
  if (words[0] === "there") return undefined;
  for (const word of words) {
    if (PERSONAL.has(word)) return "";
    // In "does skipping breakfast …" the subject is an activity, not an agent.
    if (!FUNCTION_WORDS.has(word)) return word.endsWith("ing") && lemmaOf(word) !== word ? undefined : lemmaOf(word);
  }
  return undefined;
}

/**
 * Lemma of the agent: the first content word after the first auxiliary ("can [my landlord] enter …"), "" for a pronoun,
 * `WH_SUBJECT` for "what causes …", undefined if the question names no agent ("how to").
 */
export function subjectOf(words: readonly string[]): string | undefined {
  const possible = /^(?:is|was|would) it \S+ for /u.exec(words.join(" "));
  if (possible) return firstNoun(words.slice(4));
  if (/^(?:is|was|would) it /u.test(words.slice(0, 3).join(" ")) || !QUESTION_STARTERS.has(words[0] ?? "")) return undefined;
  const at = words.findIndex((word, i) => i <= MAX_AUXILIARY_POSITION && SUBJECT_AUXILIARIES.has(word));
  if (at < 0) return lexicalSubject(words);
  const subject = firstNoun(words.slice(at + 1));
  // "is my landlord allowed to" names an agent. Any other "is" states what something is.
  const isAction =
    ACTION_AUXILIARIES.has(words[at] ?? "") ||
    words.slice(at, at + MAX_AUXILIARY_POSITION + 2).some((word) => word === "allowed" || word === "permitted");
  return isAction || subject === "" ? subject : undefined;
}

// "which animals prey on …", "what causes …": without an auxiliary, the agent is what the question asks for.
function lexicalSubject(words: readonly string[]): string | undefined {
  const [first = "", second = ""] = words;
  if (FUNCTION_WORDS.has(second) || second === "") return undefined;
  if (first === "which") return lemmaOf(second);
  return first === "what" || first === "who" ? WH_SUBJECT : undefined;
}
