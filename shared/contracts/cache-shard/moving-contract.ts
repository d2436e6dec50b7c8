/** Asks for entries whose home is another shard under the given topology. */
export interface MisplacedRequest {
  /** Last key of the previous batch; "" for the first batch. */
  readonly afterKey: string;
  readonly shardCount: number;
  readonly scopeFanout: number;
}

/** An entry that moves to its new home. `json` and `events` are as stored; both are empty when the body is in KV. */
export interface MovingEntry {
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  readonly model: string;
  readonly answeredModel: string;
  readonly provider: string;
  readonly tags: readonly string[];
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly ttiMs: number | null;
  readonly lastUsedMs: number;
  readonly hits: number;
  readonly bytes: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly worthUsd: number;
  readonly kvName: string | null;
  readonly kvExpiresMs: number;
  readonly json: Uint8Array;
  readonly events: Uint8Array;
  readonly usageEvent: string;
  /** The entry's question, when the semantic layer keeps it; else null. */
  readonly text: string | null;
  readonly canonical: string;
}

export interface MisplacedReply {
  readonly entries: readonly MovingEntry[];
  /** Null when this was the last batch. */
  readonly nextKey: string | null;
  /** Position of the purge log when the batch was read. `releaseEntries` uses it to find later purges. */
  readonly sequence: number;
}

export interface ReleaseEntriesRequest {
  readonly keys: readonly string[];
  readonly sequence: number;
}
