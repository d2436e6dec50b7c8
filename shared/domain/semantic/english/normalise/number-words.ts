import { UNITS } from "../lists/numbers.ts";
import type { Token } from "./tokens.ts";

const FIGURE_OF_RANK: ReadonlyMap<string, string> = new Map(
  "first:1st second:2nd third:3rd fourth:4th fifth:5th sixth:6th seventh:7th eighth:8th ninth:9th"
    .split(" ")
    .map((entry) => entry.split(":") as [string, string]) /* every entry has one colon */,
);

function isSpelt(token: Token): boolean {
  return /^\p{L}/u.test(token.raw);
}

function isMagnitude(token: Token, value: number): boolean {
  return /^(?:hundred|thousand|million|billion)$/u.test(token.text === "100" || value >= 1000 ? token.raw.toLowerCase() : "");
}

/**
 * Merges number words: "twenty five" → 25, "two hundred" → 200, "a hundred days" → 100 days, "twenty first" → 21st, and
 * "one" next to a unit → 1.
 */
export function mergeNumberWords(tokens: readonly Token[]): readonly Token[] {
  const merged: Token[] = [];
  for (const [i, token] of tokens.entries()) {
    const last = merged.at(-1);
    const next = tokens[i + 1];
    const [left, right] = [Number(last?.text), Number(token.text)];
    const follows = last?.kind === "number" && token.before === "none";
    const isTens = follows && isSpelt(last) && left >= 20 && left < 100 && left % 10 === 0;
    const rank = FIGURE_OF_RANK.get(token.text);
    if (isTens && token.kind === "number" && isSpelt(token) && right < 10 && right > 0) {
      merged[merged.length - 1] = { ...last, text: String(left + right) };
    } else if (isTens && rank !== undefined) {
      merged[merged.length - 1] = { ...last, text: String(left / 10) + rank };
    } else if (follows && token.kind === "number" && isMagnitude(token, right) && left < right) {
      merged[merged.length - 1] = { ...last, text: String(left * right) };
    } else if (token.text === "one" && next !== undefined && (UNITS.has(next.text) || ["100", "1000", "1000000"].includes(next.text)))
      merged.push({ ...token, text: "1", kind: "number" });
    else merged.push(token);
  }
  return merged;
}
