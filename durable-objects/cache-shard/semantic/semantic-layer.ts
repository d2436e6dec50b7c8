import type { Config, SemanticConfig } from "../../../shared/config/config.ts";
import type { AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type {
  FeedbackReply,
  FeedbackRequest,
  FetchEntryReply,
  FetchEntryRequest,
  PairObservation,
  SimilarCandidate,
  SimilarityQuery,
} from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { UpstreamCall } from "../../../shared/contracts/upstream-api.ts";
import type { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import type { CallReply } from "../../../shared/providers/call/provider-answer.ts";
import type { Reporter } from "../../../shared/report/report-event.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { withDeadline } from "../../../shared/time/deadline.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { UseLog } from "../entries/use-log.ts";
import type { FlightTable } from "../flights/flight-table.ts";
import type { PurgeLog } from "../purging/purge-log.ts";
import type { Promotion } from "../spill/promotion.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";
import type { AskedQuestion, PreparedQuestion } from "./asked-question.ts";
import { prepareQuestion } from "./asked-question.ts";
import { CandidateFinder } from "./candidates/candidate-finder.ts";
import type { StoredQuestion } from "./candidates/question-store.ts";
import { QuestionStore } from "./candidates/question-store.ts";
import { isolateReadings } from "./candidates/reading-cache.ts";
import type { Embedder } from "./embedding/embedder.ts";
import type { StaticTableLoader } from "./embedding/static-table-loader.ts";
import { EntryFetcher } from "./entry-fetcher.ts";
import { AliasStore } from "./judging/alias-store.ts";
import { CallerFeedback } from "./judging/caller-feedback.ts";
import { Judge } from "./judging/model-judge.ts";
import { PairReview } from "./judging/pair-review.ts";
import { ScopeTrustStore } from "./judging/scope-trust-store.ts";
import { ServingLog } from "./judging/serving-log.ts";
import relaxedSimd from "./kernel/dot-relaxed.wasm";
import simd from "./kernel/dot-simd.wasm";
import { SemanticCounters } from "./semantic-counters.ts";
import { SemanticRecords } from "./semantic-records.ts";
import { ENGLISH_BYTES } from "./semantic-memory.ts";
import type { SemanticPeers } from "./shard-peers.ts";
import type { SearchResult, SemanticMatch } from "./similarity-search.ts";
import { SimilaritySearch } from "./similarity-search.ts";

/** A commit waits at most this long for a vector that is still being computed. */
const EMBEDDING_PATIENCE_MS = 1000;
/** Neighbours that all shards of a scope examine together. A single shard examines at most 32, the kernel's limit. */
const CANDIDATES_PER_SCOPE = 32;
const MIN_CANDIDATES = 4;
const MAX_CANDIDATES = 32;

export interface SemanticParts {
  readonly shard: number;
  readonly config: Config;
  readonly sql: SqlStorage;
  readonly transactions: ShardTransactions;
  readonly ledger: IsolateLedger;
  readonly clock: Clock;
  readonly report: Reporter;
  readonly staticTable: StaticTableLoader;
  readonly embedder: Embedder;
  readonly store: EntryStore;
  readonly uses: UseLog;
  readonly flights: FlightTable;
  readonly promotion: Promotion;
  readonly log: PurgeLog;
  readonly peers: SemanticPeers;
  readonly callUpstream: (request: UpstreamCall) => Promise<CallReply>;
  readonly keepAlive: (work: Promise<unknown>) => void;
  readonly random: () => number;
}

/** The semantic layer of one shard: similarity search, the judge, feedback and what a scope has learned. */
export class SemanticLayer {
  readonly #parts: SemanticParts;
  readonly #config: SemanticConfig;
  readonly #questions: QuestionStore;
  readonly #aliases: AliasStore;
  readonly #servings: ServingLog;
  readonly #trust: ScopeTrustStore;
  readonly #fetcher: EntryFetcher;
  readonly #finder: CandidateFinder;
  readonly #search: SimilaritySearch;
  readonly #review: PairReview;
  readonly #feedback: CallerFeedback;
  readonly counters = new SemanticCounters();
  readonly records: SemanticRecords;

  constructor(parts: SemanticParts) {
    this.#parts = parts;
    this.#config = parts.config.semantic;
    const { embedder, sql, clock, peers, store, uses, flights, promotion } = parts;
    this.#questions = new QuestionStore({
      sql,
      ledger: parts.ledger,
      clock,
      owner: `shard-${parts.shard}`,
      kernels: { relaxedSimd, simd },
      embedder,
      log: parts.log,
      onFull: () => this.counters.add("index_full"),
    });
    this.#aliases = new AliasStore(sql, parts.log);
    this.#servings = new ServingLog(sql);
    this.records = new SemanticRecords(this.#questions, this.#aliases, this.#servings);
    this.#trust = new ScopeTrustStore(sql, this.#questions, this.#config.errorBound);
    parts.transactions.accompany(this.#questions);
    this.#fetcher = new EntryFetcher({ clock, store, uses, flights, promotion, questions: this.#questions });
    this.#finder = new CandidateFinder({
      shard: parts.shard,
      clock,
      candidates: candidatesPerShard(parts.config.topology.scopeFanout),
      questions: this.#questions,
      readings: isolateReadings,
      trust: this.#trust,
      operatorMinSimilarity: this.#config.minSimilarity,
      isServable: ({ key, times }) => this.#fetcher.isFresh(key, times),
      questionsInFlight: (scope) => flights.questionsInFlight(scope),
    });
    this.#search = new SimilaritySearch({
      shard: parts.shard,
      report: parts.report,
      clock,
      embedderId: embedder.embedderId,
      peers: {
        shardsOf: peers.shardsOf,
        searchSimilar: peers.searchSimilar,
        fetchEntry: (shard, key, source) => peers.fetchEntry(shard, { key, source }),
      },
      aliases: this.#aliases,
      counters: this.counters,
      operatorMinSimilarity: this.#config.minSimilarity,
      isWarm: () => parts.staticTable.table !== null && this.#questions.loaded,
    });
    this.#review = this.#wireReview();
    this.#feedback = new CallerFeedback({
      servings: this.#servings,
      aliases: this.#aliases,
      counters: this.counters,
      nowMs: () => clock.nowMs(),
      quarantine: peers.quarantine,
      observe: (observation) => this.#tellScope(observation),
    });
    parts.ledger.open("tables", "english").charge(ENGLISH_BYTES);
    if (this.#config.mode === "on") parts.keepAlive(parts.staticTable.load());
  }

  #wireReview(): PairReview {
    const { clock, peers, log, random, callUpstream } = this.#parts;
    const { judge } = this.#config;
    return new PairReview({
      judge: judge === null ? null : new Judge(judge, { clock, call: callUpstream }),
      aliases: this.#aliases,
      counters: this.counters,
      log,
      nowMs: () => clock.nowMs(),
      random,
      fetchEntry: (shard, key) => peers.fetchEntry(shard, { key, source: "entry" }),
      quarantine: peers.quarantine,
      observe: (observation) => this.#tellScope(observation),
    });
  }

  /** Vectors in memory; 0 while the index is not loaded. */
  get vectors(): number {
    return this.#questions.size;
  }

  get indexBytes(): number {
    return this.#questions.bytes;
  }

  /** Prepares the question of a request and starts its embedding. */
  prepare(request: AnswerRequest): PreparedQuestion {
    return prepareQuestion(request, this.#parts.embedder, () => this.#noteEmbedderFailed(), isolateReadings);
  }

  #noteEmbedderFailed(): void {
    const { report, shard, embedder } = this.#parts;
    this.counters.add("embedder_failed");
    report({ event: "embedder_failed", shard, embedder: embedder.embedderId });
  }

  search(request: AnswerRequest, question: AskedQuestion): Promise<SearchResult> {
    return this.#search.search(request, question);
  }

  /** Waits for the vector of a question, at most `EMBEDDING_PATIENCE_MS`. */
  async awaitVector(question: AskedQuestion): Promise<void> {
    if (question.vector !== null) return;
    const { clock, report, shard } = this.#parts;
    const embedded = question.embedding.then(() => true);
    if (await withDeadline(clock, EMBEDDING_PATIENCE_MS, embedded, false)) return;
    report({ event: "semantic_deadline_missed", shard, waitedFor: "embedding_at_commit", deadlineMs: EMBEDDING_PATIENCE_MS });
  }

  /** Stores the question of an entry. Runs inside the entry's transaction. */
  remember(request: AnswerRequest, { text, canonical, vector }: AskedQuestion): void {
    this.storeQuestion({ key: request.key, scope: request.scope, text, canonical, vector });
  }

  /** Like `remember`, for an entry that has moved here. Runs inside the entry's transaction. */
  storeQuestion(question: StoredQuestion): void {
    this.#questions.add(question);
  }

  embed(text: string): Promise<Float32Array | null> {
    return this.#parts.embedder.embed(text);
  }

  questionOf(key: string): { readonly text: string; readonly canonical: string } | null {
    return this.#questions.questionOf(key);
  }

  /**
   * Notes a semantic hit that is served: its caller may give feedback, and the judge audits a share of the hits.
   * @param stored resolves when the entry is stored: an answer that is still being written cannot be audited
   */
  noteServed(request: AnswerRequest, match: SemanticMatch, stored: Promise<unknown> = Promise.resolve()): void {
    const { clock } = this.#parts;
    this.#servings.note({
      asked: request.key,
      callerId: request.callerId,
      target: match.key,
      shard: match.shard,
      scope: request.scope,
      scoreBin: match.scoreBin,
      atMs: clock.nowMs(),
    });
    this.#parts.keepAlive(stored.then(() => this.#review.audit(request, match)));
  }

  /**
   * Asks the judge, in the background, whether the entry of a grey candidate answers a question that went upstream.
   * A yes creates an alias.
   */
  considerAlias(request: AnswerRequest, grey: SimilarCandidate): void {
    this.#parts.keepAlive(this.#review.considerAlias(request, grey));
  }

  async searchSimilar(request: SimilarityQuery): Promise<readonly SimilarCandidate[]> {
    if (this.#config.mode === "off" || request.embedder !== this.#parts.embedder.embedderId) return [];
    const table = await this.#parts.staticTable.load();
    if (table === null) return [];
    if (request.vector !== null && !this.#questions.loaded) await this.#questions.load();
    return this.#finder.searchSimilar(request, table);
  }

  fetchEntry(request: FetchEntryRequest): Promise<FetchEntryReply> {
    return this.#fetcher.fetch(request);
  }

  observe(observation: PairObservation): void {
    this.#trust.observe(observation);
  }

  /** Removes an entry from similarity search. It is still served to exact requests. */
  quarantine(key: string): void {
    this.#parts.transactions.transact(() => {
      this.#questions.forget(key);
      this.#aliases.dropTo(key);
    });
    this.counters.add("quarantined");
  }

  feedback(request: FeedbackRequest): Promise<FeedbackReply> {
    return this.#feedback.take(request);
  }

  /** Sends an observation to every shard of the scope: all of them decide by the same evidence. */
  async #tellScope(observation: PairObservation): Promise<void> {
    const { peers } = this.#parts;
    await Promise.allSettled(peers.shardsOf(observation.scope).map((shard) => peers.observe(shard, observation)));
  }
}

function candidatesPerShard(fanout: number): number {
  return Math.min(MAX_CANDIDATES, Math.max(MIN_CANDIDATES, Math.ceil(CANDIDATES_PER_SCOPE / fanout)));
}
