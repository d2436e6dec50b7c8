import { FUNCTION_WORDS } from "./lists/function-words.ts";
import { normalise } from "./normalise/normalise.ts";
import { foldTypography } from "./normalise/tokens.ts";
import type { Token } from "./normalise/tokens.ts";
import type { Eligibility } from "../language-rules.ts";
import { MAX_QUESTION_CHARACTERS } from "../language-rules.ts";

/** Longest text that similarity search compares, in estimated tokens. */
export const MAX_SEMANTIC_TOKENS = 256;
/** Fewest content words of a text that similarity search compares. A shorter text matches only after normalisation. */
export const MIN_CONTENT_WORDS = 3;
const CHARACTERS_PER_TOKEN = 4;

const LEAD = "(?:please |kindly |now |can you |could you |would you |will you |i need you to |i want you to |help me (?:to )?)*";
const PAYLOAD_VERB =
  "(?:translate|proof ?read|rewrite|re-write|rephrase|paraphrase|reword|summari[sz]e|sum up|tl;?dr|classify|categori[sz]e|label|fix|correct|edit|improve|polish|shorten|simplify|expand|extract|count|parse|convert|format|reformat|refactor|debug|explain|analy[sz]e|review|transcribe|complete|continue|answer|score|grade|rate|decode|encode|capitali[sz]e|sort|reverse|anonymi[sz]e|redact|tag|evaluate|solve|check|spell|pronounce)";
const THIS_TEXT =
  "(?:this|these|those|the (?:following|above|below|next|attached|given|provided)|my (?:text|essay|email|code|paragraph|sentence|article|letter|resume|cv|cover letter|draft|message|paper|story|poem))";
const PAYLOAD_PATTERNS: readonly RegExp[] = [
  new RegExp(`^${LEAD}${PAYLOAD_VERB}(?: \\w+){0,5} ${THIS_TEXT}\\b`, "iu"),
  new RegExp(
    `^${LEAD}(?:translate|proof ?read|rewrite|rephrase|paraphrase|reword|summari[sz]e|sum up|tl;?dr|classify|categori[sz]e|transcribe|refactor|debug|redact|anonymi[sz]e)\\b`,
    "iu",
  ),
  new RegExp(`^${LEAD}${PAYLOAD_VERB}\\b[^?]{0,80}[:\\n"“]`, "iu"),
  /\b(?:the following|text below|sentence below|code below|paragraph below|passage below|this (?:text|sentence|paragraph|passage|email|essay|article|code|snippet|function|query|regex|error|log|message|json|csv|table|list|word|string|review|tweet|document|contract))\b.*[:\n]/isu,
  /^(?:count|how many (?:words|letters|characters|times|vowels|syllables|[a-z](?:'s|s)?) (?:are |is |does )?(?:there )?(?:in|the (?:letter|word)))\b/iu,
  /^(?!.*question)[^?:]{0,60}:\s*(?:"|```|\n)/iu,
];
const CREATIVE_PATTERNS: readonly RegExp[] = [
  new RegExp(
    `^${LEAD}(?:write|compose|create|generate|draft|invent|imagine|make up|come up with|brainstorm|design|draw|sing|roleplay|role-play|pretend|act as|continue|improvise|rap|script|suggest (?:a|some) (?:name|title|slogan)|give me (?:a|an|some|another|\\d+|\\w+) (?:\\w+ ){0,2}(?:ideas?|names?|titles?|slogans?|jokes?|stor(?:y|ies)|poems?|riddles?|prompts?|headlines?|captions?|taglines?|quotes?|facts?|words?|numbers?)|tell me (?:a|an|another|some) (?:\\w+ ){0,2}(?:joke|jokes|story|riddle|poem|fact|secret|lie|tale)|surprise me|you are (?:a|an|now))\\b`,
    "iu",
  ),
  /\b(?:random|randomly|roll (?:a|the|two|\d+) dic?e|flip a coin|toss a coin|pick (?:a|any|one|some)(?: \w+)? (?:number|card|word|name|colou?r|for me)|choose (?:a|any) (?:number|card|word|name)|surprise me|lottery numbers|shuffle|uuid|guid|passphrase)\b/iu,
  /\b(?:joke|poem|haiku|limerick|sonnet|song lyrics|short story|bedtime story|fairy tale|riddle|acrostic)\b(?=.*(?:about|for|please|!|$))(?<=^(?:tell|give|write|make|sing|share|compose)\b.*)/iu,
];
const TIME_PATTERN =
  /\b(?:today|todays|tonight|tonights|tomorrow|tomorrows|yesterday|yesterdays|right now|at the moment|currently|nowadays|these days|this (?:morning|afternoon|evening|week|weekend|month|quarter|year|season|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|(?:next|last|coming|upcoming) (?:week|weekend|month|quarter|year|season|night|monday|tuesday|wednesday|thursday|friday|saturday|sunday|few (?:days|weeks|months|hours))|latest|newest|most recent|breaking|recent(?:ly)?|current|live (?:score|price|results?|traffic)|as of now|up to date|so far|just (?:happened|announced|released)|what (?:time|day|date) is it|what is the (?:time|date|day|weather|temperature outside)|days? (?:until|till|left)|how long (?:until|till|ago)|(?:what is|how is|hows|whats) the weather|weather (?:like|forecast|in|for)|forecast|(?:the|any|breaking|sports|world|local) news|stock price|share price|exchange rate|price of (?:bitcoin|gold|silver|oil|gas|ethereum|btc|eth)|(?:bitcoin|btc|ethereum|gold|stock|share|gas|oil) prices?|trending|open now|still open|now)\b/iu;
// In these phrases the words do not refer to a point in time ("the latest commit", "alternating current").
const TIMELESS_PATTERN =
  /\b(?:(?:latest|most recent|newest|current) (?:commit|version of my|branch|directory|folder|user|password|file|row|entry|record|employer|job|address|balance|line|element|item|page|tab|message|invoice)|(?:electric(?:al)?|alternating|direct|eddy|ocean) current|weather(?:proof|ing)|fake news|current (?:account|assets|liabilities|ratio))\b/giu;
const CODE_PATTERN =
  /```|(?:^|\n)\s*(?:import |from \w+ import|def \w+\(|function\s*\w*\(|class \w+[:{]|#include|<\?php|SELECT .+ FROM |public static|const \w+ =|let \w+ =|var \w+ =|\$ \w+)|[{;]\s*\n|=>|<\/\w+>|\w+\([^)]*\);|(?:Error|Exception): .+ at |Traceback \(most recent/u;

function estimatedTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

function isTimeRelative(text: string): boolean {
  return TIME_PATTERN.test(text.replace(TIMELESS_PATTERN, " ").replaceAll("'", ""));
}

// These words state what is asked for, as a noun does. "what" and "which" leave that to the noun.
const INTERROGATIVES = new Set(["how", "why", "when", "where", "who", "whose"]);

function contentWords(tokens: readonly Token[]): number {
  return tokens.filter(
    (token) => token.kind !== "symbol" && !(token.kind === "word" && FUNCTION_WORDS.has(token.text) && !INTERROGATIVES.has(token.text)),
  ).length;
}

/**
 * Decides whether the final user text may be answered from a similar question. The same rules apply to the stored text
 * and to the new text.
 */
export function eligible(text: string): Eligibility {
  if (text.length > MAX_QUESTION_CHARACTERS || estimatedTokens(text) > MAX_SEMANTIC_TOKENS)
    return { kind: "exact_only", reason: "too_long" };
  const folded = foldTypography(text).trim();
  if (folded === "") return { kind: "exact_only", reason: "empty" };
  if (CODE_PATTERN.test(folded)) return { kind: "exact_only", reason: "code" };
  const { tokens } = normalise(folded);
  const bare = tokens.map((token) => token.text).join(" ");
  const isAny = (patterns: readonly RegExp[]): boolean => patterns.some((pattern) => pattern.test(folded) || pattern.test(bare));
  if (isAny(PAYLOAD_PATTERNS)) return { kind: "exact_only", reason: "payload" };
  if (isAny(CREATIVE_PATTERNS)) return { kind: "exact_only", reason: "creative" };
  if (isTimeRelative(folded)) return { kind: "normalised_only", reason: "time_relative" };
  return contentWords(tokens) < MIN_CONTENT_WORDS ? { kind: "normalised_only", reason: "too_short" } : { kind: "eligible" };
}
