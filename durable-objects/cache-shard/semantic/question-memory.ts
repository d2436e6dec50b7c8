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
  /** Made when it is first compared: most candidates are vetoed before. */
  vector: Float32Array | null;
}

/** Analyses of questions, kept by their text, the least recently used going first: candidates come up again and again. */
export class QuestionMemory {
  readonly #questions = new Map<string, Question>();
  #characters = 0;

  get size(): number {
    return this.#questions.size;
  }

  /** The normalised text. */
  canonical(text: string): string {
    return this.#question(text).features.canonical;
  }

  /** How the two questions compare; the decision's own cosine is always the static table's, whatever finds candidates. */
  compare(earlier: string, asked: string, table: StaticEmbedder): Comparison {
    const a = this.#question(earlier);
    const b = this.#question(asked);
    a.vector ??= table.embed(earlier);
    b.vector ??= table.embed(asked);
    return compare(a.features, b.features, unitCosine(a.vector, b.vector), table);
  }

  /** Vetoes that make a comparison needless; none for texts that are equal after normalisation. */
  plainVetoes(earlier: string, asked: string): readonly VetoName[] {
    const a = this.#question(earlier).features;
    const b = this.#question(asked).features;
    return a.canonical === b.canonical ? [] : plainVetoes(a, b);
  }

  #question(text: string): Question {
    const known = this.#questions.get(text);
    const question = known ?? { features: analyse(text), vector: null };
    if (known === undefined) this.#characters += text.length + QUESTION_CHARACTERS;
    else this.#questions.delete(text);
    this.#questions.set(text, question);
    this.#forgetOldest(text);
    return question;
  }

  #forgetOldest(newest: string): void {
    if (this.#characters <= MAX_KEPT_CHARACTERS) return;
    for (const [oldest] of this.#questions) {
      if (this.#characters <= MAX_KEPT_CHARACTERS || oldest === newest) break;
      this.#questions.delete(oldest);
      this.#characters -= oldest.length + QUESTION_CHARACTERS;
    }
  }
}

/** One memory for all shards of this isolate: eight of them would fill it. */
export const isolateQuestions = new QuestionMemory();
