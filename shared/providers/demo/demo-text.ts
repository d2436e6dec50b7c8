/** Characters of the final user text that a demo answer quotes. */
export const MAX_QUOTE_CHARACTERS = 160;
/** Words that a demo answer quotes. Without this bound, a text of short words would make the answer too long. */
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

/** Body sentences per answer. They keep the whole answer between 40 and 120 words. */
const BODY_SENTENCES = 3;
/** Hex digits of the digest used for one choice. */
const HEX_PER_CHOICE = 4;
/** Position in the digest of the first choice. The digits before it form the answer's id. */
const FIRST_PICK_HEX = 24;
const HEX_RADIX = 16;

/**
 * The demo answer to a request, of 40 to 120 words.
 * The digest (64 hex digits) selects its sentences; it quotes the user text.
 */
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
  // The part of the digest makes the answers of two requests differ even when they get the same sentences.
  return [opening, lead, ...middle, closing, `(Demo answer ${digest.slice(0, HEX_PER_CHOICE * 2)}.)`].join(" ");
}

/** Cuts a text to one line with a bounded number of words and characters. Never splits a surrogate pair. */
function boundedQuote(text: string): string {
  const start = text.slice(0, MAX_QUOTE_CHARACTERS * 4).toWellFormed();
  const words = start.split(/\s+/).filter((word) => word !== "");
  const line = words.slice(0, MAX_QUOTE_WORDS).join(" ");
  const characters = Array.from(line).slice(0, MAX_QUOTE_CHARACTERS).join("");
  return characters.length < line.length || words.length > MAX_QUOTE_WORDS || text.length > start.length ? `${characters}…` : characters;
}
