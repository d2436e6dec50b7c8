import type { Config } from "../../shared/config/config.ts";
import type { AnswerReply, AnswerRequest } from "../../shared/contracts/cache-shard/answer-contract.ts";
import type { IsolateReport } from "../../shared/contracts/cache-shard/figures-contract.ts";
import type { PurgeReply, PurgeRequest } from "../../shared/contracts/cache-shard/purge-contract.ts";
import { FrequencySketch } from "../../shared/domain/caching/frequency-sketch.ts";
import { retentionMs, staleWindows } from "../../shared/domain/caching/freshness.ts";
import type { FigureAmounts, FigureOutcome } from "../../shared/domain/figures/figure-record.ts";
import { isolateLedger } from "../../shared/memory/isolate-ledger.ts";
import { consoleReporter } from "../../shared/report/console-reporter.ts";
import type { Reporter } from "../../shared/report/report-event.ts";
import { systemClock } from "../../shared/time/clock.ts";
import { Answerer } from "./answering/answerer.ts";
import { FlightFollower } from "./answering/flight-follower.ts";
import { ReplyBuilder } from "./answering/reply-builder.ts";
import { openReplyForms } from "./answering/reply-forms.ts";
import { Evictor } from "./eviction/evictor.ts";
import { ExpirySweep } from "./eviction/expiry-sweep.ts";
import { randomKey } from "./eviction/random-key.ts";
import { FigureRollup } from "./figures/figure-rollup.ts";
import { ProviderLog } from "./figures/provider-log.ts";
import { ShardFigures } from "./figures/shard-figures.ts";
import { AnswerCommit } from "./flights/answer-commit.ts";
import { flightPorts } from "./flights/flight-ports.ts";
import { FlightRunner } from "./flights/flight-runner.ts";
import { FlightTable } from "./flights/flight-table.ts";
import { PassMarkers } from "./flights/pass-markers.ts";
import { type Neighbours, neighboursOf } from "./neighbours.ts";
import { PurgeCounting } from "./purging/purge-counting.ts";
import { PurgeFreeing } from "./purging/purge-freeing.ts";
import { ShardPurge } from "./purging/shard-purge.ts";
import { forgetQuestions } from "./semantic/candidates/forget-questions.ts";
import { embedderFor } from "./semantic/embedding/embedder-choice.ts";
import { StaticTableLoader } from "./semantic/embedding/static-table-loader.ts";
import { SemanticLayer } from "./semantic/semantic-layer.ts";
import { semanticPeers } from "./semantic/shard-peers.ts";
import { Promotion } from "./spill/promotion.ts";
import { ShardAlarm } from "./shard-alarm.ts";
import type { ShardRecords } from "./shard-records.ts";
import { openShardRecords } from "./shard-records.ts";
import { ShardUpkeep } from "./shard-upkeep.ts";
import { EntryMover } from "./topology/entry-mover.ts";
import { ShardRegistry } from "./topology/shard-registry.ts";
import { UpstreamSlots } from "./upstream/upstream-slots.ts";

/** Counters in each row of the frequency sketch. */
const SKETCH_WIDTH = 16_384;

/** Share of the isolate's memory that decoded forms of large answers of one shard may use while nobody reads them. */
const FORMS_SHARE = 0.25;

/** Creates the parts of one shard and wires them together. */
export class ShardAssembly {
  readonly #index: number;
  readonly #config: Config;
  readonly #ctx: DurableObjectState;
  readonly #env: Env;
  readonly #neighbours: Neighbours;
  readonly #report: Reporter;
  readonly #records: ShardRecords;
  readonly #flights = new FlightTable();
  readonly #passMarkers: PassMarkers;
  readonly #sketch = new FrequencySketch(SKETCH_WIDTH);
  readonly #promotion: Promotion;
  readonly #upstreamSlots: UpstreamSlots;
  readonly #semantic: SemanticLayer | null;
  readonly #providers = new ProviderLog();
  readonly entryMover: EntryMover;
  readonly registry: ShardRegistry;
  readonly answerer: Answerer;
  readonly #purge: ShardPurge;
  readonly #alarm: ShardAlarm;
  readonly #upkeep: ShardUpkeep;

  constructor(index: number, config: Config, ctx: DurableObjectState, env: Env) {
    this.#index = index;
    this.#config = config;
    this.#ctx = ctx;
    this.#env = env;
    this.#neighbours = neighboursOf(index, env, config.placement);
    this.#report = consoleReporter(config.logLevel, env);
    this.#records = openShardRecords(index, config, ctx.storage, env.SPILL, this.#report);
    this.#passMarkers = new PassMarkers(isolateLedger, `shard-${index}`);
    this.#promotion = new Promotion({
      ...this.#records,
      countKvError: () => this.#records.counters.add("kv_errors"),
      onPromoted: (entry) => this.#upkeep.makeRoom(entry),
    });
    this.#upstreamSlots = new UpstreamSlots(config.providers.configured, config.upstream.slots, {
      fetch: (url, init) => fetch(url, init),
      remote: this.#neighbours.upstream,
    });
    this.#semantic = this.#wireSemantic();
    this.registry = new ShardRegistry({
      ...this.#common(),
      registerShard: (shard) => this.#neighbours.shard(0).registerShard(shard),
    });
    this.entryMover = new EntryMover({
      ...this.#common(),
      registry: this.registry,
      makeRoom: (entry) => this.#upkeep.makeRoom(entry),
    });
    this.#purge = this.#wirePurge();
    this.#alarm = this.#wireAlarm();
    this.#upkeep = this.#wireUpkeep();
    this.answerer = this.#wireAnswerer();
    this.#purge.freeLater();
  }

  /** Records and ports that most parts need. */
  #common() {
    return {
      ...this.#records,
      shard: this.#index,
      clock: systemClock,
      report: this.#report,
      semantic: this.#semantic,
      flights: this.#flights,
      passMarkers: this.#passMarkers,
      promotion: this.#promotion,
      providers: this.#providers,
      keepAlive: (work: Promise<unknown>): void => this.#ctx.waitUntil(work),
    };
  }

  #wirePurge(): ShardPurge {
    const common = this.#common();
    const countKvErrors = (errors: number): void => common.counters.add("kv_errors", errors);
    return new ShardPurge({
      ...common,
      registry: this.registry,
      counting: new PurgeCounting(common),
      freeing: new PurgeFreeing({ ...common, countKvErrors }),
      countKvErrors,
      wakeAt: (atMs) => this.#alarm.wakeAt(atMs),
    });
  }

  #wireAlarm(): ShardAlarm {
    const common = this.#common();
    const expiry = new ExpirySweep({ ...common, retentionMs: retentionMs(staleWindows(this.#config.freshness)) });
    return new ShardAlarm({
      ...common,
      storage: this.#ctx.storage,
      free: () => this.#purge.free(),
      hasPurged: () => common.log.unfreedCount > 0,
      sweep: () => expiry.run(),
      nextExpiryMs: () => expiry.nextMs,
    });
  }

  #wireUpkeep(): ShardUpkeep {
    const common = this.#common();
    const evictor = new Evictor({
      ...common,
      sketch: this.#sketch,
      config: this.#config.storage,
      randomKey,
      databaseBytes: () => common.sql.databaseSize,
      entryBytes: () => common.holdings.total.bytes,
      countEvent: (event) => common.counters.add(event),
    });
    const rollup = new FigureRollup({ ...common, rows: common.figures });
    return new ShardUpkeep({ ...common, rollup, evictor, alarm: this.#alarm });
  }

  #wireAnswerer(): Answerer {
    const common = this.#common();
    const ports = flightPorts(this.#index);
    const replies = new ReplyBuilder({
      ...common,
      forms: openReplyForms(common.front, ports, this.#index, this.#config.memory.isolateMaxBytes * FORMS_SHARE),
      countOutcome: (request, outcome, tokensSaved) => this.#count(request, outcome, { requests: 1, tokensSaved }),
      countError: (request) => this.#count(request, "ERROR", { requests: 1 }),
    });
    const follower = new FlightFollower({
      ...common,
      flightPorts: ports,
      flightRunner: this.#wireFlightRunner(),
      replies,
    });
    return new Answerer({ ...common, windows: staleWindows(this.#config.freshness), follower, replies });
  }

  #wireFlightRunner(): FlightRunner {
    const { firstByteTimeoutMs, idleTimeoutMs, totalTimeoutMs } = this.#config.upstream;
    const common = this.#common();
    return new FlightRunner({
      ...common,
      registry: this.registry,
      pump: {
        clock: systemClock,
        patience: { firstByteMs: firstByteTimeoutMs, idleMs: idleTimeoutMs, totalMs: totalTimeoutMs },
        call: (call, caller) => this.#upstreamSlots.call(call, caller),
      },
      commit: new AnswerCommit({ ...common, config: this.#config }),
      makeRoom: (entry) => this.#upkeep.makeRoom(entry),
      countTokens: (request, outcome, amounts) => this.#count(request, outcome, amounts),
    });
  }

  /** Null when similarity search is off. */
  #wireSemantic(): SemanticLayer | null {
    const config = this.#config;
    if (config.semantic.mode === "off") {
      forgetQuestions(this.#ctx.storage.sql);
      return null;
    }
    const staticTable = new StaticTableLoader(this.#env.ASSETS);
    return new SemanticLayer({
      ...this.#common(),
      sql: this.#ctx.storage.sql,
      config,
      ledger: isolateLedger,
      staticTable,
      embedder: embedderFor(config.semantic.embedder, this.#env, staticTable, `shard-${this.#index}`),
      peers: semanticPeers(this.#index, config, this.#neighbours.shard, () => this.#semantic),
      callUpstream: (call) => this.#upstreamSlots.callForShard(call),
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
      ...this.#common(),
      nowMs: systemClock.nowMs(),
      showPrompts: this.#config.showPrompts,
      upstreamSlots: this.#upstreamSlots,
      databaseBytes: this.#records.sql.databaseSize,
      isolateBytes: isolateLedger.usedBytes,
    });
  }

  answer(request: AnswerRequest): AnswerReply | Promise<AnswerReply> {
    this.#upkeep.tend();
    for (const report of request.reports ?? []) this.#records.book.addReport(report, systemClock.nowMs());
    if (request.cache) this.#sketch.increment(request.key);
    const reply = this.answerer.answer(request);
    if (request.reports === undefined) return reply;
    return reply instanceof Promise ? reply.then(asReportTaker) : asReportTaker(reply);
  }

  /** Takes the last report of an isolate. Nothing may follow for long, so the figures are written at once. */
  report(report: IsolateReport): void {
    this.#records.book.addReport(report, systemClock.nowMs());
    this.#upkeep.writeFigures();
  }

  purge(request: PurgeRequest): Promise<PurgeReply> {
    return this.#purge.purge(request);
  }

  alarm(): Promise<void> {
    return this.#alarm.run();
  }

  #count({ tenant, provider, model }: AnswerRequest, outcome: FigureOutcome, amounts: Partial<FigureAmounts>): void {
    this.#records.book.count({ tenant, provider, model, outcome }, amounts, systemClock.nowMs());
  }
}

/** Tells the Worker that the figures it sent along have been counted. */
function asReportTaker(reply: AnswerReply): AnswerReply {
  return { ...reply, takesReports: true };
}
