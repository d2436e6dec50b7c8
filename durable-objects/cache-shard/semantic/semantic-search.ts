import type { AnswerRequest, LendReply, LentEntry, Resemblance, ResembleRequest } from "../../../shared/contracts/cache-shard.ts";
import type { Clock } from "../clock.ts";
import type { Alias, AliasStore } from "./alias-store.ts";
import { better } from "./meaning-finder.ts";
import type { Question } from "./question.ts";
import type { SemanticCounters } from "./semantic-counters.ts";

/** Embedding and other shards together may take this long; then the question goes upstream. */
const DEADLINE_MS = 50;
/** Until the table and the index are in memory, once per isolate: still little beside a model call. */
const COLD_DEADLINE_MS = 1000;
const EXPLAINED_CANDIDATES = 8;
/** A shard may take this long to hand over an entry, which may have to come from KV; then the question goes upstream. */
const LEND_DEADLINE_MS = 2000;

/** The shards that hold a scope, this one among them. */
export interface ShardPeers {
  shardsOf(scope: string): readonly number[];
  resemble(shard: number, request: ResembleRequest): Promise<readonly Resemblance[]>;
  lend(shard: number, key: string, source: "entry" | "flight"): Promise<LendReply>;
}

/** An answer found by meaning. */
export interface SemanticSource {
  readonly key: string;
  readonly shard: number;
  readonly similarity: number;
  readonly band: number;
}

export type SearchOutcome =
  | { readonly kind: "entry"; readonly source: SemanticSource; readonly lent: LentEntry; readonly byAlias: boolean }
  | { readonly kind: "flight"; readonly source: SemanticSource; readonly stream: ReadableStream<Uint8Array> }
  /** `grey` is worth asking the judge about. */
  | { readonly kind: "none"; readonly grey: Resemblance | null };

export interface SearchResult {
  readonly outcome: SearchOutcome;
  /** For `refrain-explain`; null where it was not asked for. */
  readonly explanation: object | null;
}

export interface SearchParts {
  readonly clock: Clock;
  readonly embedderId: string;
  readonly peers: ShardPeers;
  readonly aliases: AliasStore;
  readonly counters: SemanticCounters;
  /** The operator's least cosine; null = none. */
  readonly operatorMinSimilarity: number | null;
  /** True once this isolate can embed and search without loading anything. */
  isWarm(): boolean;
}

/** Asks all shards of a scope for an answer to other words, and takes the best that may be served. */
export class SemanticSearch {
  readonly #parts: SearchParts;

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  async search(request: AnswerRequest, question: Question): Promise<SearchResult> {
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

  /** Callers and operators may tighten; an alias is no way around that. */
  #isNearEnough({ similarity }: Alias, { minSimilarity }: AnswerRequest): boolean {
    return similarity >= Math.max(minSimilarity ?? -1, this.#parts.operatorMinSimilarity ?? -1);
  }

  /** An alias whose entry is gone is forgotten; one whose shard cannot be asked is kept. */
  async #resolve(alias: Alias): Promise<SearchOutcome | null> {
    const lent = await this.#lend(alias.shard, alias.target, "entry");
    if (lent?.kind === "gone") this.#parts.aliases.drop(alias.key);
    if (lent?.kind !== "entry") return null;
    this.#parts.counters.add("served_alias");
    return {
      kind: "entry",
      source: { key: alias.target, shard: alias.shard, similarity: alias.similarity, band: alias.band },
      lent,
      byAlias: true,
    };
  }

  /** What has come in by the deadline, best first. A shard that fails or is late has nothing to say. */
  async #gather(
    request: AnswerRequest,
    question: Question,
  ): Promise<{ readonly candidates: readonly Resemblance[]; readonly late: boolean }> {
    const { clock, peers, embedderId } = this.#parts;
    const candidates: Resemblance[] = [];
    const asking = (async (): Promise<"done"> => {
      const vector = await question.embedding;
      const { scope, key, minSimilarity, explain } = request;
      const { text, canonical, normalisedOnly } = question;
      const asks = { text, canonical, normalisedOnly, embedder: embedderId, vector };
      const resemble: ResembleRequest = { scope, key, ...asks, minSimilarity, explain };
      const asked = peers.shardsOf(scope).map(async (shard) => candidates.push(...(await peers.resemble(shard, resemble))));
      await Promise.allSettled(asked);
      return "done";
    })();
    const { promise: deadline, resolve } = Promise.withResolvers<"late">();
    const cancel = clock.after(this.#parts.isWarm() ? DEADLINE_MS : COLD_DEADLINE_MS, () => resolve("late"));
    const end = await Promise.race([asking, deadline]);
    cancel();
    return { candidates: [...candidates].sort(better), late: end === "late" };
  }

  /** The first candidate that may be served and is still there. */
  async #take(candidates: readonly Resemblance[]): Promise<SearchOutcome> {
    for (const candidate of candidates) {
      if (candidate.verdict !== "serve") break;
      const source: SemanticSource = { key: candidate.key, shard: candidate.shard, similarity: candidate.similarity, band: candidate.band };
      const lent = await this.#lend(candidate.shard, candidate.key, candidate.source);
      if (lent?.kind === "entry") {
        this.#parts.counters.add("served");
        return { kind: "entry", source, lent, byAlias: false };
      }
      if (lent?.kind === "flight") {
        this.#parts.counters.add("served_flight");
        return { kind: "flight", source, stream: lent.stream };
      }
    }
    return { kind: "none", grey: candidates.find(({ verdict, source }) => verdict === "grey" && source === "entry") ?? null };
  }

  /** Null when the shard fails or is late. */
  async #lend(shard: number, key: string, source: "entry" | "flight"): Promise<LendReply | null> {
    const { promise: deadline, resolve } = Promise.withResolvers<null>();
    const cancel = this.#parts.clock.after(LEND_DEADLINE_MS, () => resolve(null));
    const lending = this.#parts.peers.lend(shard, key, source).catch(() => null);
    const lent = await Promise.race([lending, deadline]);
    cancel();
    // A stream that comes too late must not be left open.
    if (lent === null) void lending.then((late) => (late?.kind === "flight" ? late.stream.cancel().catch(() => undefined) : undefined));
    return lent;
  }

  #count(candidates: readonly Resemblance[], late: boolean): void {
    const { counters } = this.#parts;
    if (late) counters.add("deadline_passed");
    const [best] = candidates;
    if (best === undefined || best.verdict === "serve") return;
    counters.add(best.verdict === "grey" ? "grey" : "rejected");
    for (const veto of best.vetoes) counters.add(`veto:${veto}`);
  }

  #explain(question: Question, candidates: readonly Resemblance[], late: boolean, outcome: SearchOutcome): object {
    return {
      verdict: outcome.kind === "none" ? (outcome.grey !== null ? "grey" : candidates.length === 0 ? "none" : "reject") : "serve",
      normalisedOnly: question.normalisedOnly,
      ...(question.reason === "" ? {} : { reason: question.reason }),
      embedder: this.#parts.embedderId,
      deadlinePassed: late,
      candidates: candidates
        .slice(0, EXPLAINED_CANDIDATES)
        .map(({ key, shard, source, similarity, verdict, reason, posterior, band, vetoes }) => ({
          entry: key,
          shard,
          source,
          similarity: Number(similarity.toFixed(4)),
          vetoes,
          verifierScore: null,
          posterior: Number(posterior.toFixed(4)),
          band,
          verdict,
          reason,
        })),
    };
  }
}
