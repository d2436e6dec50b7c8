import type { EmbedderConfig } from "../../../shared/config/config.ts";
import type { Embedder } from "./embedder.ts";
import { rememberingEmbedder } from "./embedding-memory.ts";
import { compatibleEmbedder, workersAiEmbedder } from "./remote-embedders.ts";
import { staticEmbedder } from "./static-embedding.ts";

/** The configured embedder; null when what it needs is not bound. */
export function embedderFor(config: EmbedderConfig, env: Env): Embedder | null {
  switch (config.kind) {
    case "static":
      return staticEmbedder(env.ASSETS);
    case "workers-ai":
      return remembering(env.AI === undefined ? null : workersAiEmbedder(env.AI, config.model));
    case "openai-compatible":
      return remembering(compatibleEmbedder(config, (url, init) => fetch(url, init)));
  }
}

/** The embedded table is cheaper than remembering; calls over a network are not. */
function remembering(embedder: Embedder | null): Embedder | null {
  return embedder === null ? null : rememberingEmbedder(embedder);
}
