import { inverseDocumentFrequency, isDictionaryWord } from "../reading/lexicon.ts";
import {
  BROKEN_OFF_TAIL,
  FILLER_SEGMENT,
  LEADING_FILLER,
  LEADING_WRAPPER,
  MAX_TAIL_WORDS,
  MENTION_WORDS,
  TRAILING_FILLER,
} from "../lists/fillers.ts";
import { FUNCTION_WORDS, QUESTION_STARTERS } from "../lists/function-words.ts";
import { NUMBER_WORDS } from "../lists/numbers.ts";
import { PERSON_NAMES } from "../lists/person-names.ts";
import { KNOWN_NAMES } from "../lists/spelling.ts";
import type { Token } from "./tokens.ts";
import { SUBJECT_PRONOUNS } from "./clause-words.ts";

/** The rest of a text, and whether the dropped words embed it as a clause ("do you know *why …*"). */
export type BareQuestion = { readonly tokens: readonly Token[]; readonly isEmbedded: boolean };

const MIN_QUESTION_TOKENS = 3;
const MAX_FILLER_TOKENS = 18;
const CLAUSE_OPENERS = new Set("what which who whom whose where when why how whether if".split(" "));
const OWN = new Set(["my", "our"]);
const SPEECH = new Set("say see look like just but and".split(" "));
const NAME_WORDS = new Set("name mean means meaning spelled pronounced".split(" "));
const GREETINGS = new Set("hi hello hey hiya dear good".split(" "));
const PREPOSITIONS = new Set("in for at by on to with from under".split(" "));
const INTRODUCTION =
  /^(?:(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening)|dear all)(?: (?:there|all|everyone|folks|guys))? )?(?:(?:i am|my name is|this is|it is|name is) )?(?<name>\S+(?: (?!here(?: |$)|from |at |in |speaking)\S+)?)(?: (?:from|at|in) (?:the )?\S+(?: (?!here(?: |$)|speaking)\S+)?)?(?<here> here(?: again)?| speaking)?$/u;
const GREETED = /^(?:hi|hello|hey|hiya|dear|howdy|good (?:morning|afternoon|evening))(?: there)? (?<name>\S+(?: \S+)?)$/u;
const THANKED =
  /^(?:(?:many )?thanks|thank you|cheers|regards|kind regards|best regards|best|love)(?: (?:again|in advance|so much|very much|a lot))? (?<name>\S+(?: \S+)?)$/u;

function textsOf(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join(" ");
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

// Whether the token may be the name of a person: it has a capital, or it is in no dictionary.
function isPersonName(token: Token | undefined): boolean {
  if (token?.kind !== "word" || token.text.length < 2 || FUNCTION_WORDS.has(token.text) || NUMBER_WORDS.has(token.text)) return false;
  const isShouted = token.raw.length > 1 && token.raw === token.raw.toUpperCase();
  return (token.isCapitalised && !isShouted) || !isDictionaryWord(token.text);
}

function namesIn(segment: readonly Token[], name: string): boolean {
  const words = name.split(" ");
  const at = segment.findIndex((token, i) => token.text === words[0] && (words.length === 1 || segment[i + 1]?.text === words[1]));
  return at >= 0 && words.every((_, i) => isPersonName(segment[at + i]));
}

// Names that are also a faith, a place or a thing: "I'm Christian", "it's Virginia".
const OTHER_THAN_PERSONS = new Set(
  "christian virginia jordan austin georgia madison grace amber hope faith ming wei windsor hanover lincoln trump".split(" "),
);

// "I'm French", "it's Monday", "this is Windows" and "Linux here" state what the answer depends on. Only a known name
// introduces a person, or a word after a greeting that no dictionary or question has.
function introducesPerson(name: string, isAfterGreeting: boolean): boolean {
  const first = name.split(" ")[0] ?? name;
  if (PERSON_NAMES.has(first)) return !OTHER_THAN_PERSONS.has(first);
  return (
    isAfterGreeting &&
    !isDictionaryWord(first) &&
    !KNOWN_NAMES.has(first) &&
    inverseDocumentFrequency(first) === inverseDocumentFrequency("")
  );
}

/** Whether a segment only introduces the asker: "Martin here", "I'm Priya", "Jenny from accounts here". */
function isIntroduction(segment: readonly Token[], isFirst: boolean, isAfterGreeting: boolean): boolean {
  if (segment.length > 9) return false;
  const text = textsOf(segment);
  const match = INTRODUCTION.exec(text);
  const name = match?.groups?.["name"];
  if (match === null || name === undefined) return false;
  const says = /(?:^| )(?:my name is|name is|this is|i am|it is) /u.test(text) || match.groups?.["here"] !== undefined;
  const first = name.split(" ")[0] ?? name;
  const isGreeted = isAfterGreeting || GREETINGS.has(segment[0]?.text ?? "") || /(?:^| )name is /u.test(text);
  return (
    says &&
    introducesPerson(first, isGreeted) &&
    (isFirst || match.groups?.["here"] === undefined) &&
    (namesIn(segment, name) || (match.groups?.["here"] !== undefined && namesIn(segment, first)))
  );
}

function isAddressed(segment: readonly Token[], pattern: RegExp): boolean {
  if (segment.length > 6) return false;
  const name = pattern.exec(textsOf(segment))?.groups?.["name"];
  return name !== undefined && namesIn(segment, name);
}

function isFillerSegment(segment: readonly Token[] | undefined): boolean {
  return segment !== undefined && segment.length <= MAX_FILLER_TOKENS && FILLER_SEGMENT.test(textsOf(segment));
}

function isFirstFiller(segment: readonly Token[] | undefined): boolean {
  return segment !== undefined && (isFillerSegment(segment) || isAddressed(segment, GREETED));
}

/** Drops whole segments at both ends that ask nothing ("Hello!", "Martin here.", "thanks in advance"). */
function dropFillerSegments({ tokens, isEmbedded }: BareQuestion): BareQuestion {
  const segments = segmentsOf(tokens);
  if (segments.length === 1) return { tokens, isEmbedded };
  const isAddress = (at: number): boolean => {
    const segment = segments[at];
    return (
      at === 1 &&
      segment?.length === 1 &&
      isPersonName(segment[0]) &&
      !QUESTION_STARTERS.has(segment[0]?.text ?? "") &&
      segments[at]?.[0]?.before !== "sentence" &&
      segments.length > 2 &&
      isFillerSegment(segments[0])
    );
  };
  // "My name is Sofia, is that common?" asks about the name itself.
  const isNamesake = segments
    .slice(1)
    .some((segment) => segment.some((token) => NAME_WORDS.has(token.text) || (token.text === "that" && token.before === "none")));
  const goesAway = (at: number): boolean => {
    const isIntroducing = isIntroduction(segments[at] ?? [], at < 2, at > 0 && isFirstFiller(segments[at - 1]));
    if (isIntroducing && isNamesake) return false;
    return isIntroducing || isFirstFiller(segments[at]) || isAddress(at);
  };
  let start = 0;
  while (start < segments.length - 1 && goesAway(start)) start++;
  let end = segments.length;
  const last = segments.at(-1);
  if (end > 2 && last?.length === 1 && isPersonName(last[0]) && isFillerSegment(segments[end - 2])) end--;
  while (end - 1 > start && (isFillerSegment(segments[end - 1]) || isAddressed(segments[end - 1] ?? [], THANKED))) end--;
  const kept = segments.slice(start, end).flat();
  if (!hasContent(kept)) return { tokens, isEmbedded };
  const wasAsked = segments.slice(0, start).some((segment) => LEADING_WRAPPER.exec(textsOf(segment))?.[0] === textsOf(segment));
  return { tokens: kept, isEmbedded: isEmbedded || wasAsked };
}

function isQuestionStart(tokens: readonly Token[]): boolean {
  const [first, second] = [tokens[0]?.text ?? "", tokens[1]?.text ?? ""];
  if (PREPOSITIONS.has(first)) return CLAUSE_OPENERS.has(second);
  return QUESTION_STARTERS.has(first) || CLAUSE_OPENERS.has(first) || SUBJECT_PRONOUNS.has(first);
}

function isGreetedRun(tokens: readonly Token[]): number {
  const second = tokens[1];
  const isGreeting = ["hi", "hello", "hey", "hiya", "dear"].includes(tokens[0]?.text ?? "");
  return isGreeting && isPersonName(second) && isQuestionStart(tokens.slice(2)) ? 2 : 0;
}

const ATTRIBUTES = new Set(
  "capital speed price cost name address number date time difference meaning definition population height weight distance deadline size temperature best fastest cheapest easiest main average minimum maximum limit currency age length rules symptoms causes benefits requirements opening phone formula recipe purpose reason location".split(
    " ",
  ),
);
const TELLS = /(?:tell (?:me|us)|let (?:me|us) know|know|remind (?:me|us)|find out)$/u;

// "tell me the speed of light" asks what the speed is.
function isAttribute(tokens: readonly Token[]): boolean {
  return (
    tokens.length > MIN_QUESTION_TOKENS && tokens[0]?.text === "the" && tokens[0].before === "none" && ATTRIBUTES.has(tokens[1]?.text ?? "")
  );
}

function askedFor(next: Token): readonly Token[] {
  return ["what", "is"].map((text) => ({ ...next, text, raw: text, isCapitalised: false }));
}

/** Drops greetings and wrappers that run into the question without a break. */
function dropLeadingFillers(question: BareQuestion): BareQuestion {
  let { tokens, isEmbedded } = question;
  for (;;) {
    const head = textsOf(tokens.slice(0, MAX_FILLER_TOKENS));
    const wrapper = LEADING_WRAPPER.exec(head);
    const match = wrapper ?? LEADING_FILLER.exec(head);
    const length = match ? match[0].split(" ").length : isGreetedRun(tokens);
    if (length === 0) break;
    const rest = tokens.slice(length);
    const next = rest[0];
    if (!next || !hasContent(rest)) break;
    const isClause = CLAUSE_OPENERS.has(next.text) || (PREPOSITIONS.has(next.text) && CLAUSE_OPENERS.has(rest[1]?.text ?? ""));
    const isOwnStory = wrapper === null && OWN.has(next.text) && !SPEECH.has(match?.[0] ?? "");
    const goesOn =
      isOwnStory ||
      next.before !== "none" ||
      isQuestionStart(rest) ||
      LEADING_FILLER.test(textsOf(rest.slice(0, 12))) ||
      (wrapper !== null && LEADING_WRAPPER.test(textsOf(rest.slice(0, 12))));
    if (wrapper !== null && isAttribute(rest) && TELLS.test(match?.[0] ?? ""))
      return { tokens: [...askedFor(next), ...rest], isEmbedded: false };
    if (!goesOn || (MENTION_WORDS.has(next.text) && next.text !== "like" && !isQuestionStart(rest))) break;
    // "I need to know I …" is a statement. A clause or a break must follow a wrapper.
    if (wrapper !== null && next.before === "none" && SUBJECT_PRONOUNS.has(next.text)) break;
    if (wrapper !== null) isEmbedded ||= isClause;
    tokens = rest;
  }
  return { tokens, isEmbedded };
}

function tailLength(tokens: readonly Token[]): number {
  const last = tokens.at(-1);
  if (last !== undefined && last.before !== "none" && BROKEN_OFF_TAIL.has(last.text)) return 1;
  const match = TRAILING_FILLER.exec(textsOf(tokens.slice(-MAX_TAIL_WORDS - 1)));
  return match ? match[0].split(" ").length : 0;
}

function dropTrailingFillers(question: BareQuestion): BareQuestion {
  let { tokens } = question;
  for (;;) {
    const length = tailLength(tokens);
    const rest = tokens.slice(0, -length);
    const before = tokens[rest.length]?.before;
    const isMention =
      before === "none" &&
      (MENTION_WORDS.has(rest.at(-1)?.text ?? "") ||
        ["it", "feel", "feels", "look", "looks", "need", "is", "are", "was", "be", "need"].includes(rest.at(-1)?.text ?? ""));
    if (length === 0 || isMention || rest.length < MIN_QUESTION_TOKENS || !hasContent(rest)) return { ...question, tokens };
    tokens = rest;
  }
}

/** Removes greetings, introductions, apologies, thanks, urgency and wrappers around a question. */
export function dropCourtesies(tokens: readonly Token[]): BareQuestion {
  const led = dropLeadingFillers(dropFillerSegments({ tokens, isEmbedded: false }));
  const bare = dropFillerSegments(dropTrailingFillers(dropFillerSegments(led)));
  return dropLeadingFillers(bare);
}
