import type { SimilarCandidate, SimilarityQuery } from "../../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { StaticEmbedder } from "../../../../shared/domain/semantic/embedding/static-embedder.ts";
import { unitCosine } from "../../../../shared/domain/semantic/embedding/unit-cosine.ts";
import type { Clock } from "../../../../shared/time/clock.ts";
import { verdict } from "../../../../shared/domain/semantic/serve-verdict.ts";
import { pause } from "../../storage/pause.ts";
import type { ScopeTrustStore } from "../judging/scope-trust-store.ts";
import type { NearQuestion, NearStoredQuestion } from "./candidate-rows.ts";
import type { QuestionStore } from "./question-store.ts";
import type { ReadingCache } from "./reading-cache.ts";

/** Questions with a lower cosine are not compared. About 99 in 100 of the pairs that are served are nearer. */
const MIN_COMPARED_COSINE = 0.4;
/** Flights that are compared: the nearest ones. */
const MAX_FLIGHTS = 32;
/** Work of the comparisons of one slice, in read characters: 2 to 3 ms. */
const WORK_PER_SLICE = 1000;
/** Fixed work of a comparison, in read characters. */
const COMPARISON_WORK = 60;
/** Pairs of characters, one from each text, whose comparison takes as long as reading one character. */
const PAIRS_PER_CHARACTER = 300;
/** Candidates that one shard reports at most. */
const REPORTED = 4;
const ORDER = { serve: 0, grey: 1, reject: 2 } as const;

/** The decision about a candidate that is vetoed before the comparison. */
const VETOED = { verdict: "reject", reason: "veto", posterior: 0, scoreBin: 0 } as const;

/** A flight that a similar question may join. */
export interface QuestionInFlight {
  readonly key: string;
  readonly text: string;
  readonly canonical: string;
  readonly vector: Float32Array | null;
}

export interface CandidateFinderParts {
  readonly shard: number;
  readonly clock: Pick<Clock, "after">;
  /** Nearest questions that this shard examines. The candidates of a scope are those of all its shards. */
  readonly candidates: number;
  readonly questions: Pick<QuestionStore, "find">;
  readonly readings: ReadingCache;
  readonly trust: Pick<ScopeTrustStore, "thresholds">;
  readonly operatorMinSimilarity: number | null;
  /** Whether the question's entry is fresh. */
  isServable(question: NearStoredQuestion): boolean;
  /** Flights of a scope that are past deciding. */
  questionsInFlight(scope: string): readonly QuestionInFlight[];
}

/** Finds the entries and flights of this shard that may answer a question, and decides about each of them. */
export class CandidateFinder {
  readonly #parts: CandidateFinderParts;

  constructor(parts: CandidateFinderParts) {
    this.#parts = parts;
  }

  /**
   * Candidates for a question and the decision about each, best first. Candidates are compared in slices. What is purged
   * or removed meanwhile is noticed when the entry is fetched.
   */
  async searchSimilar(request: SimilarityQuery, table: StaticEmbedder): Promise<readonly SimilarCandidate[]> {
    const found = [...this.#stored(request), ...this.#inFlight(request)];
    const decided: SimilarCandidate[] = [];
    let work = 0;
    for (const { near, source } of found) {
      const next = comparisonWork(near.text, request.text);
      if (work > 0 && work + next > WORK_PER_SLICE) {
        await pause(this.#parts.clock);
        work = 0;
      }
      work += next;
      decided.push(this.#decide(request, near, source, table));
    }
    return worthReporting(decided.sort(better).slice(0, REPORTED), request.explain);
  }

  #stored(request: SimilarityQuery): readonly { readonly near: NearQuestion; readonly source: "entry" }[] {
    const { questions, candidates } = this.#parts;
    const { scope, canonical } = request;
    const vector = request.normalisedOnly ? null : request.vector;
    const found = questions.find({ scope, canonical, vector, nearest: candidates, minCosine: MIN_COMPARED_COSINE });
    return found
      .filter((question) => question.key !== request.key && this.#parts.isServable(question))
      .map((near) => ({ near, source: "entry" }));
  }

  /** Flights whose question is near or equal. As with stored questions, without both vectors only equal ones count. */
  #inFlight(request: SimilarityQuery): readonly { readonly near: NearQuestion; readonly source: "flight" }[] {
    const found: { readonly near: NearQuestion; readonly source: "flight" }[] = [];
    for (const { key, text, canonical, vector } of this.#parts.questionsInFlight(request.scope)) {
      if (key === request.key) continue;
      const cosine = cosineOf(vector, request.normalisedOnly ? null : request.vector);
      if (canonical === request.canonical) found.push({ near: { key, text, cosine: cosine ?? 1 }, source: "flight" });
      else if (cosine !== null && cosine >= MIN_COMPARED_COSINE) found.push({ near: { key, text, cosine }, source: "flight" });
    }
    if (found.length <= MAX_FLIGHTS) return found;
    return found.sort((a, b) => b.near.cosine - a.near.cosine).slice(0, MAX_FLIGHTS);
  }

  #decide(request: SimilarityQuery, near: NearQuestion, source: "entry" | "flight", table: StaticEmbedder): SimilarCandidate {
    const { shard, readings, trust, operatorMinSimilarity } = this.#parts;
    const cheap = readings.cheapVetoes(near.text, request.text);
    if (cheap.length > 0) return { shard, key: near.key, source, similarity: near.cosine, ...VETOED, vetoes: cheap };
    const comparison = readings.compare(near.text, request.text, table);
    const floors = [operatorMinSimilarity, request.minSimilarity].filter((floor) => floor !== null);
    const decided = verdict({
      comparison,
      cosine: near.cosine,
      thresholds: trust.thresholds(request.scope),
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
      scoreBin: decided.scoreBin,
      vetoes: decided.vetoes,
    };
  }
}

/** How long it takes to read and compare two texts, in read characters. */
function comparisonWork(earlier: string, asked: string): number {
  return COMPARISON_WORK + earlier.length + (earlier.length * asked.length) / PAIRS_PER_CHARACTER;
}

/** Orders candidates: by verdict (serve, grey, reject), score bin, similarity, then entries before flights. */
export function better(a: SimilarCandidate, b: SimilarCandidate): number {
  return ORDER[a.verdict] - ORDER[b.verdict] || b.scoreBin - a.scoreBin || b.similarity - a.similarity || (a.source < b.source ? -1 : 1);
}

/**
 * Reports all candidates that may be served, the best grey entry, which the judge may be asked about, and the best
 * candidate, which is counted. The others matter only to explanations, and sending them would double each shard's cost.
 */
function worthReporting(best: readonly SimilarCandidate[], explain: boolean): readonly SimilarCandidate[] {
  if (explain) return best;
  const grey = best.find(({ verdict: kind, source }) => kind === "grey" && source === "entry");
  return best.filter((candidate, at) => at === 0 || candidate.verdict === "serve" || candidate === grey);
}

function cosineOf(a: Float32Array | null, b: Float32Array | null): number | null {
  if (a === null || b === null || a.length !== b.length) return null;
  return unitCosine(a, b);
}
