import { sha256Hex } from "../../../shared/digest/sha256.ts";
import type { Embedder } from "./embedder.ts";

/** Vectors kept per shard: 2 MB at 1,024 dimensions. */
const REMEMBERED_VECTORS = 512;

/** Remembers vectors by the digest of their text, the least recently used going first. Failures are not remembered. */
export function rememberingEmbedder(embedder: Embedder): Embedder {
  const vectors = new Map<string, Float32Array>();
  return {
    embedderId: embedder.embedderId,
    dims: embedder.dims,
    embed: async (text) => {
      const digest = sha256Hex(text);
      const known = vectors.get(digest);
      if (known !== undefined) {
        vectors.delete(digest);
        vectors.set(digest, known);
        return known;
      }
      const vector = await embedder.embed(text);
      if (vector === null) return null;
      vectors.set(digest, vector);
      const oldest = vectors.size > REMEMBERED_VECTORS ? vectors.keys().next().value : undefined;
      if (oldest !== undefined) vectors.delete(oldest);
      return vector;
    },
  };
}
