import type { ResembleRequest, Resemblance } from "../../../shared/contracts/cache-shard.ts";
import { unitCosine } from "../../../shared/domain/semantic/embedding/unit-cosine.ts";
import type { StaticEmbedder } from "../../../shared/domain/semantic/embedding/static-embedder.ts";
import { verdict } from "../../../shared/domain/semantic/verdict.ts";
import type { NearMeaning, StoredMeaning } from "./candidate-rows.ts";
import type { MeaningStore } from "./meaning-store.ts";
import type { QuestionMemory } from "./question-memory.ts";
import type { ScopeTrustBook } from "./scope-trust.ts";

/** Farther questions are not worth a comparison: of question pairs that pass vetoes and bands, about 99 in 100 are nearer. */
const MIN_COMPARED_COSINE = 0.4;
/** Candidates reported back. */
const REPORTED = 4;
const ORDER = { serve: 0, grey: 1, reject: 2 } as const;

/** What a veto that needs no comparison comes to. */
const VETOED = { verdict: "reject", reason: "veto", posterior: 0, band: 0 } as const;

/** A flight that may be joined by meaning. */
export interface FlyingQuestion {
  readonly key: string;
  readonly text: string;
  readonly canonical: string;
  readonly vector: Float32Array | null;
}

export interface FinderParts {
  readonly shard: number;
  /** Nearest questions that this shard looks at; with several shards a scope, their union is what counts. */
  readonly candidates: number;
  readonly meanings: Pick<MeaningStore, "find">;
  readonly questions: QuestionMemory;
  readonly trust: Pick<ScopeTrustBook, "bands">;
  readonly operatorMinSimilarity: number | null;
  /** True while the question's entry is fresh. */
  isServable(meaning: StoredMeaning): boolean;
  /** Flights of a scope that are past deciding. */
  flying(scope: string): readonly FlyingQuestion[];
}

/** Finds what this shard has that may answer a question, and decides about each candidate. */
export class MeaningFinder {
  readonly #parts: FinderParts;

  constructor(parts: FinderParts) {
    this.#parts = parts;
  }

  /** Best first. */
  resemble(request: ResembleRequest, table: StaticEmbedder): readonly Resemblance[] {
    const found = [...this.#stored(request), ...this.#flying(request)];
    const decided = found.map(({ near, source }) => this.#decide(request, near, source, table));
    return worthReporting(decided.sort(better).slice(0, REPORTED), request.explain);
  }

  #stored(request: ResembleRequest): readonly { readonly near: NearMeaning; readonly source: "entry" }[] {
    const { meanings, candidates } = this.#parts;
    const { scope, canonical } = request;
    const vector = request.normalisedOnly ? null : request.vector;
    const found = meanings.find({ scope, canonical, vector, nearest: candidates, minCosine: MIN_COMPARED_COSINE });
    return found
      .filter((meaning) => meaning.key !== request.key && this.#parts.isServable(meaning))
      .map((near) => ({ near, source: "entry" }));
  }

  /** As with stored questions: without a vector on both sides only equal texts are alike. */
  #flying(request: ResembleRequest): readonly { readonly near: NearMeaning; readonly source: "flight" }[] {
    const found: { readonly near: NearMeaning; readonly source: "flight" }[] = [];
    for (const { key, text, canonical, vector } of this.#parts.flying(request.scope)) {
      if (key === request.key) continue;
      const cosine = cosineOf(vector, request.normalisedOnly ? null : request.vector);
      if (canonical === request.canonical) found.push({ near: { key, text, cosine: cosine ?? 1 }, source: "flight" });
      else if (cosine !== null && cosine >= MIN_COMPARED_COSINE) found.push({ near: { key, text, cosine }, source: "flight" });
    }
    return found;
  }

  #decide(request: ResembleRequest, near: NearMeaning, source: "entry" | "flight", table: StaticEmbedder): Resemblance {
    const { shard, questions, trust, operatorMinSimilarity } = this.#parts;
    const plain = questions.plainVetoes(near.text, request.text);
    if (plain.length > 0) return { shard, key: near.key, source, similarity: near.cosine, ...VETOED, vetoes: plain };
    const comparison = questions.compare(near.text, request.text, table);
    const floors = [operatorMinSimilarity, request.minSimilarity].filter((floor) => floor !== null);
    const decided = verdict({
      comparison,
      cosine: near.cosine,
      bands: trust.bands(request.scope),
      ...(floors.length === 0 ? {} : { minSimilarity: Math.max(...floors) }),
    });
    const unequal = request.normalisedOnly && !comparison.isCanonicallyEqual;
    return {
      shard,
      key: near.key,
      source,
      similarity: near.cosine,
      verdict: unequal ? "reject" : decided.kind,
      reason: unequal ? "not_equal_after_normalisation" : decided.reason,
      posterior: decided.posterior,
      band: decided.band,
      vetoes: decided.vetoes,
    };
  }
}

/** Serve before grey before reject, then the surer, then the nearer; a stored answer before one under way. */
export function better(a: Resemblance, b: Resemblance): number {
  return ORDER[a.verdict] - ORDER[b.verdict] || b.band - a.band || b.similarity - a.similarity || (a.source < b.source ? -1 : 1);
}

/**
 * What may be served, the first entry that a judge may be asked about, and the best of all, which is counted. The rest
 * is for explanations only, and would cost each shard as much again to send.
 */
function worthReporting(best: readonly Resemblance[], explain: boolean): readonly Resemblance[] {
  if (explain) return best;
  const grey = best.find(({ verdict, source }) => verdict === "grey" && source === "entry");
  return best.filter((candidate, at) => at === 0 || candidate.verdict === "serve" || candidate === grey);
}

function cosineOf(a: Float32Array | null, b: Float32Array | null): number | null {
  if (a === null || b === null || a.length !== b.length) return null;
  return unitCosine(a, b);
}
