import type { AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import { sha256Hex } from "../../../shared/digest/sha256.ts";
import { english } from "../../../shared/domain/semantic/english/english.ts";
import type { ReadingCache } from "./candidates/reading-cache.ts";
import type { Embedder } from "./embedding/embedder.ts";

/** A request's question, as the semantic layer sees it. */
export interface AskedQuestion {
  readonly text: string;
  /** Hex digest of the normalised text. */
  readonly canonical: string;
  readonly normalisedOnly: boolean;
  /** Why only equal questions count; "" when similar ones count too. */
  readonly reason: string;
  /** The running embedding. Resolves to null when none is needed or the embedder failed. */
  readonly embedding: Promise<Float32Array | null>;
  /** The embedding, once it has resolved. */
  vector: Float32Array | null;
}

export type PreparedQuestion =
  | { readonly kind: "question"; readonly question: AskedQuestion }
  | { readonly kind: "exact_only"; readonly reason: string };

/** Decides whether similarity search applies to a request, and for which questions. Starts the embedding. */
export function prepareQuestion(
  request: Pick<AnswerRequest, "text" | "withheld">,
  embedder: Embedder,
  onEmbedderFailed: () => void,
  readings: Pick<ReadingCache, "canonical">,
): PreparedQuestion {
  const { text } = request;
  if (text === null) return { kind: "exact_only", reason: request.withheld };
  const eligibility = english().eligibility(text);
  if (eligibility.kind === "exact_only") return { kind: "exact_only", reason: eligibility.reason };
  const normalisedOnly = eligibility.kind === "normalised_only";
  const embedding = normalisedOnly ? Promise.resolve(null) : embedder.embed(text);
  const question: AskedQuestion = {
    text,
    // Similarity search needs the reading of the text later, so it is cached.
    canonical: sha256Hex(normalisedOnly ? english().canonical(text) : readings.canonical(text)),
    normalisedOnly,
    reason: normalisedOnly ? eligibility.reason : "",
    embedding,
    vector: null,
  };
  void noteVector(question, onEmbedderFailed);
  return { kind: "question", question };
}

async function noteVector(question: AskedQuestion, onEmbedderFailed: () => void): Promise<void> {
  question.vector = await question.embedding;
  if (question.vector === null && !question.normalisedOnly) onEmbedderFailed();
}
