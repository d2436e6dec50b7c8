import type { AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type {
  FetchedEntry,
  FetchEntryReply,
  SimilarCandidate,
  SimilarityQuery,
} from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { Reporter } from "../../../shared/report/report-event.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { withDeadline } from "../../../shared/time/deadline.ts";
import type { AskedQuestion } from "./asked-question.ts";
import { better } from "./candidates/candidate-finder.ts";
import type { Alias, AliasStore } from "./judging/alias-store.ts";
import type { SemanticCounters } from "./semantic-counters.ts";

/** Time limit for the embedding and the searches of all shards together. Candidates that arrive later are ignored. */
const DEADLINE_MS = 50;
/** The same limit while the embedding table or the index is not loaded. It is short compared to a model call. */
const COLD_DEADLINE_MS = 1000;
const EXPLAINED_CANDIDATES = 8;
/** Time limit for fetching an entry, which may have to be read from KV. After it the next candidate is tried. */
const FETCH_DEADLINE_MS = 2000;

/** The shards of a scope, including this one. */
export interface SearchPeers {
  shardsOf(scope: string): readonly number[];
  searchSimilar(shard: number, request: SimilarityQuery): Promise<readonly SimilarCandidate[]>;
  fetchEntry(shard: number, key: string, source: "entry" | "flight"): Promise<FetchEntryReply>;
}

/** The entry or flight of a similar question that is served, and its scores. */
export interface SemanticMatch {
  readonly key: string;
  readonly shard: number;
  readonly similarity: number;
  readonly scoreBin: number;
}

export type SearchOutcome =
  | { readonly kind: "entry"; readonly match: SemanticMatch; readonly entry: FetchedEntry }
  | { readonly kind: "flight"; readonly match: SemanticMatch; readonly stream: ReadableStream<Uint8Array> }
  /** `grey`: the candidate that the judge may be asked about; null when there is none. */
  | { readonly kind: "none"; readonly grey: SimilarCandidate | null };

export interface SearchResult {
  readonly outcome: SearchOutcome;
  /** For the header `refrain-explain`; null when it was not requested. */
  readonly explanation: object | null;
}

export interface SimilaritySearchParts {
  readonly shard: number;
  readonly report: Reporter;
  readonly clock: Clock;
  readonly embedderId: string;
  readonly peers: SearchPeers;
  readonly aliases: AliasStore;
  readonly counters: SemanticCounters;
  /** The operator's minimum cosine; null for none. */
  readonly operatorMinSimilarity: number | null;
  /** Whether this isolate can embed and search without loading anything. */
  isWarm(): boolean;
}

/** Asks all shards of a scope for answers to similar questions, and takes the best one that may be served. */
export class SimilaritySearch {
  readonly #parts: SimilaritySearchParts;

  constructor(parts: SimilaritySearchParts) {
    this.#parts = parts;
  }

  async search(request: AnswerRequest, question: AskedQuestion): Promise<SearchResult> {
    const alias = this.#parts.aliases.get(request.key);
    const resolved = alias === null || !this.#isNearEnough(alias, request) ? null : await this.#resolve(alias);
    if (alias !== null && resolved !== null) {
      const { target, similarity } = alias;
      return { outcome: resolved, explanation: request.explain ? { verdict: "serve", reason: "alias", entry: target, similarity } : null };
    }
    const { candidates, late } = await this.#gather(request, question);
    this.#count(candidates, late);
    const outcome = await this.#take(candidates);
    return { outcome, explanation: request.explain ? this.#explain(question, candidates, late, outcome) : null };
  }

  /** Whether an alias satisfies the minimum similarities of the caller and the operator. */
  #isNearEnough({ similarity }: Alias, { minSimilarity }: AnswerRequest): boolean {
    return similarity >= Math.max(minSimilarity ?? -1, this.#parts.operatorMinSimilarity ?? -1);
  }

  /** Fetches the entry of an alias. Drops an alias whose entry is gone, but not one whose shard cannot be reached. */
  async #resolve(alias: Alias): Promise<SearchOutcome | null> {
    const fetched = await this.#fetchEntry(alias.shard, alias.target, "entry");
    if (fetched?.kind === "gone") this.#parts.aliases.drop(alias.key);
    if (fetched?.kind !== "entry") return null;
    this.#parts.counters.add("served_alias");
    const { target, shard, similarity, scoreBin } = alias;
    return { kind: "entry", match: { key: target, shard, similarity, scoreBin }, entry: fetched };
  }

  /** The candidates that arrive before the deadline, best first. A shard that fails or is late contributes none. */
  async #gather(
    request: AnswerRequest,
    question: AskedQuestion,
  ): Promise<{ readonly candidates: readonly SimilarCandidate[]; readonly late: boolean }> {
    const { clock, peers, embedderId, report, shard: own } = this.#parts;
    let waitedFor: "embedding" | "search" = "embedding";
    const candidates: SimilarCandidate[] = [];
    const asking = (async (): Promise<"done"> => {
      const vector = await question.embedding;
      waitedFor = "search";
      const { scope, key, minSimilarity, explain } = request;
      const { text, canonical, normalisedOnly } = question;
      const query: SimilarityQuery = { scope, key, text, canonical, normalisedOnly, embedder: embedderId, vector, minSimilarity, explain };
      const asked = peers.shardsOf(scope).map(async (shard) => candidates.push(...(await peers.searchSimilar(shard, query))));
      await Promise.allSettled(asked);
      return "done";
    })();
    const deadlineMs = this.#parts.isWarm() ? DEADLINE_MS : COLD_DEADLINE_MS;
    const end = await withDeadline(clock, deadlineMs, asking, "late");
    if (end === "late") report({ event: "semantic_deadline_missed", shard: own, waitedFor, deadlineMs });
    return { candidates: [...candidates].sort(better), late: end === "late" };
  }

  /** Fetches the first candidate that may be served and still exists. */
  async #take(candidates: readonly SimilarCandidate[]): Promise<SearchOutcome> {
    for (const candidate of candidates) {
      if (candidate.verdict !== "serve") break;
      const { key, shard, similarity, scoreBin, source } = candidate;
      const match: SemanticMatch = { key, shard, similarity, scoreBin };
      const fetched = await this.#fetchEntry(shard, key, source);
      if (fetched?.kind === "entry") {
        this.#parts.counters.add("served");
        return { kind: "entry", match, entry: fetched };
      }
      if (fetched?.kind === "flight") {
        this.#parts.counters.add("served_flight");
        return { kind: "flight", match, stream: fetched.stream };
      }
    }
    return { kind: "none", grey: candidates.find(({ verdict, source }) => verdict === "grey" && source === "entry") ?? null };
  }

  /** Null when the shard fails or is late. */
  async #fetchEntry(shard: number, key: string, source: "entry" | "flight"): Promise<FetchEntryReply | null> {
    const fetching = this.#parts.peers.fetchEntry(shard, key, source).catch(() => null);
    const fetched = await withDeadline(this.#parts.clock, FETCH_DEADLINE_MS, fetching, null);
    // A stream that arrives too late must not be left open.
    if (fetched === null) void fetching.then((late) => (late?.kind === "flight" ? late.stream.cancel().catch(() => undefined) : undefined));
    return fetched;
  }

  #count(candidates: readonly SimilarCandidate[], late: boolean): void {
    const { counters } = this.#parts;
    if (late) counters.add("deadline_passed");
    const [best] = candidates;
    if (best === undefined || best.verdict === "serve") return;
    counters.add(best.verdict === "grey" ? "grey" : "rejected");
    for (const veto of best.vetoes) counters.add(`veto:${veto}`);
  }

  #explain(question: AskedQuestion, candidates: readonly SimilarCandidate[], late: boolean, outcome: SearchOutcome): object {
    return {
      verdict: outcome.kind === "none" ? (outcome.grey !== null ? "grey" : candidates.length === 0 ? "none" : "reject") : "serve",
      normalisedOnly: question.normalisedOnly,
      ...(question.reason === "" ? {} : { reason: question.reason }),
      embedder: this.#parts.embedderId,
      deadlinePassed: late,
      candidates: candidates
        .slice(0, EXPLAINED_CANDIDATES)
        .map(({ key, shard, source, similarity, verdict, reason, posterior, scoreBin, vetoes }) => ({
          entry: key,
          shard,
          source,
          similarity: Number(similarity.toFixed(4)),
          vetoes,
          verifierScore: null,
          posterior: Number(posterior.toFixed(4)),
          scoreBin,
          verdict,
          reason,
        })),
    };
  }
}
