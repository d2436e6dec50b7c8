import type { StaticEmbedder } from "../../../shared/domain/semantic/embedding/static-embedder.ts";
import type { Comparison } from "../../../shared/domain/semantic/comparison.ts";
import { compare } from "../../../shared/domain/semantic/comparison.ts";
import type { QuestionFeatures } from "../../../shared/domain/semantic/features.ts";
import { analyse } from "../../../shared/domain/semantic/features.ts";

/** Questions whose analysis is kept, a few kilobytes each. */
const MAX_QUESTIONS = 2000;

interface Question {
  readonly features: QuestionFeatures;
  readonly vector: Float32Array;
}

/** Analyses of questions, kept by their text: candidates come up again and again. */
export class QuestionMemory {
  readonly #questions = new Map<string, Question>();

  /** How the two questions compare; the decision's own cosine is always the static table's, whatever finds candidates. */
  compare(earlier: string, asked: string, table: StaticEmbedder): Comparison {
    const a = this.#question(earlier, table);
    const b = this.#question(asked, table);
    return compare(a.features, b.features, cosine(a.vector, b.vector), table);
  }

  #question(text: string, table: StaticEmbedder): Question {
    const known = this.#questions.get(text);
    if (known !== undefined) return known;
    const question = { features: analyse(text), vector: table.embed(text) };
    this.#questions.set(text, question);
    if (this.#questions.size > MAX_QUESTIONS) {
      const oldest = this.#questions.keys().next().value;
      if (oldest !== undefined) this.#questions.delete(oldest);
    }
    return question;
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
