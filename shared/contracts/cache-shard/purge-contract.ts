/** One selector of a purge; `value` is "" for `all`, the time in ms as decimal text for `created_before`. */
export interface PurgeRequest {
  readonly kind: "all" | "key" | "tag" | "model" | "tenant" | "scope" | "created_before";
  readonly value: string;
  /** Also frees rows and KV values before it returns. */
  readonly hard: boolean;
  readonly dryRun: boolean;
}

export interface PurgeReply {
  readonly shard: number;
  readonly sequence: number;
  readonly purged: number;
  /** From shard 0: how many shards have ever been asked to store something, the highest number plus one. From others 0. */
  readonly knownShards: number;
}

/** An entry as an admin sees it. */
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
  /** The final user text, with SHOW_PROMPTS and where the semantic layer keeps it; else null. */
  readonly prompt: string | null;
}
