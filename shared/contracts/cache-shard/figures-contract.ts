import type { ProviderRecord } from "../../domain/figures/provider-health.ts";

/**
 * Counters of one tenant. requests = hits + semantic + coalesced + stale + misses + bypasses + errors, because each
 * request ends as exactly one of these. An answer that fails mid-stream keeps the outcome it began with.
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
  /** Input and output tokens of answers served from the cache. */
  readonly tokensSaved: number;
}

/** Latencies measured by the front Worker, as requests per bucket of shared/domain/figures/latency-histogram.ts. */
export interface LatencyCounts {
  readonly hit: readonly number[];
  readonly miss: readonly number[];
}

/** Requests that an isolate answered without the shard, by provider, model and outcome. */
export interface ReportLine {
  readonly provider: string;
  readonly model: string;
  readonly outcome: "HIT" | "BYPASS";
  readonly requests: number;
  readonly tokensSaved: number;
}

/**
 * Figures that only the front Worker's isolate has: hits in its own memory, bypasses and latencies. They ride on the
 * isolate's next request to the shard; the last ones are sent on their own when the isolate is idle.
 */
export interface IsolateReport {
  readonly tenant: string;
  readonly memoryHits: number;
  readonly bypasses: number;
  readonly tokensSaved: number;
  readonly hitLatency: readonly number[];
  readonly missLatency: readonly number[];
  /** The same requests by provider and model. Absent from Workers of version 0.2.0. */
  readonly lines?: readonly ReportLine[];
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
  /** Stored entries, including spilled ones. */
  readonly entries: number;
  readonly bytes: number;
  /** Current position of the purge log. */
  readonly sequence: number;
  readonly hits: number;
  readonly misses: number;
  readonly flights: number;
}

/** Everything that an admin may see of one shard. */
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
  /** Purges whose rows have not all been freed yet. They hold all the same. */
  readonly pendingPurges: number;
  readonly isolateBytes: number;
  /** Vectors in memory (0 until the first search) and their size in bytes. */
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

/** What a shard reports for GET /health. */
export interface ShardHealth {
  readonly providers: readonly ProviderRecord[];
}
