/** How alike two single words are, for decisions about one word against another. */
export interface WordVectors {
  /** Cosine (-1..1) of the vectors of two words; NaN when either word is unknown. Case and accents do not matter. */
  similarity(wordA: string, wordB: string): number;
}
