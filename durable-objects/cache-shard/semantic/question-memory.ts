import type { StaticEmbedder } from "../../../shared/domain/semantic/embedding/static-embedder.ts";
import type { Comparison } from "../../../shared/domain/semantic/comparison.ts";
import { compare } from "../../../shared/domain/semantic/comparison.ts";
import type { QuestionFeatures } from "../../../shared/domain/semantic/features.ts";
import type { VetoName } from "../../../shared/domain/semantic/vetoes.ts";
import { plainVetoes } from "../../../shared/domain/semantic/vetoes.ts";
import { unitCosine } from "../../../shared/domain/semantic/embedding/unit-cosine.ts";
import { analyse } from "../../../shared/domain/semantic/features.ts";

/** Characters of questions whose analyses are kept: about 100 bytes each, so 8 MB and some 1,000 questions. */
const MAX_KEPT_CHARACTERS = 80_000;
/** What a question takes beside its text (its vector above all), in characters. */
const QUESTION_CHARACTERS = 20;

interface Question {
  readonly features: QuestionFeatures;
  readonly vector: Float32Array;
}

/** Analyses of questions, kept by their text, the least recently used going first: candidates come up again and again. */
export class QuestionMemory {
  readonly #questions = new Map<string, Question>();
  #characters = 0;

  get size(): number {
    return this.#questions.size;
  }

  /** How the two questions compare; the decision's own cosine is always the static table's, whatever finds candidates. */
  compare(earlier: string, asked: string, table: StaticEmbedder): Comparison {
    const a = this.#question(earlier, table);
    const b = this.#question(asked, table);
    return compare(a.features, b.features, unitCosine(a.vector, b.vector), table);
  }

  /** Vetoes that make a comparison needless; none for texts that are equal after normalisation. */
  plainVetoes(earlier: string, asked: string, table: StaticEmbedder): readonly VetoName[] {
    const a = this.#question(earlier, table).features;
    const b = this.#question(asked, table).features;
    return a.canonical === b.canonical ? [] : plainVetoes(a, b);
  }

  #question(text: string, table: StaticEmbedder): Question {
    const question = this.#questions.get(text) ?? { features: analyse(text), vector: table.embed(text) };
    if (!this.#questions.delete(text)) this.#characters += text.length + QUESTION_CHARACTERS;
    this.#questions.set(text, question);
    for (const [oldest] of this.#questions) {
      if (this.#characters <= MAX_KEPT_CHARACTERS || oldest === text) break;
      this.#questions.delete(oldest);
      this.#characters -= oldest.length + QUESTION_CHARACTERS;
    }
    return question;
  }
}

/** One memory for all shards of this isolate: eight of them would fill it. */
export const isolateQuestions = new QuestionMemory();
