import { sha256Hex } from "../../../../shared/digest/sha256.ts";
import type { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../../../shared/memory/ledger-map.ts";
import type { Embedder } from "./embedder.ts";

/** Memory for the vectors that one shard caches: about 500 at 1,024 dimensions. */
const MAX_BYTES = 2 * 1024 * 1024;
/** Memory of a vector's digest and objects. Measured by `npm run bench -- memory-holders`. */
const OVERHEAD_BYTES = 400;

/** An embedder that caches vectors by the digest of their text. Failures are not cached. */
export function cachingEmbedder(embedder: Embedder, ledger: IsolateLedger, owner: string): Embedder {
  const bytesOf = (vector: Float32Array): number => vector.byteLength + OVERHEAD_BYTES;
  const vectors = new LedgerMap<Float32Array>({ ledger, kind: "hints", owner: `${owner}/embeddings`, maxBytes: MAX_BYTES, bytesOf });
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
