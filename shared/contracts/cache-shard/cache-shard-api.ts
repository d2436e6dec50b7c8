import type { AnswerReply, AnswerRequest } from "./answer-contract.ts";
import type { IsolateReport, ShardDetail, ShardHealth, ShardStats, ShardSummary } from "./figures-contract.ts";
import type { MisplacedReply, MisplacedRequest, MovingEntry, ReleaseEntriesRequest } from "./moving-contract.ts";
import type { EntryDetail } from "./entry-contract.ts";
import type { PurgeReply, PurgeRequest } from "./purge-contract.ts";
import type {
  FeedbackReply,
  FeedbackRequest,
  FetchEntryReply,
  FetchEntryRequest,
  PairObservation,
  SimilarCandidate,
  SimilarityQuery,
} from "./similarity-contract.ts";

/**
 * RPC interface of the CacheShard Durable Object. All data is flat. During a deployment, Workers and objects of
 * different versions call each other, so a release may add methods and members but not rename or remove any in use.
 */
export interface CacheShardApi {
  answer(request: AnswerRequest): Promise<AnswerReply>;
  /**
   * The client of a request has disconnected before it got a reply. The platform does not tell an object that the caller
   * of an RPC method is gone.
   */
  clientLeft(requestId: string): Promise<void>;
  report(report: IsolateReport): Promise<void>;
  stats(tenant: string | null): Promise<ShardStats>;
  summary(): Promise<ShardSummary>;
  detail(): Promise<ShardDetail>;
  health(): Promise<ShardHealth>;
  /**
   * Called on shard 0 by a shard that is about to store its first entry. Purges then reach it under any SHARD_COUNT.
   */
  registerShard(shard: number): Promise<void>;
  purge(request: PurgeRequest): Promise<PurgeReply>;
  entry(key: string): Promise<EntryDetail | null>;
  searchSimilar(request: SimilarityQuery): Promise<readonly SimilarCandidate[]>;
  fetchEntry(request: FetchEntryRequest): Promise<FetchEntryReply>;
  observe(observation: PairObservation): Promise<void>;
  /** Excludes an entry from similarity search. Exact requests still get it. */
  quarantine(key: string): Promise<void>;
  feedback(request: FeedbackRequest): Promise<FeedbackReply>;
  listMisplaced(request: MisplacedRequest): Promise<MisplacedReply>;
  /**
   * Stores moved entries. Skips an entry when this shard has a newer one or a purge of the last 10 minutes covers it.
   */
  receiveEntries(entries: readonly MovingEntry[]): Promise<void>;
  /**
   * Drops entries that have moved. Returns the keys that a purge has covered meanwhile;
   * the new home must drop them too.
   */
  releaseEntries(request: ReleaseEntriesRequest): Promise<readonly string[]>;
  dropEntries(keys: readonly string[]): Promise<void>;
}
