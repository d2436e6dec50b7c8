/** Characters of the final user text that a demo answer quotes. */
export const MAX_QUOTE_CHARACTERS = 160;
/** Words of it: a text of one-letter words must not push the answer over its length. */
export const MAX_QUOTE_WORDS = 24;

const OPENINGS = [
  "This is the demo provider, so no model was asked.",
  "No model stands behind this text: it comes from the demo provider.",
  "Greetings from the demo provider, which answers without a model.",
  "The demo provider made this answer; no account and no network were needed.",
] as const;

const LEADS = ["You wrote:", "Your prompt was:", "The request ended with:", "The last thing you said was:"] as const;

const BODIES = [
  "The words are picked by a digest of the whole request, so the same request always reads the same.",
  "Change one character of the request and another answer appears, under another key.",
  "It arrives a token at a time, at about the pace of a hosted model, so that streaming looks real.",
  "Ask again and the stored copy comes back at once, with the same id and the same timestamp.",
  "Ask twice at the same moment and both callers share one answer while it is being written.",
  "Token counts are estimates, four characters to a token, and nothing is billed for them.",
  "A request for fewer tokens is honoured by stopping early, and such an answer is never stored.",
] as const;

const CLOSINGS = [
  "Configure a provider and a real answer will stand here.",
  "Set OPENAI_API_KEY to hear from a real model instead.",
  "With a real provider configured, its words would replace these.",
] as const;

/** Sentences of the body an answer has: 40 to 120 words in all, whatever is quoted. */
const BODY_SENTENCES = 3;
/** Hex digits of the digest that one choice takes: enough to be fair over short lists. */
const HEX_PER_CHOICE = 4;
/** Where in the digest the picks begin; the digits before are the answer's id. */
const FIRST_PICK_HEX = 24;
const HEX_RADIX = 16;

/** The answer to a request: chosen by its digest (64 hex digits), quoting its final user text. 40 to 120 words. */
export function demoText(digest: string, userText: string): string {
  let at = FIRST_PICK_HEX;
  const pick = (count: number): number => {
    const value = Number.parseInt(digest.slice(at, at + HEX_PER_CHOICE) || "0", HEX_RADIX);
    at += HEX_PER_CHOICE;
    return value % count;
  };
  const opening = OPENINGS[pick(OPENINGS.length)] ?? OPENINGS[0];
  const quote = boundedQuote(userText);
  const lead = quote === "" ? "The request had no text to quote." : `${LEADS[pick(LEADS.length)] ?? LEADS[0]} “${quote}”.`;
  const bodies: string[] = [...BODIES];
  const middle = Array.from({ length: BODY_SENTENCES }, () => bodies.splice(pick(bodies.length), 1)[0] ?? "");
  const closing = CLOSINGS[pick(CLOSINGS.length)] ?? CLOSINGS[0];
  // The mark makes two requests differ even when the lists happen to give them the same sentences.
  return [opening, lead, ...middle, closing, `(Demo answer ${digest.slice(0, HEX_PER_CHOICE * 2)}.)`].join(" ");
}

/** One line, a bounded number of words and characters, never half a surrogate pair. */
function boundedQuote(text: string): string {
  const start = text.slice(0, MAX_QUOTE_CHARACTERS * 4).toWellFormed();
  const words = start.split(/\s+/).filter((word) => word !== "");
  const line = words.slice(0, MAX_QUOTE_WORDS).join(" ");
  const characters = Array.from(line).slice(0, MAX_QUOTE_CHARACTERS).join("");
  return characters.length < line.length || words.length > MAX_QUOTE_WORDS || text.length > start.length ? `${characters}…` : characters;
}
