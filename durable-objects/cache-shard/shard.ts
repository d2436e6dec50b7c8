import type { Config } from "../../shared/config/config.ts";
import type {
  AnswerReply,
  AnswerRequest,
  EntryDetail,
  IsolateReport,
  PurgeReply,
  PurgeRequest,
  ShardHealth,
} from "../../shared/contracts/cache-shard.ts";
import { FrequencySketch } from "../../shared/domain/frequency-sketch.ts";
import { spillShare } from "../../shared/domain/spill.ts";
import { isolateLedger } from "../../shared/memory/isolate-ledger.ts";
import { consoleReporter } from "../../shared/report/console-reporter.ts";
import { SSE_DONE, SSE_HEARTBEAT } from "../../shared/wire/chat-replay.ts";
import { errorEvent } from "../../shared/wire/error-response.ts";
import { migrate } from "../storage/migrations.ts";
import { Answerer } from "./answerer.ts";
import { systemClock } from "./clock.ts";
import { EntryStore } from "./entry-store.ts";
import { Evictor } from "./evictor.ts";
import { FlightConductor } from "./flight-conductor.ts";
import { FlightTable } from "./flight-table.ts";
import { Mover } from "./mover.ts";
import { PassMarkers } from "./pass-markers.ts";
import { ProviderLog } from "./provider-log.ts";
import { Promotion } from "./promotion.ts";
import { PurgeLog, selectorOf } from "./purge-log.ts";
import { RamFront } from "./ram-front.ts";
import { Roster } from "./roster.ts";
import { CACHE_SHARD_MIGRATIONS } from "./schema.ts";
import { embedderFor } from "./semantic/embedder-choice.ts";
import { forgetMeanings } from "./semantic/meaning-store.ts";
import { semanticPeers } from "./semantic/peers.ts";
import { SemanticLayer } from "./semantic/semantic-layer.ts";
import { ShardFigures } from "./shard-figures.ts";
import { ShardNumbers } from "./shard-numbers.ts";
import { SpillStore } from "./spill-store.ts";
import { FIRST_SWEEP_MS, SWEEP_AFTER_PURGE_MS, Sweeper } from "./sweeper.ts";
import { TrafficBook } from "./traffic-book.ts";
import { UpstreamGateway } from "./upstream-gateway.ts";
import { USE_FLUSH_KEYS, USE_FLUSH_MS, UseLog } from "./use-log.ts";

/** Counters per row of the frequency sketch. */
const SKETCH_WIDTH = 16_384;
/** Part of the isolate's memory that one shard's front may fill. */
const FRONT_SHARE = 0.25;
/** SSE bytes one flight may hold before it stops being joinable and storable. */
const MAX_FLIGHT_BYTES = 32 * 1024 * 1024;
const MS_PER_SECOND = 1000;
const RANDOM_KEY_BYTES = 8;
const encoder = new TextEncoder();

/** Everything one shard is made of, wired together. */
export class Shard {
  readonly #index: number;
  readonly #config: Config;
  readonly #ctx: DurableObjectState;
  readonly #log: PurgeLog;
  readonly #numbers: ShardNumbers;
  readonly #front: RamFront;
  readonly #store: EntryStore;
  readonly #uses = new UseLog();
  readonly #traffic: TrafficBook;
  readonly #flights = new FlightTable();
  readonly #passMarkers = new PassMarkers();
  readonly #sketch = new FrequencySketch(SKETCH_WIDTH);
  readonly #gateway: UpstreamGateway;
  readonly #semantic: SemanticLayer | null;
  readonly #providers = new ProviderLog();
  readonly mover: Mover;
  readonly roster: Roster;
  readonly #answerer: Answerer;
  readonly #evictor: Evictor;
  readonly #sweeper: Sweeper;
  readonly #writesPerDay: number;
  #flushTimer: (() => void) | null = null;
  #sweepPlanned = false;

  constructor(index: number, config: Config, ctx: DurableObjectState, env: Env) {
    this.#index = index;
    this.#config = config;
    this.#ctx = ctx;
    migrate(ctx.storage, CACHE_SHARD_MIGRATIONS);
    this.#log = new PurgeLog(ctx.storage.sql);
    this.#numbers = new ShardNumbers(ctx.storage.sql);
    if (this.#numbers.get("since_ms") === 0) {
      this.#numbers.set("since_ms", systemClock.nowMs());
      this.#numbers.flush();
    }
    this.#front = new RamFront(isolateLedger, `shard-${index}`, config.memory.isolateMaxBytes * FRONT_SHARE);
    this.#store = new EntryStore(ctx.storage, this.#numbers, this.#log, this.#front);
    this.#traffic = new TrafficBook(ctx.storage.sql);
    const spill = new SpillStore(env.SPILL, index);
    const promotion = new Promotion(this.#store, this.#front, spill, this.#numbers, (entry) => this.#makeRoom(entry));
    this.#writesPerDay = spillShare(config.storage.spillWritesPerDay, index, config.topology.shardCount);
    this.#evictor = new Evictor({
      store: this.#store,
      numbers: this.#numbers,
      spill,
      uses: this.#uses,
      sketch: this.#sketch,
      config: config.storage,
      writesPerDay: this.#writesPerDay,
      ports: { nowMs: () => systemClock.nowMs(), randomKey },
    });
    this.#sweeper = new Sweeper(this.#store, this.#numbers, spill, retentionMs(config));
    this.#gateway = new UpstreamGateway(config.providers.configured, config.upstream.slots, {
      fetch: (url, init) => fetch(url, init),
      remote: (place) => env.UPSTREAM.getByName(`upstream-${index}-${place}`),
    });
    this.#semantic = this.#wireSemantic(promotion, env);
    const parts = { shard: index, store: this.#store, clock: systemClock, numbers: this.#numbers };
    this.roster = new Roster({ ...parts, enlist: (shard) => env.CACHE_SHARD.getByName("shard-0").enlist(shard) });
    this.mover = new Mover({ ...parts, log: this.#log, roster: this.roster, semantic: this.#semantic });
    this.#answerer = this.#wireAnswerer(promotion);
  }

  #wireAnswerer(promotion: Promotion): Answerer {
    const config = this.#config;
    const { firstByteTimeoutMs, idleTimeoutMs, totalTimeoutMs } = config.upstream;
    const conductor = new FlightConductor({
      shard: this.#index,
      report: consoleReporter(config.logLevel),
      config,
      store: this.#store,
      promotion,
      passMarkers: this.#passMarkers,
      providers: this.#providers,
      roster: this.roster,
      semantic: this.#semantic,
      pump: {
        clock: systemClock,
        patience: { firstByteMs: firstByteTimeoutMs, idleMs: idleTimeoutMs, totalMs: totalTimeoutMs },
        call: (call, wanted) => this.#gateway.call(call, wanted),
      },
      stored: (entry) => this.#makeRoom(entry),
      shared: (tenant, tokensSaved) => this.#traffic.addTokens(tenant, tokensSaved),
    });
    return new Answerer({
      config,
      clock: systemClock,
      store: this.#store,
      uses: this.#uses,
      flights: this.#flights,
      flightPorts: {
        clock: systemClock,
        ledger: isolateLedger.open("flights", `shard-${this.#index}`),
        heartbeat: encoder.encode(SSE_HEARTBEAT),
        doneEvent: encoder.encode(SSE_DONE),
        errorEvent: (error) => encoder.encode(errorEvent(error, "openai", { requestId: "", nowMs: systemClock.nowMs() })),
        maxBytes: MAX_FLIGHT_BYTES,
      },
      passMarkers: this.#passMarkers,
      promotion,
      conductor,
      log: this.#log,
      semantic: this.#semantic,
      keepAlive: (work) => this.#ctx.waitUntil(work),
      served: (request, outcome, tokensSaved) => this.#traffic.count(request.tenant, outcome, tokensSaved),
      failed: (request) => this.#traffic.countError(request.tenant),
    });
  }

  /** Null when answers by meaning are off. */
  #wireSemantic(promotion: Promotion, env: Env): SemanticLayer | null {
    const config = this.#config;
    if (config.semantic.mode === "off") {
      forgetMeanings(this.#ctx.storage.sql);
      return null;
    }
    return new SemanticLayer({
      shard: this.#index,
      config,
      sql: this.#ctx.storage.sql,
      ledger: isolateLedger,
      clock: systemClock,
      assets: env.ASSETS,
      embedder: embedderFor(config.semantic.embedder, env),
      store: this.#store,
      uses: this.#uses,
      flights: this.#flights,
      promotion,
      log: this.#log,
      peers: semanticPeers(this.#index, config, env, () => this.#semantic),
      callUpstream: (call) => this.#gateway.call(call),
      keepAlive: (work) => this.#ctx.waitUntil(work),
      random: () => Math.random(),
    });
  }

  /** The semantic layer, for other shards; null when it is off here. */
  get semantic(): SemanticLayer | null {
    return this.#semantic;
  }

  /** What this shard tells about itself. */
  get figures(): ShardFigures {
    return new ShardFigures({
      shard: this.#index,
      numbers: this.#numbers,
      log: this.#log,
      store: this.#store,
      traffic: this.#traffic,
      front: this.#front,
      flights: this.#flights,
      gateway: this.#gateway,
      passMarkers: this.#passMarkers,
      semantic: this.#semantic,
      writesPerDay: this.#writesPerDay,
      databaseBytes: this.#ctx.storage.sql.databaseSize,
      isolateBytes: isolateLedger.usedBytes,
    });
  }

  get health(): ShardHealth {
    return { providers: this.#providers.all() };
  }

  answer(request: AnswerRequest): AnswerReply | Promise<AnswerReply> {
    if (request.cache) this.#sketch.increment(request.key);
    this.#planFlush();
    return this.#answerer.answer(request);
  }

  report(report: IsolateReport): void {
    this.#traffic.add(report);
    this.#planFlush();
  }

  async purge(request: PurgeRequest): Promise<PurgeReply> {
    const selector = selectorOf(request.kind, request.value);
    const about = { shard: this.#index, knownShards: this.roster.knownShards };
    if (request.dryRun) return { ...about, sequence: this.#log.sequence, purged: this.#store.count(selector) };
    this.#flush();
    const nowMs = systemClock.nowMs();
    const { sequence, purged, kvNames } = this.#store.purge(selector, nowMs);
    this.#flights.fence({ sequence, selector });
    this.#semantic?.purge(selector);
    const values = this.#sweeper.deleteValues(kvNames);
    if (request.hard) {
      await values;
      // Rows of a narrower purge are gone already; only a floor leaves some behind.
      if (selector.kind === "all") await this.#sweeper.runToEnd(nowMs);
    } else {
      this.#ctx.waitUntil(values);
      if (selector.kind === "all" && purged > 0) await this.#ctx.storage.setAlarm(nowMs + SWEEP_AFTER_PURGE_MS);
    }
    return { ...about, sequence, purged };
  }

  entry(key: string): EntryDetail | null {
    const entry = this.#store.find(key);
    if (entry === null) return null;
    const { spilled, ttiMs: _tti, worthUsd: _worth, ...facts } = entry;
    return {
      ...facts,
      shard: this.#index,
      hits: entry.hits + this.#uses.hits(key),
      lastUsedMs: this.#uses.lastUsedMs(key) ?? entry.lastUsedMs,
      location: spilled === null ? "shard" : "kv",
      // Prompts are for admins whose operator allows it.
      prompt: this.#config.showPrompts ? (this.#semantic?.meaningOf(key)?.text ?? null) : null,
    };
  }

  async sweep(): Promise<void> {
    const againMs = await this.#sweeper.run(systemClock.nowMs());
    if (againMs !== null) await this.#ctx.storage.setAlarm(systemClock.nowMs() + againMs);
    this.#sweepPlanned = againMs !== null;
  }

  #makeRoom(entry: Parameters<Evictor["admitted"]>[0]): void {
    const eviction = this.#evictor.admitted(entry);
    if (eviction !== null) this.#ctx.waitUntil(eviction);
    if (!this.#sweepPlanned) this.#ctx.waitUntil(this.#planSweep());
  }

  async #planSweep(): Promise<void> {
    this.#sweepPlanned = true;
    if ((await this.#ctx.storage.getAlarm()) === null) await this.#ctx.storage.setAlarm(systemClock.nowMs() + FIRST_SWEEP_MS);
  }

  #planFlush(): void {
    if (this.#uses.size >= USE_FLUSH_KEYS) this.#flush();
    this.#flushTimer ??= systemClock.after(USE_FLUSH_MS, () => this.#flush());
  }

  #flush(): void {
    this.#flushTimer?.();
    this.#flushTimer = null;
    try {
      this.#store.flushUses(this.#uses.drain(), () => {
        this.#traffic.flush();
        this.#semantic?.flush(systemClock.nowMs());
      });
    } catch (error) {
      // Lost figures are no reason to fail the request that happened to write them.
      consoleReporter(this.#config.logLevel)({ event: "commit_failed", shard: this.#index, message: String(error) });
    }
  }
}

function retentionMs(config: Config): number {
  const { staleWhileRevalidateSeconds, staleIfErrorSeconds } = config.freshness;
  return Math.max(staleWhileRevalidateSeconds, staleIfErrorSeconds) * MS_PER_SECOND;
}

function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(RANDOM_KEY_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
