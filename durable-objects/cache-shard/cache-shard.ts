import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../shared/config/config-cache.ts";
import type {
  AnswerReply,
  AnswerRequest,
  CacheShardApi,
  EntryDetail,
  FeedbackReply,
  FeedbackRequest,
  IsolateReport,
  LendReply,
  LendRequest,
  MisplacedReply,
  MisplacedRequest,
  MovingEntry,
  PairObservation,
  PurgeReply,
  PurgeRequest,
  Resemblance,
  ResembleRequest,
  ShardDetail,
  ShardHealth,
  ShardStats,
  ShardSummary,
  SurrenderRequest,
} from "../../shared/contracts/cache-shard.ts";
import { Shard } from "./shard.ts";

/** Shards are named by their number: `shard-0` … */
const NAME_PREFIX = "shard-";

/** The Durable Object around one {@link Shard}: RPC in, storage and timers out, nothing decided here. */
export class CacheShard extends DurableObject<Env> implements CacheShardApi {
  #shard: Shard | null = null;

  /** Null when the configuration is invalid: nothing is served then. */
  #open(): Shard | null {
    if (this.#shard !== null) return this.#shard;
    const config = configOf(this.env);
    if (!config.ok) return null;
    const index = Number((this.ctx.id.name ?? "").slice(NAME_PREFIX.length));
    this.#shard = new Shard(Number.isInteger(index) ? index : 0, config.value, this.ctx, this.env);
    return this.#shard;
  }

  #require(): Shard {
    const shard = this.#open();
    // The Worker refuses every request before it gets here, so this is a bug, not an outcome.
    if (shard === null) throw new Error("configuration is invalid");
    return shard;
  }

  async answer(request: AnswerRequest): Promise<AnswerReply> {
    const shard = this.#open();
    if (shard === null) return { kind: "failed", error: { kind: "config_invalid" } };
    return shard.answer(request);
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
    return this.#require().health;
  }

  async enlist(shard: number): Promise<void> {
    this.#require().roster.enlist(shard);
  }

  async purge(request: PurgeRequest): Promise<PurgeReply> {
    return this.#require().purge(request);
  }

  async entry(key: string): Promise<EntryDetail | null> {
    return this.#require().entry(key);
  }

  async resemble(request: ResembleRequest): Promise<readonly Resemblance[]> {
    return this.#require().semantic?.resemble(request) ?? [];
  }

  async lend(request: LendRequest): Promise<LendReply> {
    return this.#require().semantic?.lend(request) ?? { kind: "gone" };
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

  async misplaced(request: MisplacedRequest): Promise<MisplacedReply> {
    return this.#require().mover.misplaced(request);
  }

  async adopt(entries: readonly MovingEntry[]): Promise<void> {
    await this.#require().mover.adopt(entries);
  }

  async surrender(request: SurrenderRequest): Promise<readonly string[]> {
    return this.#require().mover.surrender(request);
  }

  async drop(keys: readonly string[]): Promise<void> {
    this.#require().mover.drop(keys);
  }

  override async alarm(): Promise<void> {
    await this.#open()?.sweep();
  }
}
