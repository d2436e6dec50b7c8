import { systemClock } from "../../../shared/time/clock.ts";
import { readFileSync } from "node:fs";
import { CandidateFinder } from "../../../durable-objects/cache-shard/semantic/candidates/candidate-finder.ts";
import type { NearStoredQuestion } from "../../../durable-objects/cache-shard/semantic/candidates/candidate-rows.ts";
import { prepareQuestion } from "../../../durable-objects/cache-shard/semantic/asked-question.ts";
import type { AskedQuestion } from "../../../durable-objects/cache-shard/semantic/asked-question.ts";
import { ReadingCache } from "../../../durable-objects/cache-shard/semantic/candidates/reading-cache.ts";
import type { SimilarCandidate } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import { StaticEmbedder } from "../../../shared/domain/semantic/embedding/static-embedder.ts";
import { STATIC_TABLE } from "../../../shared/domain/semantic/embedding/static-table-manifest.ts";
import { parseStaticTable } from "../../../shared/domain/semantic/embedding/static-table.ts";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { FlatIndex } from "../../../shared/domain/semantic/index/flat-index.ts";
import { resolveThresholds } from "../../../shared/domain/semantic/serve-verdict.ts";

/** Number of neighbours that a shard examines if its scope has no other shard. */
const CANDIDATES = 32;
const SCOPE = "scope";
/** Times for entries that never expire. */
const NO_TIMES = { createdMs: 0, expiresMs: 0, ttiMs: null, lastUsedMs: 0 } as const;

/** The embedder with the shipped table. */
export function shippedEmbedder(): StaticEmbedder {
  const bytes = new Uint8Array(readFileSync(`${import.meta.dirname}/../../../workers/assets/${STATIC_TABLE.file}`));
  const table = parseStaticTable(bytes);
  if (!table.ok) throw new Error(`The shipped table cannot be read: ${table.error.kind}`);
  return new StaticEmbedder(table.value, STATIC_TABLE.embedderId);
}

/** One scope of the product's similarity search without a server. Uses the product's eligibility, index and finder. */
export class OfflineCache {
  readonly #embedder: StaticEmbedder;
  readonly #index: FlatIndex;
  readonly #stored: { readonly text: string; readonly canonical: string }[] = [];
  readonly #byCanonical = new Map<string, number[]>();
  readonly #readings = new ReadingCache(new IsolateLedger(Number.POSITIVE_INFINITY));
  readonly #finder: CandidateFinder;

  constructor(embedder: StaticEmbedder, errorBound: number, minSimilarity: number | null = null) {
    this.#embedder = embedder;
    this.#index = new FlatIndex(embedder.dims, {});
    const thresholds = resolveThresholds(errorBound);
    this.#finder = new CandidateFinder({
      shard: 0,
      clock: systemClock,
      candidates: CANDIDATES,
      questions: {
        find: ({ canonical, vector, nearest, minCosine }) => {
          const near = vector === null ? [] : this.#index.search(0, vector, nearest).filter(({ cosine }) => cosine >= minCosine);
          const isNear = new Set(near.map(({ ref }) => ref));
          const equal = (this.#byCanonical.get(canonical) ?? []).filter((ref) => !isNear.has(ref)).map((ref) => ({ ref, cosine: 1 }));
          return [...near, ...equal].map(({ ref, cosine }) => this.#near(ref, cosine));
        },
      },
      readings: this.#readings,
      trust: { thresholds: () => thresholds },
      operatorMinSimilarity: minSimilarity,
      isServable: () => true,
      questionsInFlight: () => [],
    });
  }

  /** Stores a question as an answered miss does. An `exact_only` question is not found later. */
  store(text: string): void {
    const ref = this.#stored.length;
    const question = this.#prepare(text);
    this.#stored.push({ text, canonical: question?.canonical ?? "" });
    if (question === null) return;
    this.#byCanonical.set(question.canonical, [...(this.#byCanonical.get(question.canonical) ?? []), ref]);
    if (!question.normalisedOnly) this.#index.add(ref, 0, this.#embedder.embed(text));
  }

  /** Returns the best candidate first. The key of a candidate is the number of the stored question. */
  async ask(text: string): Promise<readonly SimilarCandidate[]> {
    const question = this.#prepare(text);
    if (question === null) return [];
    const { canonical, normalisedOnly } = question;
    const vector = normalisedOnly ? null : this.#embedder.embed(text);
    const key = this.#stored.findIndex((stored) => stored.text === text);
    const asked = { scope: SCOPE, key: String(key), text, canonical, normalisedOnly, embedder: this.#embedder.id, vector };
    return this.#finder.searchSimilar({ ...asked, minSimilarity: null, explain: true }, this.#embedder);
  }

  #prepare(text: string): AskedQuestion | null {
    const port = { embedderId: this.#embedder.id, dims: this.#embedder.dims, embed: () => Promise.resolve(null) };
    const prepared = prepareQuestion({ text, withheld: "" }, port, () => undefined, this.#readings);
    return prepared.kind === "question" ? prepared.question : null;
  }

  #near(ref: number, cosine: number): NearStoredQuestion {
    return { key: String(ref), text: this.#stored[ref]?.text ?? "", cosine, times: NO_TIMES };
  }
}
