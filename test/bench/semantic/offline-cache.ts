import { readFileSync } from "node:fs";
import { MeaningFinder } from "../../../durable-objects/cache-shard/semantic/meaning-finder.ts";
import type { NearMeaning } from "../../../durable-objects/cache-shard/semantic/meaning-store.ts";
import { prepareQuestion } from "../../../durable-objects/cache-shard/semantic/question.ts";
import type { Question } from "../../../durable-objects/cache-shard/semantic/question.ts";
import { QuestionMemory } from "../../../durable-objects/cache-shard/semantic/question-memory.ts";
import type { Resemblance } from "../../../shared/contracts/cache-shard.ts";
import { StaticEmbedder } from "../../../shared/domain/semantic/embedding/static-embedder.ts";
import { STATIC_TABLE } from "../../../shared/domain/semantic/embedding/static-table-manifest.ts";
import { parseStaticTable } from "../../../shared/domain/semantic/embedding/static-table.ts";
import { FlatIndex } from "../../../shared/domain/semantic/index/flat-index.ts";
import { resolveBands } from "../../../shared/domain/semantic/verdict.ts";

/** As many neighbours as one shard looks at when a scope has no other. */
const CANDIDATES = 32;
const SCOPE = "scope";

/** The table that is shipped. */
export function shippedEmbedder(): StaticEmbedder {
  const bytes = new Uint8Array(readFileSync(`${import.meta.dirname}/../../../workers/assets/${STATIC_TABLE.file}`));
  const table = parseStaticTable(bytes);
  if (!table.ok) throw new Error(`The shipped table cannot be read: ${table.error.kind}`);
  return new StaticEmbedder(table.value, STATIC_TABLE.embedderId);
}

/** One scope of the product's semantic layer without a server: its eligibility, index, finder and verdict, nothing of its own. */
export class OfflineCache {
  readonly #embedder: StaticEmbedder;
  readonly #index: FlatIndex;
  readonly #stored: { readonly text: string; readonly canonical: string }[] = [];
  readonly #byCanonical = new Map<string, number[]>();
  readonly #finder: MeaningFinder;

  constructor(embedder: StaticEmbedder, errorBound: number, minSimilarity: number | null = null) {
    this.#embedder = embedder;
    this.#index = new FlatIndex(embedder.dims, {});
    const bands = resolveBands(errorBound);
    this.#finder = new MeaningFinder({
      shard: 0,
      candidates: CANDIDATES,
      meanings: {
        nearest: (_scope, vector, k) => this.#index.search(0, vector, k).map(({ ref, cosine }) => this.#near(ref, cosine)),
        equals: (_scope, canonical) => (this.#byCanonical.get(canonical) ?? []).map((ref) => this.#near(ref, 1)),
      },
      questions: new QuestionMemory(),
      trust: { bands: () => bands },
      operatorMinSimilarity: minSimilarity,
      isServable: () => true,
      flying: () => [],
    });
  }

  /** Stores a question as an answered miss does. What is exact only leaves nothing to be found. */
  store(text: string): void {
    const ref = this.#stored.length;
    const question = this.#prepare(text);
    this.#stored.push({ text, canonical: question?.canonical ?? "" });
    if (question === null) return;
    this.#byCanonical.set(question.canonical, [...(this.#byCanonical.get(question.canonical) ?? []), ref]);
    if (!question.normalisedOnly) this.#index.add(ref, 0, this.#embedder.embed(text));
  }

  /** Best candidate first; the number of a stored question is its key. */
  ask(text: string): readonly Resemblance[] {
    const question = this.#prepare(text);
    if (question === null) return [];
    const { canonical, normalisedOnly } = question;
    const vector = normalisedOnly ? null : this.#embedder.embed(text);
    const key = this.#stored.findIndex((stored) => stored.text === text);
    return this.#finder.resemble(
      { scope: SCOPE, key: String(key), text, canonical, normalisedOnly, embedder: this.#embedder.id, vector, minSimilarity: null },
      this.#embedder,
    );
  }

  #prepare(text: string): Question | null {
    const port = { embedderId: this.#embedder.id, dims: this.#embedder.dims, embed: () => Promise.resolve(null) };
    const prepared = prepareQuestion({ text, withheld: "" }, port, () => undefined);
    return prepared.kind === "question" ? prepared.question : null;
  }

  #near(ref: number, cosine: number): NearMeaning {
    return { key: String(ref), text: this.#stored[ref]?.text ?? "", cosine };
  }
}
