import type { EmbedderConfig } from "../../../shared/config/config.ts";
import type { Embedder } from "./embedder.ts";
import { compatibleEmbedder, workersAiEmbedder } from "./remote-embedders.ts";
import { staticEmbedder } from "./static-embedding.ts";

/** The configured embedder; null when what it needs is not bound. */
export function embedderFor(config: EmbedderConfig, env: Env): Embedder | null {
  switch (config.kind) {
    case "static":
      return staticEmbedder(env.ASSETS);
    case "workers-ai":
      return env.AI === undefined ? null : workersAiEmbedder(env.AI, config.model);
    case "openai-compatible":
      return compatibleEmbedder(config, (url, init) => fetch(url, init));
  }
}
