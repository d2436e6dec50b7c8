import type { TokenUsage } from "../usage.ts";

/** List prices of a small model, in dollars per million tokens. Used for all models, as their prices are not known. */
const DEFAULT_INPUT_USD_PER_MILLION = 0.15;
const DEFAULT_OUTPUT_USD_PER_MILLION = 0.6;
/** Rough length of an English token. Used for answers without usage. */
const BYTES_PER_TOKEN = 4;
const TOKENS_PER_MILLION = 1_000_000;

/** Estimated worth of one hit in dollars. Eviction compares entries by it; it is not reported as money saved. */
export function evictionWorthUsd(usage: TokenUsage | null, answerBytes: number): number {
  const tokens = usage ?? { inputTokens: 0, outputTokens: Math.ceil(answerBytes / BYTES_PER_TOKEN) };
  return (tokens.inputTokens * DEFAULT_INPUT_USD_PER_MILLION + tokens.outputTokens * DEFAULT_OUTPUT_USD_PER_MILLION) / TOKENS_PER_MILLION;
}
