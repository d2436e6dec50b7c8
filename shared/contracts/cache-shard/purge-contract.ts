/**
 * A purge with one selector.
 * `value` is "" for `all` and a time in ms since the epoch, as decimal text, for `created_before`.
 */
export interface PurgeRequest {
  readonly kind: "all" | "key" | "tag" | "model" | "tenant" | "scope" | "created_before";
  readonly value: string;
  /** True when the purge must free rows and KV values before it returns. */
  readonly hard: boolean;
  readonly dryRun: boolean;
}

export interface PurgeReply {
  readonly shard: number;
  readonly sequence: number;
  readonly purged: number;
  /** From shard 0: the highest shard number that has ever registered, plus one. From other shards: 0. */
  readonly knownShards: number;
}

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
