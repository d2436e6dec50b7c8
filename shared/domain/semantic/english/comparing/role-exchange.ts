import type { Alignment } from "./alignment.ts";
import type { QuestionFeatures } from "../reading/features.ts";
import { WH_SUBJECT } from "../reading/subject.ts";
import { isReordered } from "../reading/word-order.ts";

/** Two questions and the alignment of their words. */
export type AlignedPair = {
  readonly a: QuestionFeatures;
  readonly b: QuestionFeatures;
  readonly alignment: Alignment;
};

const DIRECTIONAL_ROLES = [
  "to",
  "from",
  "over",
  "under",
  "than",
  "before",
  "after",
  "against",
  "for",
  "by",
  "in",
  "on",
  "with",
  "without",
  "instead",
  "about",
] as const;

/** Whether both words occur on both sides and the preposition has moved from one word to the other. */
function isDirectionSwapped({ a, b, alignment }: AlignedPair): boolean {
  const toB = new Map(alignment.matches.map((match) => [match.a, match.b]));
  const toA = new Map(alignment.matches.map((match) => [match.b, match.a]));
  return DIRECTIONAL_ROLES.some((role) => {
    const inA = [...a.content.keys()].filter((at) => a.content[at]?.role === role);
    const inB = [...b.content.keys()].filter((at) => b.content[at]?.role === role);
    const movedA = inA.filter((at) => toB.has(at) && !inB.includes(toB.get(at) ?? -1));
    const movedB = inB.filter((at) => toA.has(at) && !inA.includes(toA.get(at) ?? -1));
    return movedA.length > 0 && movedB.length > 0 && isExchange(a, b, movedA, movedB, toA, toB);
  });
}

const EXCHANGE_VERBS = new Set(["substitute", "exchange", "swap", "trade", "replace"]);

// "substitute for X" / "substitute X for": on one side only, no noun follows the preposition.
function isStrandedOnOneSide({ a, b, alignment }: AlignedPair): boolean {
  if (alignment.leftA.length > 0 || alignment.leftB.length > 0 || !a.content.some((word) => EXCHANGE_VERBS.has(word.lemma))) return false;
  const isStranded = ({ words }: QuestionFeatures): boolean =>
    words.some(
      (word, i) => word === "for" && (i + 1 === words.length || ["in", "on", "at", "with", "when", "if"].includes(words[i + 1] ?? "")),
    );
  return isStranded(a) !== isStranded(b);
}

function isPlainRole(features: QuestionFeatures, at: number): boolean {
  return features.content[at]?.role === "" || features.content[at]?.role === "of";
}

// A word that only changes its preposition ("Python in Ubuntu" / "on Ubuntu with Python") is not an exchange. One of
// the two words must have lost its role, or have taken the role of the other.
function isExchange(
  a: QuestionFeatures,
  b: QuestionFeatures,
  movedA: readonly number[],
  movedB: readonly number[],
  toA: ReadonlyMap<number, number>,
  toB: ReadonlyMap<number, number>,
): boolean {
  return movedA.some((one) =>
    movedB.some((other) => {
      const counterpartOfOther = toA.get(other);
      const counterpartOfOne = toB.get(one);
      if (counterpartOfOther === undefined || counterpartOfOne === undefined || counterpartOfOther === one) return false;
      const adjacentPhrase =
        Math.abs(counterpartOfOther - one) === 1 &&
        Math.abs(counterpartOfOne - other) === 1 &&
        counterpartOfOther > one === other > counterpartOfOne;
      const arePlain = isPlainRole(a, counterpartOfOther) && isPlainRole(b, counterpartOfOne);
      const [isRoleFirstInA, isRoleFirstInB] = [one < counterpartOfOther, other < counterpartOfOne];
      // In "the season of X" / "X's season" the words change places without an exchange.
      const isGenitive = a.content[counterpartOfOther]?.role === "of" || b.content[counterpartOfOne]?.role === "of";
      if (adjacentPhrase || (arePlain && (isRoleFirstInA !== isRoleFirstInB || (isGenitive && isRoleFirstInA)))) return false;
      return a.content[one]?.kind !== "number" && b.content[other]?.kind !== "number";
    }),
  );
}

// "Can my landlord enter my apartment" / "Can I enter my landlord's apartment": the same words with another subject.
function isSubjectExchanged(pair: AlignedPair): boolean {
  const { a, b } = pair;
  if (isUndergoneOnOneSide(pair)) return true;
  if (a.hasPassive !== b.hasPassive || a.subject === undefined || b.subject === undefined || a.subject === b.subject) return false;
  if (a.subject === WH_SUBJECT || b.subject === WH_SUBJECT) return isAskedForSubject(pair);
  if (a.subject !== "" && b.subject !== "") return areSubjectsExchanged(pair);
  if (a.hasPassive || a.type === "need" || b.type === "need") return false;
  const { leftA, leftB, matches } = pair.alignment;
  const [moved, other] = a.subject === "" ? [b.subject, b] : [a.subject, a];
  // If another word has changed as well, only the object "me" or "us" shows the exchange ("… sue *me*").
  const isObject = other.words.includes("me") || other.words.includes("us");
  if ((leftA.length > 0 || leftB.length > 0) && !(isObject && leftA.length <= LITTLE && leftB.length <= LITTLE)) return false;
  return matches
    .filter((match) => match.kind === "same")
    .some((match) => a.content[match.a]?.lemma === moved && b.content[match.b]?.lemma === moved);
}

const LITTLE = 1;

// "How do I add my wife" / "How do I get added": the asker does the action on one side and undergoes it on the other.
function isUndergoneOnOneSide({ a, b, alignment }: AlignedPair): boolean {
  if ((a.undergone === undefined) === (b.undergone === undefined) || a.subject !== "" || b.subject !== "") return false;
  if (alignment.leftA.length > LITTLE || alignment.leftB.length > LITTLE) return false;
  const [verb, other] = a.undergone === undefined ? [b.undergone, a] : [a.undergone, b];
  return !other.hasPassive && other.content.some((word) => word.lemma === verb);
}

const SPEAKERS = new Set(["i", "we"]);
const SPEAKERS_AS_OBJECT = new Set(["me", "us"]);
const OTHERS = new Set(["someone", "somebody", "they", "he", "she", "anyone"]);
const BETWEEN_SPEAKER_AND_VERB = new Set(
  "want to need have had going would like can could will should must may might do did just also already".split(" "),
);
/** Words after which "me" is a beneficiary and not an object: "for me", "let me", "send me". */
const SERVING = new Set("for to tell let give show help allow send with about bring get charge".split(" "));

// The asker does the action: "I sue", "I want to sue".
function isDoneBySpeaker(features: QuestionFeatures, at: number): boolean {
  let i = at - 1;
  while (i > 0 && BETWEEN_SPEAKER_AND_VERB.has(features.words[i] ?? "")) i--;
  return SPEAKERS.has(features.words[i] ?? "");
}

// Another person does the action: "someone hits", "blocked me", "was cancelled by the airline".
function isDoneByOther(features: QuestionFeatures, at: number): boolean {
  const [before = "", after = ""] = [features.words[at - 1], features.words[at + 1]];
  if (OTHERS.has(before)) return true;
  if (isDoneBySpeaker(features, at)) return false;
  return SPEAKERS_AS_OBJECT.has(after) || (after === "by" && BE_FORMS.has(before));
}

const BE_FORMS = new Set("is are was were been be got".split(" "));

function hasSpeakerAsObject({ words }: QuestionFeatures): boolean {
  return words.some((word, i) => SPEAKERS_AS_OBJECT.has(word) && i > 0 && !SERVING.has(words[i - 1] ?? ""));
}

const GIVING = new Set("give grant lend sell offer".split(" "));
const TAKING = new Set("get receive obtain borrow buy".split(" "));

// "who I blocked" / "who blocked me", "if I hit a car" / "if someone hits my car", "give access" / "get access".
function isPersonExchanged(pair: AlignedPair): boolean {
  const { a, b, alignment } = pair;
  const [startA, startB] = [a.body[0] ?? "", b.body[0] ?? ""];
  if ((GIVING.has(startA) && TAKING.has(startB)) || (GIVING.has(startB) && TAKING.has(startA))) return true;
  const isVerbExchanged = alignment.matches.some((match) => {
    const [inA, inB] = [a.content[match.a]?.position ?? 0, b.content[match.b]?.position ?? 0];
    return (isDoneBySpeaker(a, inA) && isDoneByOther(b, inB)) || (isDoneBySpeaker(b, inB) && isDoneByOther(a, inA));
  });
  const toB = new Map(alignment.matches.map((match) => [match.a, match.b]));
  const toA = new Map(alignment.matches.map((match) => [match.b, match.a]));
  return isVerbExchanged || isActedUponOnOneSide(pair) || isDoneByItsObject(a, b, toB) || isDoneByItsObject(b, a, toA);
}

const DETERMINERS = new Set("my our the a an his her their this that".split(" "));

// "my neighbor hit my car" / "I hit my neighbor's car": the agent on one side is part of the object on the other.
function isDoneByItsObject(one: QuestionFeatures, other: QuestionFeatures, matches: ReadonlyMap<number, number>): boolean {
  for (const [inOne, inOther] of matches) {
    const [at, otherAt] = [one.content[inOne]?.position ?? 0, other.content[inOther]?.position ?? 0];
    if (!isDoneBySpeaker(other, otherAt) || !DETERMINERS.has(one.words[at + 1] ?? "")) continue;
    const agent = one.content.findIndex((word) => word.position === at - 1 && !word.text.endsWith("ly"));
    const agentThere = other.content[matches.get(agent) ?? -1];
    if (agent >= 0 && agentThere !== undefined && agentThere.position > otherAt && !SPEAKERS.has(one.words[at - 1] ?? "")) return true;
  }
  return false;
}

// "a boss who annoys me" / "I am a boss who annoys": nearly the same words, but only one side has "me" as object.
function isActedUponOnOneSide({ a, b, alignment }: AlignedPair): boolean {
  if (alignment.leftA.length > LITTLE || alignment.leftB.length > LITTLE || a.hasPassive !== b.hasPassive) return false;
  if (a.type === "why" || b.type === "why") return false;
  return hasSpeakerAsObject(a) !== hasSpeakerAsObject(b);
}

// A word has "to" on one side and "from" on the other: "feedback to my manager" / "feedback from my manager".
function isTurnedRound({ a, b, alignment }: AlignedPair): boolean {
  if (a.type === "difference" || b.type === "difference") return false;
  const roles = alignment.matches.map((match) => `${a.content[match.a]?.role ?? ""} ${b.content[match.b]?.role ?? ""}`);
  const turned = roles.filter((role) => role === "to from" || role === "from to").length;
  return turned > 0;
}

// The question word is the subject on one side only: "What causes root rot" / "What does root rot do".
function isAskedForSubject({ a, b, alignment }: AlignedPair): boolean {
  if (a.type === "why" && b.type === "why") return false;
  if (alignment.leftA.length > LITTLE || alignment.leftB.length > LITTLE) return false;
  const moved = a.subject === WH_SUBJECT ? b.subject : a.subject;
  return alignment.matches.some((match) => a.content[match.a]?.lemma === moved || b.content[match.b]?.lemma === moved);
}

// "Can a patient refuse a doctor" / "Can a doctor refuse a patient": each subject is not the subject on the other side.
function areSubjectsExchanged({ a, b, alignment }: AlignedPair): boolean {
  if ([a.type, b.type].some((type) => type === "difference" || type === "cost")) return false;
  if (alignment.leftA.length > LITTLE || alignment.leftB.length > LITTLE) return false;
  const subjectA = a.content.findIndex((word) => word.lemma === a.subject);
  const subjectB = b.content.findIndex((word) => word.lemma === b.subject);
  const partnerOfA = alignment.matches.find((match) => match.a === subjectA)?.b;
  const partnerOfB = alignment.matches.find((match) => match.b === subjectB)?.a;
  if (partnerOfA === undefined || partnerOfB === undefined || partnerOfA === subjectB) return false;
  // Adjacent words may form a compound ("car insurance" / "insurance for my car") or a list.
  return (
    areApart(a, subjectA, partnerOfB) &&
    areApart(b, subjectB, partnerOfA) &&
    !isListed(a, subjectA, partnerOfB) &&
    !isListed(b, subjectB, partnerOfA)
  );
}

// "x … v … y" / "y … v … x" around a shared word v, in the same voice and without a list between x and y.
function isRoleSwapped({ a, b, alignment }: AlignedPair): boolean {
  if (a.hasPassive !== b.hasPassive) return false;
  const order = alignment.matches.filter((match) => match.kind === "same").toSorted((one, other) => one.a - other.a);
  const isPlain = (features: QuestionFeatures, at: number): boolean => features.content[at]?.role === "";
  for (const [i, first] of order.entries()) {
    for (let k = i + 2; k < order.length; k++) {
      const last = order[k];
      if (!last || last.b > first.b || !isPlain(a, first.a) || !isPlain(a, last.a) || !isPlain(b, first.b) || !isPlain(b, last.b)) continue;
      if (
        order
          .slice(i + 1, k)
          .some((middle) => middle.b > last.b && middle.b < first.b && !isListed(a, first.a, last.a) && !isListed(b, last.b, first.b))
      )
        return true;
    }
  }
  return false;
}

function areApart(features: QuestionFeatures, one: number, other: number): boolean {
  return Math.abs((features.content[one]?.position ?? 0) - (features.content[other]?.position ?? 0)) > 1;
}

function isListed(features: QuestionFeatures, from: number, to: number): boolean {
  const words = features.words.slice(features.content[from]?.position ?? 0, features.content[to]?.position ?? 0);
  return words.includes("and") || words.includes("or");
}

/** Whether the questions differ in direction: a preposition belongs to the other word, or "to" has become "from". */
export function hasDirectionExchange(pair: AlignedPair): boolean {
  return isDirectionSwapped(pair) || isStrandedOnOneSide(pair) || isTurnedRound(pair);
}

/** Whether the agent and the object of an action have changed places. */
export function hasRoleExchange(pair: AlignedPair): boolean {
  return isRoleSwapped(pair) || isSubjectExchanged(pair) || isPersonExchanged(pair) || isReordered(pair.a, pair.b);
}
