import { sha256Hex } from "../../../shared/digest/sha256.ts";
import type { AnswerRequest } from "../../../shared/contracts/cache-shard.ts";
import { eligible } from "../../../shared/domain/semantic/eligibility.ts";
import { normalise } from "../../../shared/domain/semantic/normalise.ts";
import type { Embedder } from "./embedder.ts";
import type { QuestionMemory } from "./question-memory.ts";

/** A request's text as the semantic layer sees it. */
export interface Question {
  readonly text: string;
  /** Hex digest of the normalised text. */
  readonly canonical: string;
  readonly normalisedOnly: boolean;
  /** Why only equal texts count; "" when all do. */
  readonly reason: string;
  /** Started already; null where it is not wanted or failed. */
  readonly embedding: Promise<Float32Array | null>;
  /** Set when the embedding is there. */
  vector: Float32Array | null;
}

export type Prepared =
  | { readonly kind: "question"; readonly question: Question }
  | { readonly kind: "exact_only"; readonly reason: string };

/** Whether and how a request may be answered by meaning. Starts the embedding. */
export function prepareQuestion(
  request: Pick<AnswerRequest, "text" | "withheld">,
  embedder: Embedder,
  onEmbedderFailed: () => void,
  questions: Pick<QuestionMemory, "canonical">,
): Prepared {
  const { text } = request;
  if (text === null) return { kind: "exact_only", reason: request.withheld };
  const eligibility = eligible(text);
  if (eligibility.kind === "exact_only") return { kind: "exact_only", reason: eligibility.reason };
  const normalisedOnly = eligibility.kind === "normalised_only";
  const embedding = normalisedOnly ? Promise.resolve(null) : embedder.embed(text);
  const question: Question = {
    text,
    // A text that is compared by meaning is analysed anyway, and kept.
    canonical: sha256Hex(normalisedOnly ? normalise(text).canonical : questions.canonical(text)),
    normalisedOnly,
    reason: normalisedOnly ? eligibility.reason : "",
    embedding,
    vector: null,
  };
  void noteVector(question, onEmbedderFailed);
  return { kind: "question", question };
}

async function noteVector(question: Question, onEmbedderFailed: () => void): Promise<void> {
  question.vector = await question.embedding;
  if (question.vector === null && !question.normalisedOnly) onEmbedderFailed();
}
