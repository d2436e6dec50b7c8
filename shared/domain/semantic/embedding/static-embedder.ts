import type { StaticTable } from "./static-table.ts";
import { unitCosine } from "./unit-cosine.ts";
import { WordPieceTokenizer } from "./word-piece-tokenizer.ts";

/** Hexadecimal digits of the table's SHA-256 that go into the embedder's id. */
const ID_DIGEST_LENGTH = 12;

/** Vectors of single words that are kept, a kilobyte each at 256 dimensions. */
const REMEMBERED_WORDS = 2048;

/** How alike two single words are, for decisions about one word against another. */
export interface WordVectors {
  /** Cosine (-1..1) of the two words' vectors; NaN when either word is unknown to the table. Case and accents do not matter. */
  similarity(wordA: string, wordB: string): number;
}

/**
 * The embedder's id: recipe, dimensions and the table's digest, so that vectors of two tables are never compared.
 * @param sha256Hex lowercase hexadecimal SHA-256 of the whole table file.
 */
export function staticEmbedderId(table: Pick<StaticTable, "label" | "dims">, sha256Hex: string): string {
  return `static:${table.label}:${table.dims}:${sha256Hex.slice(0, ID_DIGEST_LENGTH)}`;
}

/**
 * Embeds a text by adding up one stored vector per WordPiece (SIF, Arora et al. 2017; the weight a/(a+p) is inside
 * the rows). Knows nothing of word order: good for finding candidates, never for deciding. About 2–10 µs a question.
 */
export class StaticEmbedder implements WordVectors {
  readonly id: string;
  readonly dims: number;
  readonly #table: StaticTable;
  readonly #tokenizer: WordPieceTokenizer;
  /** Words that were compared lately; candidates for one question share most of theirs. */
  readonly #words = new Map<string, Float32Array | undefined>();

  /** @param id from {@link staticEmbedderId}. */
  constructor(table: StaticTable, id: string) {
    this.id = id;
    this.dims = table.dims;
    this.#table = table;
    this.#tokenizer = new WordPieceTokenizer(table.vocabulary);
  }

  /** Unit vector, float32 [dims]; all zeros for a text without tokens (its cosine with anything is 0). */
  embed(text: string): Float32Array {
    return normalise(this.#sum(this.#tokenizer.encode(text)));
  }

  similarity(wordA: string, wordB: string): number {
    const a = this.#wordVector(wordA);
    const b = this.#wordVector(wordB);
    if (a === undefined || b === undefined) return Number.NaN;
    return unitCosine(a, b);
  }

  /**
   * How much a word says: the largest a/(a+p) of its pieces, near 0 for "the", near 1 for a rare word, 1 when unknown.
   * A rare word's commonest piece says nothing about it, hence the largest.
   */
  tokenWeight(word: string): number {
    let largest = 0;
    for (const id of this.#tokenizer.encode(word)) {
      largest = Math.max(largest, id === this.#tokenizer.unknownId ? 1 : (this.#table.weights[id] ?? 1));
    }
    return largest;
  }

  /** WordPieces of a text, for bounds on length in tokens. */
  countTokens(text: string): number {
    return this.#tokenizer.encode(text).length;
  }

  #wordVector(word: string): Float32Array | undefined {
    if (this.#words.has(word)) return this.#words.get(word);
    const vector = this.#computeWordVector(word);
    if (this.#words.size >= REMEMBERED_WORDS) this.#words.clear();
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
