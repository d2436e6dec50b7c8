import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../shared/config/config-cache.ts";
import type { AnswerReply, AnswerRequest } from "../../shared/contracts/cache-shard/answer-contract.ts";
import type { CacheShardApi } from "../../shared/contracts/cache-shard/cache-shard-api.ts";
import type {
  IsolateReport,
  ShardDetail,
  ShardHealth,
  ShardStats,
  ShardSummary,
} from "../../shared/contracts/cache-shard/figures-contract.ts";
import type {
  MisplacedReply,
  MisplacedRequest,
  MovingEntry,
  ReleaseEntriesRequest,
} from "../../shared/contracts/cache-shard/moving-contract.ts";
import type { EntryDetail } from "../../shared/contracts/cache-shard/entry-contract.ts";
import type { PurgeReply, PurgeRequest } from "../../shared/contracts/cache-shard/purge-contract.ts";
import type {
  FeedbackReply,
  FeedbackRequest,
  FetchEntryReply,
  FetchEntryRequest,
  PairObservation,
  SimilarCandidate,
  SimilarityQuery,
} from "../../shared/contracts/cache-shard/similarity-contract.ts";
import { ShardAssembly } from "./shard-assembly.ts";

/** Shards are named by number: `shard-0`, `shard-1`, … */
const NAME_PREFIX = "shard-";

/**
 * The Durable Object around one {@link ShardAssembly}. Delegates RPC calls and alarms to it and decides nothing itself.
 */
export class CacheShard extends DurableObject<Env> implements CacheShardApi {
  #shard: ShardAssembly | null = null;

  /** Creates the shard on first use; null when the configuration is invalid. */
  #open(): ShardAssembly | null {
    if (this.#shard !== null) return this.#shard;
    const config = configOf(this.env);
    if (!config.ok) return null;
    const index = Number((this.ctx.id.name ?? "").slice(NAME_PREFIX.length));
    this.#shard = new ShardAssembly(Number.isInteger(index) ? index : 0, config.value, this.ctx, this.env);
    return this.#shard;
  }

  #require(): ShardAssembly {
    const shard = this.#open();
    // The Worker refuses every request while the configuration is invalid, so this call is a bug.
    if (shard === null) throw new Error("configuration is invalid");
    return shard;
  }

  async answer(request: AnswerRequest): Promise<AnswerReply> {
    const shard = this.#open();
    if (shard === null) return { kind: "failed", error: { kind: "config_invalid" } };
    return shard.answer(request);
  }

  async clientLeft(requestId: string): Promise<void> {
    this.#require().answerer.clientLeft(requestId);
  }

  async report(report: IsolateReport): Promise<void> {
    this.#require().report(report);
  }

  async stats(tenant: string | null): Promise<ShardStats> {
    return this.#require().figures.stats(tenant);
  }

  async summary(): Promise<ShardSummary> {
    return this.#require().figures.summary();
  }

  async detail(): Promise<ShardDetail> {
    return this.#require().figures.detail();
  }

  async health(): Promise<ShardHealth> {
    return this.#require().figures.health();
  }

  async registerShard(shard: number): Promise<void> {
    this.#require().registry.add(shard);
  }

  async purge(request: PurgeRequest): Promise<PurgeReply> {
    return this.#require().purge(request);
  }

  async entry(key: string): Promise<EntryDetail | null> {
    return this.#require().figures.entry(key);
  }

  async searchSimilar(request: SimilarityQuery): Promise<readonly SimilarCandidate[]> {
    return this.#require().semantic?.searchSimilar(request) ?? [];
  }

  async fetchEntry(request: FetchEntryRequest): Promise<FetchEntryReply> {
    return this.#require().semantic?.fetchEntry(request) ?? { kind: "gone" };
  }

  async observe(observation: PairObservation): Promise<void> {
    this.#require().semantic?.observe(observation);
  }

  async quarantine(key: string): Promise<void> {
    this.#require().semantic?.quarantine(key);
  }

  async feedback(request: FeedbackRequest): Promise<FeedbackReply> {
    return this.#require().semantic?.feedback(request) ?? { kind: "not_served" };
  }

  async listMisplaced(request: MisplacedRequest): Promise<MisplacedReply> {
    return this.#require().entryMover.listMisplaced(request);
  }

  async receiveEntries(entries: readonly MovingEntry[]): Promise<void> {
    await this.#require().entryMover.receive(entries);
  }

  async releaseEntries(request: ReleaseEntriesRequest): Promise<readonly string[]> {
    return this.#require().entryMover.release(request);
  }

  async dropEntries(keys: readonly string[]): Promise<void> {
    await this.#require().entryMover.drop(keys);
  }

  override async alarm(): Promise<void> {
    await this.#open()?.alarm();
  }
}
