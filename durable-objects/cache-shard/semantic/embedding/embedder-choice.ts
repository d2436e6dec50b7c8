import type { EmbedderConfig } from "../../../../shared/config/config.ts";
import type { Embedder } from "./embedder.ts";
import { cachingEmbedder } from "./embedding-cache.ts";
import { compatibleEmbedder, workersAiEmbedder } from "./remote-embedders.ts";
import type { StaticTableLoader } from "./static-table-loader.ts";
import { staticEmbedder } from "./static-table-loader.ts";

/**
 * Creates the configured embedder. Without its binding every embedding fails: the failures are counted, and equal
 * questions are still found.
 */
export function embedderFor(config: EmbedderConfig, env: Env, staticTable: StaticTableLoader): Embedder {
  switch (config.kind) {
    case "static":
      return staticEmbedder(staticTable);
    case "workers-ai":
      return cachingEmbedder(env.AI === undefined ? unboundEmbedder(config) : workersAiEmbedder(env.AI, config));
    case "openai-compatible":
      return cachingEmbedder(compatibleEmbedder(config, (url, init) => fetch(url, init)));
  }
}

function unboundEmbedder(config: EmbedderConfig): Embedder {
  return { embedderId: `unbound:${config.model}`, dims: config.dims, embed: () => Promise.resolve(null) };
}
