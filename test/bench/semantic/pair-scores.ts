import { compare } from "../../../shared/domain/semantic/english/comparing/comparison.ts";
import { eligible } from "../../../shared/domain/semantic/english/semantic-eligibility.ts";
import type { StaticEmbedder } from "../../../shared/domain/semantic/embedding/static-embedder.ts";
import { analyse } from "../../../shared/domain/semantic/english/reading/features.ts";
import { DEFAULT_ERROR_BOUND } from "../../../shared/domain/semantic/error-bound.ts";
import { OfflineCache } from "./offline-cache.ts";
import type { QuestionPair } from "./question-pairs.ts";

/** Score of a pair by each way to decide. A higher score means more reason to serve; -Infinity means never. */
export interface PairScores {
  readonly cosine: number;
  readonly cosineAndVetoes: number;
  readonly everything: number;
  /** Whether similarity search serves the pair at the given error bound, with all other settings at their defaults. */
  readonly served: boolean;
  readonly reason: string;
}

const NEVER = Number.NEGATIVE_INFINITY;
/** Score of pairs that are equal after normalisation, which is above all scores of the model. */
const EQUAL_SCORE = 1000;

export async function scorePair({ a, b }: QuestionPair, embedder: StaticEmbedder, errorBound = DEFAULT_ERROR_BOUND): Promise<PairScores> {
  const cosine = dot(embedder.embed(a), embedder.embed(b));
  const comparison = compare(analyse(a), analyse(b), cosine, embedder);
  const vetoed = comparison.vetoes.length > 0 && !comparison.isCanonicallyEqual;
  const cache = new OfflineCache(embedder, errorBound);
  cache.store(a);
  const [best] = await cache.ask(b);
  const ways = [eligible(a).kind, eligible(b).kind];
  const isDecided = ways.every((kind) => kind === "eligible") || comparison.isCanonicallyEqual;
  const score = comparison.isCanonicallyEqual ? EQUAL_SCORE : comparison.score;
  return {
    cosine,
    cosineAndVetoes: vetoed ? NEVER : cosine,
    everything: ways.includes("exact_only") || vetoed || !isDecided ? NEVER : score,
    served: best?.verdict === "serve",
    reason: best === undefined ? "no_candidate" : best.verdict === "serve" ? "served" : best.vetoes.join("+") || best.reason,
  };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
