import type { TokenUsage } from "../usage.ts";

/** Used until a model's own price is known: a small model's list price, dollars per million tokens. */
const DEFAULT_INPUT_USD_PER_MILLION = 0.15;
const DEFAULT_OUTPUT_USD_PER_MILLION = 0.6;
/** Rough length of a token of English text, for answers without usage. */
const BYTES_PER_TOKEN = 4;
const TOKENS_PER_MILLION = 1_000_000;

/** Relative worth of one hit, in dollars at a small model's list price: what eviction and spill weigh, never what is reported as saved. */
export function evictionWorthUsd(usage: TokenUsage | null, answerBytes: number): number {
  const tokens = usage ?? { inputTokens: 0, outputTokens: Math.ceil(answerBytes / BYTES_PER_TOKEN) };
  return (tokens.inputTokens * DEFAULT_INPUT_USD_PER_MILLION + tokens.outputTokens * DEFAULT_OUTPUT_USD_PER_MILLION) / TOKENS_PER_MILLION;
}
