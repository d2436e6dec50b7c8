import type { AnswerReply, AnswerRequest } from "./answer-contract.ts";
import type { IsolateReport, ShardDetail, ShardHealth, ShardStats, ShardSummary } from "./figures-contract.ts";
import type { MisplacedReply, MisplacedRequest, MovingEntry, ReleaseEntriesRequest } from "./moving-contract.ts";
import type { EntryDetail, PurgeReply, PurgeRequest } from "./purge-contract.ts";
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
 * The RPC surface of the CacheShard object. Data is flat, and nothing is thrown across it on purpose. Workers and
 * objects of different versions meet during a deployment: methods and members are added, never renamed or removed at once.
 */
export interface CacheShardApi {
  answer(request: AnswerRequest): Promise<AnswerReply>;
  report(report: IsolateReport): Promise<void>;
  stats(tenant: string | null): Promise<ShardStats>;
  summary(): Promise<ShardSummary>;
  detail(): Promise<ShardDetail>;
  health(): Promise<ShardHealth>;
  /** To shard 0, from a shard that is about to store for the first time: purges then reach it, whatever SHARD_COUNT says. */
  registerShard(shard: number): Promise<void>;
  purge(request: PurgeRequest): Promise<PurgeReply>;
  entry(key: string): Promise<EntryDetail | null>;
  searchSimilar(request: SimilarityQuery): Promise<readonly SimilarCandidate[]>;
  fetchEntry(request: FetchEntryRequest): Promise<FetchEntryReply>;
  observe(observation: PairObservation): Promise<void>;
  /** Takes an entry out of similarity search. */
  quarantine(key: string): Promise<void>;
  feedback(request: FeedbackRequest): Promise<FeedbackReply>;
  listMisplaced(request: MisplacedRequest): Promise<MisplacedReply>;
  /** Takes entries in, unless this shard has newer ones or a purge of the last minutes names them. */
  receiveEntries(entries: readonly MovingEntry[]): Promise<void>;
  /** Drops entries that have moved. Returns the keys that a purge has covered meanwhile, to be dropped at their new home too. */
  releaseEntries(request: ReleaseEntriesRequest): Promise<readonly string[]>;
  dropEntries(keys: readonly string[]): Promise<void>;
}
