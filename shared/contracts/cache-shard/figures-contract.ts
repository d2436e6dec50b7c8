import type { ProviderRecord } from "../../domain/figures/provider-health.ts";

/**
 * Counters of one tenant. requests = hits + semantic + coalesced + stale + misses + bypasses + errors:
 * each request ends as exactly one of these (an answer that fails mid-stream stays what it began as).
 */
export interface TrafficCounts {
  readonly requests: number;
  readonly hits: number;
  readonly semantic: number;
  readonly coalesced: number;
  readonly stale: number;
  readonly misses: number;
  readonly bypasses: number;
  readonly errors: number;
  /** Tokens (input and output) that answers from the cache did not cost. */
  readonly tokensSaved: number;
}

/** Latencies as seen by the front Worker: requests per bucket of a logarithmic scale (see shared/domain/figures/latency-histogram.ts). */
export interface LatencyCounts {
  readonly hit: readonly number[];
  readonly miss: readonly number[];
}

/** What a Worker isolate saw that no shard did: answers from its own memory, and how long everything took. */
export interface IsolateReport {
  readonly tenant: string;
  readonly memoryHits: number;
  readonly bypasses: number;
  readonly tokensSaved: number;
  readonly hitLatency: readonly number[];
  readonly missLatency: readonly number[];
}

export interface ShardStats {
  readonly shard: number;
  readonly traffic: TrafficCounts;
  readonly latency: LatencyCounts;
  readonly entries: number;
  readonly spilledEntries: number;
  readonly bytes: number;
  readonly evictions: number;
  readonly spills: number;
  readonly promotions: number;
  readonly sinceMs: number;
  readonly semantic: readonly SemanticCount[];
}

/** One counter of the semantic layer, e.g. `served`, `veto:number`, `grey`, `aliased`, `audited_wrong`. */
export interface SemanticCount {
  readonly counter: string;
  readonly count: number;
}

export interface ShardSummary {
  readonly shard: number;
  /** Entries a request could be answered from: in the shard and spilled. */
  readonly entries: number;
  readonly bytes: number;
  /** Position of the purge log. */
  readonly sequence: number;
  readonly hits: number;
  readonly misses: number;
  readonly flights: number;
}

/** Everything an admin may see of one shard. */
export interface ShardDetail extends ShardSummary {
  readonly residentEntries: number;
  readonly spilledEntries: number;
  readonly ramEntries: number;
  readonly ramBytes: number;
  readonly databaseBytes: number;
  readonly subscribers: number;
  readonly flightBytes: number;
  readonly upstreamActive: number;
  readonly upstreamQueued: number;
  readonly passMarkers: number;
  readonly evictions: number;
  readonly spills: number;
  readonly spillsToday: number;
  readonly spillShare: number;
  readonly promotions: number;
  readonly corrupt: number;
  readonly fencedCommits: number;
  readonly kvErrors: number;
  readonly isolateBytes: number;
  /** Vectors in memory (0 until the first search) and what they take. */
  readonly vectors: number;
  readonly indexBytes: number;
  readonly recentPurges: readonly PurgeLogLine[];
}

export interface PurgeLogLine {
  readonly sequence: number;
  readonly kind: string;
  readonly value: string;
  readonly atMs: number;
  readonly purged: number;
}

/** What a shard tells about its surroundings, for GET /health. */
export interface ShardHealth {
  readonly providers: readonly ProviderRecord[];
}
