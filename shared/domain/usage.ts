/** Token counts of one answer as its provider reported them. Units: tokens. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}
