import type { StaticTable } from "./static-table.ts";
import { BoundedMap } from "../../bounded-map.ts";
import type { WordVectors } from "../word-vectors.ts";
import { unitCosine } from "./unit-cosine.ts";
import { WordPieceTokenizer } from "./word-piece-tokenizer.ts";

/** Number of cached vectors of single words. Each takes a kilobyte at 256 dimensions. */
const REMEMBERED_WORDS = 2048;

/**
 * Embeds a text as the sum of one stored vector per WordPiece (SIF, Arora et al. 2017; the rows already include the
 * weight a/(a+p)). The sum ignores word order, so it may find candidates but must not decide. A question takes about
 * 2–10 µs.
 */
export class StaticEmbedder implements WordVectors {
  readonly id: string;
  readonly dims: number;
  readonly #table: StaticTable;
  readonly #tokenizer: WordPieceTokenizer;
  /** Vectors of recently compared words. The candidates for one question share most of their words. */
  readonly #words = new BoundedMap<string, Float32Array | undefined>({ maxWeight: REMEMBERED_WORDS });

  /** @param id Names the recipe, the dimensions and the table's digest. Vectors with different ids are not compared. */
  constructor(table: StaticTable, id: string) {
    this.id = id;
    this.dims = table.dims;
    this.#table = table;
    this.#tokenizer = new WordPieceTokenizer(table.vocabulary);
  }

  /** Returns a unit vector, float32 [dims], or zeros for a text without tokens (its cosine with any vector is 0). */
  embed(text: string): Float32Array {
    return normalise(this.#sum(this.#tokenizer.encode(text)));
  }

  similarity(wordA: string, wordB: string): number {
    const a = this.#wordVector(wordA);
    const b = this.#wordVector(wordB);
    if (a === undefined || b === undefined) return Number.NaN;
    return unitCosine(a, b);
  }

  #wordVector(word: string): Float32Array | undefined {
    if (this.#words.has(word)) return this.#words.get(word);
    const vector = this.#computeWordVector(word);
    this.#words.set(word, vector);
    return vector;
  }

  #computeWordVector(word: string): Float32Array | undefined {
    const ids = this.#tokenizer.encode(word);
    if (ids.length === 0 || ids.includes(this.#tokenizer.unknownId)) return undefined;
    const sum = normalise(this.#sum(ids));
    return sum.some((value) => value !== 0) ? sum : undefined;
  }

  #sum(ids: readonly number[]): Float32Array {
    const { rows, scales } = this.#table;
    const dims = this.dims;
    const sum = new Float32Array(dims);
    for (const id of ids) {
      const scale = scales[id] ?? 0;
      const row = id * dims;
      for (let index = 0; index < dims; index++) sum[index] = (sum[index] ?? 0) + (rows[row + index] ?? 0) * scale;
    }
    return sum;
  }
}

function normalise(vector: Float32Array): Float32Array {
  let squares = 0;
  for (let index = 0; index < vector.length; index++) squares += (vector[index] ?? 0) ** 2;
  if (squares === 0) return vector;
  const inverse = 1 / Math.sqrt(squares);
  for (let index = 0; index < vector.length; index++) vector[index] = (vector[index] ?? 0) * inverse;
  return vector;
}
