/** Asks for entries whose home is another shard, after the number of shards or the fan-out has changed. */
export interface MisplacedRequest {
  /** Where the last batch ended; "" at the start. */
  readonly afterKey: string;
  readonly shardCount: number;
  readonly scopeFanout: number;
}

/** An entry on its way to its new home. `json` and `events` are as stored; both empty when the body is in KV. */
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
  /** Its question, where the semantic layer keeps it. */
  readonly text: string | null;
  readonly canonical: string;
}

export interface MisplacedReply {
  readonly entries: readonly MovingEntry[];
  /** Null when the whole shard has been looked through. */
  readonly nextKey: string | null;
  /** The purge log's position now: what a later purge covers must not arrive. */
  readonly sequence: number;
}

export interface ReleaseEntriesRequest {
  readonly keys: readonly string[];
  readonly sequence: number;
}
