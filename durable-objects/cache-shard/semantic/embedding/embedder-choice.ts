import type { EmbedderConfig } from "../../../../shared/config/config.ts";
import { isolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import type { Embedder } from "./embedder.ts";
import { cachingEmbedder } from "./embedding-cache.ts";
import { compatibleEmbedder, workersAiEmbedder } from "./remote-embedders.ts";
import type { StaticTableLoader } from "./static-table-loader.ts";
import { staticEmbedder } from "./static-table-loader.ts";

/**
 * Creates the configured embedder. Without its binding every embedding fails: the failures are counted, and equal
 * questions are still found.
 * @param owner the shard, which owns the cache of a remote embedder
 */
export function embedderFor(config: EmbedderConfig, env: Env, staticTable: StaticTableLoader, owner: string): Embedder {
  switch (config.kind) {
    case "static":
      return staticEmbedder(staticTable);
    case "workers-ai":
      return cachingEmbedder(env.AI === undefined ? unboundEmbedder(config) : workersAiEmbedder(env.AI, config), isolateLedger, owner);
    case "openai-compatible":
      return cachingEmbedder(
        compatibleEmbedder(config, (url, init) => fetch(url, init)),
        isolateLedger,
        owner,
      );
  }
}

function unboundEmbedder(config: EmbedderConfig): Embedder {
  return { embedderId: `unbound:${config.model}`, dims: config.dims, embed: () => Promise.resolve(null) };
}
