import { bertWords } from "./bert-words.ts";

/** A word with more characters becomes one unknown token, as in the reference implementation. */
export const MAX_WORD_CHARACTERS = 100;
const UNKNOWN_TOKEN = "[UNK]";
const CONTINUATION = "##";

/**
 * BERT's uncased WordPiece tokeniser: greedy longest match from the left, with `##` pieces inside a word.
 * It adds no special tokens and truncates nothing. Its ids equal those of Hugging Face `tokenizers`.
 */
export class WordPieceTokenizer {
  readonly unknownId: number;
  readonly #initial = new Map<string, number>();
  /** Continuation pieces without their `##`, which saves a concatenation per lookup. */
  readonly #continuation = new Map<string, number>();
  readonly #longestPiece: number;

  /** @param vocabulary Tokens in id order. Without `[UNK]` in it, unknown words get id 0. */
  constructor(vocabulary: readonly string[]) {
    for (const [id, token] of vocabulary.entries()) {
      if (token.startsWith(CONTINUATION) && token.length > CONTINUATION.length) {
        this.#continuation.set(token.slice(CONTINUATION.length), id);
      } else {
        this.#initial.set(token, id);
      }
    }
    this.#longestPiece = vocabulary.reduce((longest, token) => Math.max(longest, token.length), 0);
    this.unknownId = this.#initial.get(UNKNOWN_TOKEN) ?? 0;
  }

  /** Returns the token ids of a text, without special tokens. */
  encode(text: string): number[] {
    const ids: number[] = [];
    for (const word of bertWords(text)) this.#encodeWord(word, ids);
    return ids;
  }

  #encodeWord(word: string, ids: number[]): void {
    const whole = this.#initial.get(word);
    if (whole !== undefined) {
      ids.push(whole);
      return;
    }
    const before = ids.length;
    if (isTooLong(word) || !this.#encodePieces(word, ids)) {
      ids.length = before;
      ids.push(this.unknownId);
    }
  }

  #encodePieces(word: string, ids: number[]): boolean {
    let start = 0;
    while (start < word.length) {
      const pieces = start === 0 ? this.#initial : this.#continuation;
      let end = Math.min(word.length, start + this.#longestPiece);
      let id: number | undefined;
      while (end > start && (id = pieces.get(word.slice(start, end))) === undefined) end--;
      if (id === undefined) return false;
      ids.push(id);
      start = end;
    }
    return true;
  }
}

/** Counts code points. A word of at most 100 UTF-16 units cannot be too long, so its code points are not counted. */
function isTooLong(word: string): boolean {
  return word.length > MAX_WORD_CHARACTERS && [...word].length > MAX_WORD_CHARACTERS;
}
