import type { Config } from "../../shared/config/config.ts";
import type { AnswerReply, AnswerRequest } from "../../shared/contracts/cache-shard/answer-contract.ts";
import type { IsolateReport } from "../../shared/contracts/cache-shard/figures-contract.ts";
import type { PurgeReply, PurgeRequest } from "../../shared/contracts/cache-shard/purge-contract.ts";
import { FrequencySketch } from "../../shared/domain/caching/frequency-sketch.ts";
import { retentionMs, staleWindows } from "../../shared/domain/caching/freshness.ts";
import { spillShare } from "../../shared/domain/caching/spill-decision.ts";
import { isolateLedger } from "../../shared/memory/isolate-ledger.ts";
import { consoleReporter } from "../../shared/report/console-reporter.ts";
import type { Reporter } from "../../shared/report/report-event.ts";
import { systemClock } from "../../shared/time/clock.ts";
import { Answerer } from "./answering/answerer.ts";
import { FlightFollower } from "./answering/flight-follower.ts";
import { ReplyBuilder } from "./answering/reply-builder.ts";
import { EntryStore } from "./entries/entry-store.ts";
import { RamFront } from "./entries/ram-front.ts";
import { UseLog } from "./entries/use-log.ts";
import { DeadRows } from "./eviction/dead-rows.ts";
import { Evictor } from "./eviction/evictor.ts";
import { Sweeper } from "./eviction/sweeper.ts";
import { ProviderLog } from "./figures/provider-log.ts";
import { ShardFigures } from "./figures/shard-figures.ts";
import { TrafficCounters } from "./figures/traffic-counters.ts";
import { AnswerCommit } from "./flights/answer-commit.ts";
import { flightPorts } from "./flights/flight-ports.ts";
import { FlightRunner } from "./flights/flight-runner.ts";
import { FlightTable } from "./flights/flight-table.ts";
import { PassMarkers } from "./flights/pass-markers.ts";
import { EntryPurge } from "./purging/entry-purge.ts";
import { ShardPurge } from "./purging/shard-purge.ts";
import { forgetQuestions } from "./semantic/candidates/question-store.ts";
import { embedderFor } from "./semantic/embedding/embedder-choice.ts";
import { SemanticLayer } from "./semantic/semantic-layer.ts";
import { semanticPeers } from "./semantic/shard-peers.ts";
import { Promotion } from "./spill/promotion.ts";
import { SpillStore } from "./spill/spill-store.ts";
import type { ShardStorage } from "./storage/shard-storage.ts";
import { openShardStorage } from "./storage/shard-storage.ts";
import { ShardUpkeep } from "./shard-upkeep.ts";
import { EntryMover } from "./topology/entry-mover.ts";
import { ShardRegistry } from "./topology/shard-registry.ts";
import { UpstreamSlots } from "./upstream/upstream-slots.ts";

/** Counters in each row of the frequency sketch. */
const SKETCH_WIDTH = 16_384;
/** Share of the isolate's memory that the RAM front of one shard may use. */
const FRONT_SHARE = 0.25;
const RANDOM_KEY_BYTES = 8;

/** Creates the parts of one shard and wires them together. */
export class ShardAssembly {
  readonly #index: number;
  readonly #config: Config;
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #report: Reporter;
  readonly #storage: ShardStorage;
  readonly #front: RamFront;
  readonly #store: EntryStore;
  readonly #uses = new UseLog();
  readonly #traffic: TrafficCounters;
  readonly #flights = new FlightTable();
  readonly #passMarkers = new PassMarkers();
  readonly #sketch = new FrequencySketch(SKETCH_WIDTH);
  readonly #promotion: Promotion;
  readonly #upstreamSlots: UpstreamSlots;
  readonly #semantic: SemanticLayer | null;
  readonly #providers = new ProviderLog();
  readonly entryMover: EntryMover;
  readonly registry: ShardRegistry;
  readonly #answerer: Answerer;
  readonly #purge: ShardPurge;
  readonly #upkeep: ShardUpkeep;
  readonly #writesPerDay: number;

  constructor(index: number, config: Config, ctx: DurableObjectState, env: Env) {
    this.#index = index;
    this.#config = config;
    this.#ctx = ctx;
    this.#env = env;
    this.#report = consoleReporter(config.logLevel);
    this.#storage = openShardStorage(ctx.storage, systemClock.nowMs());
    this.#front = new RamFront(isolateLedger, `shard-${index}`, config.memory.isolateMaxBytes * FRONT_SHARE);
    this.#store = new EntryStore({ ...this.#storage, front: this.#front });
    this.#traffic = new TrafficCounters(this.#storage.sql);
    const spill = new SpillStore(env.SPILL, index);
    this.#promotion = new Promotion(this.#store, this.#front, spill, this.#storage.numbers, (entry) => this.#upkeep.makeRoom(entry));
    this.#writesPerDay = spillShare(config.storage.spillWritesPerDay, index, config.topology.shardCount);
    this.#upstreamSlots = new UpstreamSlots(config.providers.configured, config.upstream.slots, {
      fetch: (url, init) => fetch(url, init),
      remote: (place) => env.UPSTREAM.getByName(`upstream-${index}-${place}`),
    });
    this.#semantic = this.#wireSemantic();
    this.registry = new ShardRegistry({
      shard: index,
      numbers: this.#storage.numbers,
      transactions: this.#storage.transactions,
      clock: systemClock,
      registerShard: (shard) => env.CACHE_SHARD.getByName("shard-0").registerShard(shard),
    });
    this.entryMover = new EntryMover({
      shard: index,
      store: this.#store,
      log: this.#storage.log,
      registry: this.registry,
      clock: systemClock,
      semantic: this.#semantic,
    });
    const sweeper = new Sweeper(
      new DeadRows({ ...this.#rows(), store: this.#store }),
      this.#storage.numbers,
      spill,
      retentionMs(staleWindows(config.freshness)),
    );
    this.#upkeep = this.#wireUpkeep(spill, sweeper);
    this.#purge = new ShardPurge({
      ...this.#common(),
      registry: this.registry,
      log: this.#storage.log,
      entries: new EntryPurge({ ...this.#rows(), store: this.#store, log: this.#storage.log }),
      flights: this.#flights,
      sweeper,
      flush: () => this.#upkeep.flush(),
      wakeAt: (atMs) => ctx.storage.setAlarm(atMs),
    });
    this.#answerer = this.#wireAnswerer();
  }

  /** Ports that most parts need. */
  #common() {
    return {
      shard: this.#index,
      clock: systemClock,
      report: this.#report,
      semantic: this.#semantic,
      keepAlive: (work: Promise<unknown>): void => this.#ctx.waitUntil(work),
    };
  }

  #rows() {
    const { sql, transactions, numbers } = this.#storage;
    return { sql, transactions, numbers, front: this.#front };
  }

  #wireUpkeep(spill: SpillStore, sweeper: Sweeper): ShardUpkeep {
    const evictor = new Evictor({
      store: this.#store,
      numbers: this.#storage.numbers,
      spill,
      uses: this.#uses,
      sketch: this.#sketch,
      config: this.#config.storage,
      writesPerDay: this.#writesPerDay,
      ports: { nowMs: () => systemClock.nowMs(), randomKey },
    });
    return new ShardUpkeep({
      ...this.#common(),
      transactions: this.#storage.transactions,
      store: this.#store,
      uses: this.#uses,
      traffic: this.#traffic,
      evictor,
      sweeper,
      storage: this.#ctx.storage,
    });
  }

  #wireAnswerer(): Answerer {
    const replies = new ReplyBuilder({
      store: this.#store,
      uses: this.#uses,
      countOutcome: (request, outcome, tokensSaved) => this.#traffic.count(request.tenant, outcome, tokensSaved),
      countError: (request) => this.#traffic.countError(request.tenant),
    });
    const follower = new FlightFollower({
      ...this.#common(),
      flights: this.#flights,
      flightPorts: flightPorts(this.#index),
      flightRunner: this.#wireFlightRunner(),
      log: this.#storage.log,
      uses: this.#uses,
      replies,
    });
    return new Answerer({
      windows: staleWindows(this.#config.freshness),
      clock: systemClock,
      store: this.#store,
      uses: this.#uses,
      flights: this.#flights,
      passMarkers: this.#passMarkers,
      promotion: this.#promotion,
      follower,
      replies,
    });
  }

  #wireFlightRunner(): FlightRunner {
    const { firstByteTimeoutMs, idleTimeoutMs, totalTimeoutMs } = this.#config.upstream;
    return new FlightRunner({
      ...this.#common(),
      promotion: this.#promotion,
      providers: this.#providers,
      registry: this.registry,
      pump: {
        clock: systemClock,
        patience: { firstByteMs: firstByteTimeoutMs, idleMs: idleTimeoutMs, totalMs: totalTimeoutMs },
        call: (call, isWanted) => this.#upstreamSlots.call(call, isWanted),
      },
      commit: new AnswerCommit({
        ...this.#common(),
        config: this.#config,
        store: this.#store,
        passMarkers: this.#passMarkers,
      }),
      makeRoom: (entry) => this.#upkeep.makeRoom(entry),
      countTokensSaved: (tenant, tokensSaved) => this.#traffic.addTokens(tenant, tokensSaved),
    });
  }

  /** Null when similarity search is off. */
  #wireSemantic(): SemanticLayer | null {
    const config = this.#config;
    const { sql } = this.#ctx.storage;
    if (config.semantic.mode === "off") {
      forgetQuestions(sql);
      return null;
    }
    return new SemanticLayer({
      shard: this.#index,
      config,
      sql,
      transactions: this.#storage.transactions,
      ledger: isolateLedger,
      clock: systemClock,
      assets: this.#env.ASSETS,
      embedder: embedderFor(config.semantic.embedder, this.#env),
      store: this.#store,
      uses: this.#uses,
      flights: this.#flights,
      promotion: this.#promotion,
      log: this.#storage.log,
      peers: semanticPeers(this.#index, config, this.#env, () => this.#semantic),
      callUpstream: (call) => this.#upstreamSlots.call(call),
      keepAlive: (work) => this.#ctx.waitUntil(work),
      random: () => Math.random(),
    });
  }

  /** The semantic layer, which other shards call too; null when similarity search is off. */
  get semantic(): SemanticLayer | null {
    return this.#semantic;
  }

  /** What this shard reports about itself, as of now. */
  get figures(): ShardFigures {
    return new ShardFigures({
      shard: this.#index,
      numbers: this.#storage.numbers,
      log: this.#storage.log,
      store: this.#store,
      traffic: this.#traffic,
      uses: this.#uses,
      providers: this.#providers,
      showPrompts: this.#config.showPrompts,
      front: this.#front,
      flights: this.#flights,
      upstreamSlots: this.#upstreamSlots,
      passMarkers: this.#passMarkers,
      semantic: this.#semantic,
      writesPerDay: this.#writesPerDay,
      databaseBytes: this.#storage.sql.databaseSize,
      isolateBytes: isolateLedger.usedBytes,
    });
  }

  answer(request: AnswerRequest): AnswerReply | Promise<AnswerReply> {
    if (request.cache) this.#sketch.increment(request.key);
    this.#upkeep.planFlush();
    return this.#answerer.answer(request);
  }

  report(report: IsolateReport): void {
    this.#traffic.add(report);
    this.#upkeep.planFlush();
  }

  purge(request: PurgeRequest): Promise<PurgeReply> {
    return this.#purge.purge(request);
  }

  sweep(): Promise<void> {
    return this.#upkeep.sweep();
  }
}

function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(RANDOM_KEY_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
