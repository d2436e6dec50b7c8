/** Similarity of single words. The alignment of two questions uses it to pair their words. */
export interface WordVectors {
  /** Cosine (-1..1) of the vectors of two words; NaN if either word is unknown. Ignores case and accents. */
  similarity(wordA: string, wordB: string): number;
}
