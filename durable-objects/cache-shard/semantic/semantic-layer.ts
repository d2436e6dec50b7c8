import relaxedSimd from "../../../shared/kernel/dot-relaxed.wasm";
import simd from "../../../shared/kernel/dot-simd.wasm";
import type { Config, SemanticConfig } from "../../../shared/config/config.ts";
import type {
  AnswerRequest,
  FeedbackReply,
  FeedbackRequest,
  LendReply,
  LendRequest,
  PairObservation,
  Resemblance,
  ResembleRequest,
} from "../../../shared/contracts/cache-shard.ts";
import type { EntryTimes } from "../../../shared/domain/freshness.ts";
import { freshness } from "../../../shared/domain/freshness.ts";
import type { PurgeSelector } from "../../../shared/domain/purge.ts";
import type { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { decodeBody } from "../body-codec.ts";
import type { Clock } from "../clock.ts";
import type { EntryStore } from "../entry-store.ts";
import type { FlightTable } from "../flight-table.ts";
import type { Promotion } from "../promotion.ts";
import type { PurgeLog } from "../purge-log.ts";
import type { UseLog } from "../use-log.ts";
import type { UpstreamCall } from "../../../shared/contracts/upstream.ts";
import type { GatewayReply } from "../upstream-gateway.ts";
import { AliasStore } from "./alias-store.ts";
import type { Embedder } from "./embedder.ts";
import { Judge } from "./judge.ts";
import { JudgeDesk } from "./judge-desk.ts";
import { MeaningFinder } from "./meaning-finder.ts";
import type { Meaning } from "./meaning-store.ts";
import { MeaningStore } from "./meaning-store.ts";
import type { Prepared, Question } from "./question.ts";
import { prepareQuestion } from "./question.ts";
import { isolateQuestions } from "./question-memory.ts";
import { ScopeTrustBook } from "./scope-trust.ts";
import { SemanticCounters } from "./semantic-counters.ts";
import type { SearchResult, SemanticSource } from "./semantic-search.ts";
import { SemanticSearch } from "./semantic-search.ts";
import { ServingLog } from "./serving-log.ts";
import { loadedStaticTable, loadStaticTable } from "./static-embedding.ts";

/** A commit waits at most this long for a vector that is still being made. */
const EMBEDDING_PATIENCE_MS = 1000;
/** Neighbours that all shards of a scope look at together; a single shard looks at most at the kernel's 32. */
const CANDIDATES_PER_SCOPE = 32;
const MIN_CANDIDATES = 4;
const MAX_CANDIDATES = 32;
const NO_CONTROLS = { maxAgeSeconds: null, minFreshSeconds: null, maxStaleSeconds: null };
const NO_STALE = { staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };
const decoder = new TextDecoder();

/** The other shards, and this one, as the semantic layer calls them. */
export interface SemanticPeers {
  readonly shardsOf: (scope: string) => readonly number[];
  readonly resemble: (shard: number, request: ResembleRequest) => Promise<readonly Resemblance[]>;
  readonly lend: (shard: number, request: LendRequest) => Promise<LendReply>;
  readonly observe: (shard: number, observation: PairObservation) => Promise<void>;
  readonly quarantine: (shard: number, key: string) => Promise<void>;
}

export interface SemanticParts {
  readonly shard: number;
  readonly config: Config;
  readonly sql: SqlStorage;
  readonly ledger: IsolateLedger;
  readonly clock: Clock;
  readonly assets: Pick<Fetcher, "fetch">;
  readonly embedder: Embedder;
  readonly store: EntryStore;
  readonly uses: UseLog;
  readonly flights: FlightTable;
  readonly promotion: Promotion;
  readonly log: PurgeLog;
  readonly peers: SemanticPeers;
  readonly callUpstream: (request: UpstreamCall) => Promise<GatewayReply>;
  readonly keepAlive: (work: Promise<unknown>) => void;
  readonly random: () => number;
}

/** Everything of one shard that has to do with meaning. */
export class SemanticLayer {
  readonly #parts: SemanticParts;
  readonly #config: SemanticConfig;
  readonly #meanings: MeaningStore;
  readonly #aliases: AliasStore;
  readonly #servings: ServingLog;
  readonly #trust: ScopeTrustBook;
  readonly #finder: MeaningFinder;
  readonly #search: SemanticSearch;
  readonly #desk: JudgeDesk;
  readonly counters = new SemanticCounters();

  constructor(parts: SemanticParts) {
    this.#parts = parts;
    this.#config = parts.config.semantic;
    const { embedder, sql, clock, peers } = parts;
    this.#meanings = new MeaningStore({
      sql,
      ledger: parts.ledger,
      owner: `shard-${parts.shard}`,
      kernels: { relaxedSimd, simd },
      embedder,
      onFull: () => this.counters.add("index_full"),
    });
    this.#aliases = new AliasStore(sql);
    this.#servings = new ServingLog(sql);
    this.#trust = new ScopeTrustBook(sql, this.#meanings, this.#config.errorBound);
    parts.store.accompany(this.#meanings);
    this.#finder = new MeaningFinder({
      shard: parts.shard,
      candidates: candidatesPerShard(parts.config.topology.scopeFanout),
      meanings: this.#meanings,
      questions: isolateQuestions,
      trust: this.#trust,
      operatorMinSimilarity: this.#config.minSimilarity,
      isServable: ({ key, times }) => this.#isFresh(key, times),
      flying: (scope) => parts.flights.flying(scope),
    });
    this.#search = new SemanticSearch({
      clock,
      embedderId: embedder.embedderId,
      peers: { shardsOf: peers.shardsOf, resemble: peers.resemble, lend: (shard, key, source) => peers.lend(shard, { key, source }) },
      aliases: this.#aliases,
      counters: this.counters,
      operatorMinSimilarity: this.#config.minSimilarity,
      isWarm: () => loadedStaticTable() !== null && this.#meanings.loaded,
    });
    this.#desk = new JudgeDesk({
      judge: this.#judge(),
      aliases: this.#aliases,
      counters: this.counters,
      log: parts.log,
      nowMs: () => clock.nowMs(),
      random: parts.random,
      lend: (shard, key) => peers.lend(shard, { key, source: "entry" }),
      quarantine: (shard, key) => peers.quarantine(shard, key),
      observe: (observation) => this.#tellScope(observation),
    });
    if (this.#config.mode === "on") parts.keepAlive(loadStaticTable(parts.assets));
  }

  get vectors(): number {
    return this.#meanings.size;
  }

  get indexBytes(): number {
    return this.#meanings.bytes;
  }

  /** Looks at a request's text and starts its embedding. */
  prepare(request: AnswerRequest): Prepared {
    return prepareQuestion(request, this.#parts.embedder, () => this.counters.add("embedder_failed"), isolateQuestions);
  }

  search(request: AnswerRequest, question: Question): Promise<SearchResult> {
    return this.#search.search(request, question);
  }

  /** Waits for the vector as long as a commit may. */
  async settle(question: Question): Promise<void> {
    if (question.vector !== null) return;
    const { promise, resolve } = Promise.withResolvers<null>();
    const cancel = this.#parts.clock.after(EMBEDDING_PATIENCE_MS, () => resolve(null));
    await Promise.race([question.embedding, promise]);
    cancel();
  }

  /** Stores the question of an entry; inside the entry's transaction. */
  remember(request: AnswerRequest, question: Question): void {
    const meaning: Meaning = {
      key: request.key,
      scope: request.scope,
      text: question.text,
      canonical: question.canonical,
      vector: question.vector,
    };
    this.#meanings.add(meaning);
  }

  /** Stores the question of an entry that moved here; inside the entry's transaction. */
  adopt(meaning: Meaning): void {
    this.#meanings.add(meaning);
  }

  embed(text: string): Promise<Float32Array | null> {
    return this.#parts.embedder.embed(text);
  }

  meaningOf(key: string): { readonly text: string; readonly canonical: string } | null {
    return this.#meanings.questionOf(key);
  }

  /**
   * An answer by meaning goes out: who got it may judge it, and now and then the judge looks at it.
   * @param stored when the entry it comes from is there to be judged: an answer still being written is not yet
   */
  served(request: AnswerRequest, source: SemanticSource, stored: Promise<unknown> = Promise.resolve()): void {
    const { clock } = this.#parts;
    this.#servings.note({
      asked: request.key,
      party: request.party,
      target: source.key,
      shard: source.shard,
      scope: request.scope,
      band: source.band,
      atMs: clock.nowMs(),
    });
    this.#parts.keepAlive(stored.then(() => this.#desk.audit(request, source)));
  }

  /** A grey pair has gone upstream: off the path, would the cached answer have done? */
  considerAlias(request: AnswerRequest, grey: Resemblance): void {
    this.#parts.keepAlive(this.#desk.considerAlias(request, grey));
  }

  async resemble(request: ResembleRequest): Promise<readonly Resemblance[]> {
    if (this.#config.mode === "off" || request.embedder !== this.#parts.embedder.embedderId) return [];
    const table = loadedStaticTable() ?? (await loadStaticTable(this.#parts.assets));
    return table === null ? [] : this.#finder.resemble(request, table);
  }

  async lend(request: LendRequest): Promise<LendReply> {
    if (request.source === "flight") return this.#lendFlight(request.key);
    if (!this.#isServable(request.key)) return { kind: "gone" };
    const found = this.#parts.store.lookup(request.key);
    if (found.kind === "absent") return { kind: "gone" };
    const resident = found.kind === "resident" ? found.resident : await this.#parts.promotion.promote(found.entry);
    const text = this.#meanings.questionOf(request.key)?.text ?? null;
    if (resident === null || text === null) return { kind: "gone" };
    const json = decodeBody(resident.body.json);
    const events = decodeBody(resident.body.events);
    if (json === null || events === null) return { kind: "gone" };
    this.#parts.uses.note(request.key, this.#parts.clock.nowMs());
    const { provider, answeredModel, createdMs, expiresMs, inputTokens, outputTokens } = resident.entry;
    const { usageEvent } = resident.body;
    return {
      kind: "entry",
      text,
      json: decoder.decode(json),
      events,
      usageEvent,
      provider,
      model: answeredModel,
      createdMs,
      expiresMs,
      inputTokens,
      outputTokens,
    };
  }

  observe(observation: PairObservation): void {
    this.#trust.observe(observation);
  }

  /** Never found by meaning again; asked for in its own words it still answers. */
  quarantine(key: string): void {
    this.#parts.store.flushUses([], () => {
      this.#meanings.forgotten(key);
      this.#aliases.dropTo(key);
    });
    this.counters.add("quarantined");
  }

  async feedback(request: FeedbackRequest): Promise<FeedbackReply> {
    const claim = this.#servings.claim(request.entryKey, request.party, this.#parts.clock.nowMs());
    if (claim.kind !== "granted") return claim;
    const { scope, band, shard, asked } = claim.serving;
    try {
      if (!request.good) await this.#parts.peers.quarantine(shard, request.entryKey);
    } catch (error) {
      // The entry's shard does not answer: the caller is told to come again, and must be able to.
      this.#servings.release(request.entryKey, request.party, asked);
      throw error;
    }
    if (!request.good) this.#aliases.drop(asked);
    this.counters.add(request.good ? "feedback_good" : "feedback_bad");
    await this.#tellScope({ scope, band, right: request.good, source: "feedback" });
    return { kind: "accepted" };
  }

  purge(selector: PurgeSelector): void {
    this.#parts.store.flushUses([], () => {
      this.#aliases.purge(selector);
      if (selector.kind === "all") this.#meanings.clear();
    });
  }

  /** Inside the batch transaction. */
  flush(nowMs: number): void {
    this.#servings.flush(nowMs);
  }

  #lendFlight(key: string): LendReply {
    const flight = this.#parts.flights.joinable(key);
    if (flight === null || flight.state === "deciding" || !this.#parts.flights.hasRoom(flight)) return { kind: "gone" };
    flight.addFollower();
    return { kind: "flight", stream: flight.subscribe(true) };
  }

  #isServable(key: string): boolean {
    const entry = this.#parts.store.find(key);
    return entry !== null && this.#isFresh(key, entry);
  }

  #isFresh(key: string, times: EntryTimes): boolean {
    const lastUsedMs = this.#parts.uses.lastUsedMs(key) ?? times.lastUsedMs;
    return freshness({ ...times, lastUsedMs }, NO_STALE, NO_CONTROLS, this.#parts.clock.nowMs()).kind === "fresh";
  }

  /** Every shard of the scope decides by the same evidence. */
  async #tellScope(observation: PairObservation): Promise<void> {
    const { peers } = this.#parts;
    await Promise.allSettled(peers.shardsOf(observation.scope).map((shard) => peers.observe(shard, observation)));
  }

  #judge(): Judge | null {
    const { judge } = this.#config;
    const { clock, callUpstream } = this.#parts;
    return judge === null
      ? null
      : new Judge(judge, { nowMs: () => clock.nowMs(), after: (delayMs, work) => clock.after(delayMs, work), call: callUpstream });
  }
}

function candidatesPerShard(fanout: number): number {
  return Math.min(MAX_CANDIDATES, Math.max(MIN_CANDIDATES, Math.ceil(CANDIDATES_PER_SCOPE / fanout)));
}
