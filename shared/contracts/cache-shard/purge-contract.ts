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
