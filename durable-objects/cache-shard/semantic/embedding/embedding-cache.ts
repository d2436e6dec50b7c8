import { sha256Hex } from "../../../../shared/digest/sha256.ts";
import { BoundedMap } from "../../../../shared/domain/bounded-map.ts";
import type { Embedder } from "./embedder.ts";

/** Vectors that one shard caches: 2 MB at 1,024 dimensions. */
const REMEMBERED_VECTORS = 512;

/** An embedder that caches vectors by the digest of their text. Failures are not cached. */
export function cachingEmbedder(embedder: Embedder): Embedder {
  const vectors = new BoundedMap<string, Float32Array>({ maxWeight: REMEMBERED_VECTORS });
  return {
    embedderId: embedder.embedderId,
    dims: embedder.dims,
    embed: async (text) => {
      const digest = sha256Hex(text);
      const known = vectors.get(digest);
      if (known !== undefined) return known;
      const vector = await embedder.embed(text);
      if (vector !== null) vectors.set(digest, vector);
      return vector;
    },
  };
}
