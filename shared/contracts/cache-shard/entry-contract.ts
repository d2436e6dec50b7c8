/** An entry as shown to an admin. */
export interface EntryDetail {
  readonly key: string;
  readonly shard: number;
  readonly scope: string;
  readonly tenant: string;
  readonly model: string;
  readonly answeredModel: string;
  readonly provider: string;
  readonly tags: readonly string[];
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly lastUsedMs: number;
  readonly hits: number;
  readonly bytes: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly sequence: number;
  readonly location: "shard" | "kv";
  /** The final user text, when SHOW_PROMPTS is on and the semantic layer keeps the text; else null. */
  readonly prompt: string | null;
}
