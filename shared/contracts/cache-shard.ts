/** The RPC surface of the CacheShard Durable Object. Flat data; nothing is thrown across it on purpose. */
import type { CacheError } from "../domain/cache-error.ts";
import type { ProviderRecord } from "../domain/provider-health.ts";

/** How an answer came to be, as `refrain-cache` shows it. */
export type CacheOutcome = "HIT" | "SEMANTIC" | "COALESCED" | "STALE" | "MISS" | "BYPASS";

export interface AnswerRequest {
  readonly requestId: string;
  /** SHA-256 in hex. */
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  /** Model as asked for, without a provider prefix. */
  readonly model: string;
  readonly provider: string;
  /** The effective request as JSON text, without `stream` and `stream_options`. */
  readonly body: string;
  readonly stream: boolean;
  /** The caller wants the usage event in the stream. */
  readonly includeUsage: boolean;
  /** False: neither read, joined nor stored (`no-store`, mode `off`). */
  readonly cache: boolean;
  /** False: what is stored is not served (`no-cache`), a flight may be joined. */
  readonly read: boolean;
  /** Life of a new entry in seconds; 0 = not stored. */
  readonly ttlSeconds: number;
  readonly maxAgeSeconds: number | null;
  readonly minFreshSeconds: number | null;
  /** -1 stands for "any age" (RPC data has no infinity worth relying on). */
  readonly maxStaleSeconds: number | null;
  readonly onlyIfCached: boolean;
  /** False when the limiter could not be asked: what is cached is served, nothing is bought. */
  readonly mayCallUpstream: boolean;
  readonly tags: readonly string[];
  /** Final user text for answers by meaning; null = exact only (and then it is not kept). */
  readonly text: string | null;
  /** Why there is no text, for the explanation: `off`, `has_tools`, … */
  readonly withheld: string;
  /** Least cosine this caller accepts; null = the operator's. */
  readonly minSimilarity: number | null;
  /** The caller wants to know how it was decided. */
  readonly explain: boolean;
  /** Digest of tenant and user: who may later judge what was served. */
  readonly party: string;
}

/** What is known of an answer beside its content. */
export interface AnswerMeta {
  readonly outcome: CacheOutcome;
  readonly provider: string;
  readonly createdMs: number;
  /** Absolute end of life; 0 when nothing is stored. */
  readonly expiresMs: number;
  /** True when the entry is in the shard now. */
  readonly stored: boolean;
  /** Why the cache did not answer by itself: RFC 9211 `fwd`. Null for hits. */
  readonly forwarded: "miss" | "request" | "stale" | "bypass" | null;
  /** Joined a flight of somebody else. */
  readonly collapsed: boolean;
  /** Input and output tokens of a stored answer; 0 where they are not known yet. */
  readonly tokens: number;
  /** The entry it comes from or becomes: not the asked key when found by meaning. */
  readonly entryKey: string;
  /** Cosine, for answers found by meaning; else null. */
  readonly similarity: number | null;
  /** JSON text, when it was asked for. */
  readonly explanation: string | null;
}

/** One complete answer in the form that was asked for. */
export interface WholeAnswer extends AnswerMeta {
  readonly kind: "whole";
  /** chat.completion as JSON text; "" when a stream was asked for. */
  readonly json: string;
  /** Every SSE event, the terminal one included; null when JSON was asked for. */
  readonly sse: Uint8Array | null;
}

/** An answer that is still being written: every SSE event from the first byte to the terminal one. */
export interface StreamedAnswer extends AnswerMeta {
  readonly kind: "stream";
  readonly stream: ReadableStream<Uint8Array>;
}

export interface FailedAnswer {
  readonly kind: "failed";
  readonly error: CacheError;
}

export type AnswerReply = WholeAnswer | StreamedAnswer | FailedAnswer;

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

/** Latencies as seen by the front Worker: requests per bucket of a logarithmic scale (see shared/domain/latency-histogram.ts). */
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

/** A question on its way through the shards of its scope. */
export interface ResembleRequest {
  readonly scope: string;
  /** The asked key: never its own candidate. */
  readonly key: string;
  readonly text: string;
  /** Hex digest of the normalised text. */
  readonly canonical: string;
  /** Only what is equal after normalisation counts. */
  readonly normalisedOnly: boolean;
  /** Embedder's id and vector; null when the embedder failed. */
  readonly embedder: string;
  readonly vector: Float32Array | null;
  readonly minSimilarity: number | null;
  /** The caller wants to know about every candidate. Else only those come back that decide something. */
  readonly explain: boolean;
}

/** One candidate and what this shard decided about it. */
export interface Resemblance {
  readonly shard: number;
  readonly key: string;
  /** A stored entry, or a flight past deciding. */
  readonly source: "entry" | "flight";
  readonly similarity: number;
  readonly verdict: "serve" | "grey" | "reject";
  readonly reason: string;
  readonly posterior: number;
  readonly band: number;
  readonly vetoes: readonly string[];
}

export interface LendRequest {
  readonly key: string;
  readonly source: "entry" | "flight";
}

/** An entry's content for another shard; `events` is SSE text without usage and terminal events. */
export interface LentEntry {
  readonly kind: "entry";
  /** The question it answers. */
  readonly text: string;
  readonly json: string;
  readonly events: Uint8Array;
  readonly usageEvent: string;
  readonly provider: string;
  readonly model: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface LentFlight {
  readonly kind: "flight";
  /** Every SSE event, usage included, from the first byte. */
  readonly stream: ReadableStream<Uint8Array>;
}

export type LendReply = LentEntry | LentFlight | { readonly kind: "gone" };

/** What was learned about a pair of questions: by whom, and whether the earlier answer was right. */
export interface PairObservation {
  readonly scope: string;
  readonly band: number;
  readonly right: boolean;
  readonly source: "judge" | "audit" | "feedback";
}

export interface FeedbackRequest {
  readonly entryKey: string;
  readonly party: string;
  readonly good: boolean;
}

/** `not_served`: this caller was not served that entry from here. `too_many`: it has judged as many as one shard takes in a day. */
export type FeedbackReply =
  | { readonly kind: "accepted" }
  | { readonly kind: "not_served" }
  | { readonly kind: "already_judged" }
  | { readonly kind: "too_many"; readonly retryAfterSeconds: number };

/** Entries whose home is another shard now, after the number of shards or the fan-out has changed. */
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

export interface SurrenderRequest {
  readonly keys: readonly string[];
  readonly sequence: number;
}

/** What a shard tells about its surroundings, for GET /health. */
export interface ShardHealth {
  readonly providers: readonly ProviderRecord[];
}

export interface CacheShardApi {
  answer(request: AnswerRequest): Promise<AnswerReply>;
  report(report: IsolateReport): Promise<void>;
  stats(tenant: string | null): Promise<ShardStats>;
  summary(): Promise<ShardSummary>;
  detail(): Promise<ShardDetail>;
  health(): Promise<ShardHealth>;
  /** To shard 0, from a shard that is about to store for the first time: purges go to it from now on, whatever SHARD_COUNT says. */
  enlist(shard: number): Promise<void>;
  purge(request: PurgeRequest): Promise<PurgeReply>;
  entry(key: string): Promise<EntryDetail | null>;
  resemble(request: ResembleRequest): Promise<readonly Resemblance[]>;
  lend(request: LendRequest): Promise<LendReply>;
  observe(observation: PairObservation): Promise<void>;
  /** Never found by meaning again. */
  quarantine(key: string): Promise<void>;
  feedback(request: FeedbackRequest): Promise<FeedbackReply>;
  misplaced(request: MisplacedRequest): Promise<MisplacedReply>;
  /** Takes entries in, unless it has newer ones of its own or a purge of the last minutes names them. */
  adopt(entries: readonly MovingEntry[]): Promise<void>;
  /** Drops entries that have moved; returns the keys that a purge has covered meanwhile, to be dropped at their new home too. */
  surrender(request: SurrenderRequest): Promise<readonly string[]>;
  drop(keys: readonly string[]): Promise<void>;
}
