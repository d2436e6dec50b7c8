import { DEFAULT_ERROR_BOUND } from "../domain/semantic/error-bound.ts";
import { PROVIDERS } from "../providers/provider-table.ts";
import type { EmbedderConfig, JudgeConfig, SemanticConfig } from "./config.ts";
import type { VariableReader } from "./variable-reader.ts";

/** Small enough for a compact index; most embedding models can return vectors of this length. */
const DEFAULT_EMBEDDER_DIMENSIONS = 512;
const MIN_EMBEDDER_DIMENSIONS = 16;
const MAX_EMBEDDER_DIMENSIONS = 4096;
const DEFAULT_AUDIT_SHARE = 0.02;
const DEFAULT_JUDGE_CALLS_PER_HOUR = 100;
const MAX_JUDGE_CALLS_PER_HOUR = 100_000;
const MIN_ERROR_BOUND = 0.0001;
const MAX_ERROR_BOUND = 0.5;
/** Embedding models of the Workers AI binding, by their short names in EMBEDDER. */
export const WORKERS_AI_EMBEDDERS: ReadonlyMap<string, { readonly model: string; readonly dims: number }> = new Map([
  ["bge-m3", { model: "@cf/baai/bge-m3", dims: 1024 }],
  ["bge-base", { model: "@cf/baai/bge-base-en-v1.5", dims: 768 }],
  ["bge-small", { model: "@cf/baai/bge-small-en-v1.5", dims: 384 }],
]);

/** Reads the settings of the semantic layer. */
export function resolveSemantic(read: VariableReader): SemanticConfig {
  return {
    mode: read.oneOf("SEMANTIC", "optin", ["on", "optin", "off"]),
    embedder: resolveEmbedder(read),
    errorBound: read.fraction("SEMANTIC_ERROR_BOUND", DEFAULT_ERROR_BOUND, MIN_ERROR_BOUND, MAX_ERROR_BOUND) ?? DEFAULT_ERROR_BOUND,
    minSimilarity: read.fraction("SEMANTIC_MIN_SIMILARITY", null, 0, 1),
    judge: resolveJudge(read),
  };
}

/** Reads EMBEDDER: `static`, `workers-ai/<short name>`, or `openai/<model>` at EMBEDDER_BASE_URL. */
function resolveEmbedder(read: VariableReader): EmbedderConfig {
  const text = read.text("EMBEDDER") ?? "static";
  const dims = read.integer("EMBEDDER_DIMENSIONS", DEFAULT_EMBEDDER_DIMENSIONS, MIN_EMBEDDER_DIMENSIONS, MAX_EMBEDDER_DIMENSIONS);
  const baseUrl = read.url("EMBEDDER_BASE_URL", null);
  const apiKey = read.text("EMBEDDER_API_KEY");
  const slash = text.indexOf("/");
  const kind = slash === -1 ? text : text.slice(0, slash);
  const model = slash === -1 ? "" : text.slice(slash + 1);
  if (kind === "workers-ai" && WORKERS_AI_EMBEDDERS.has(model))
    return { kind, model, dims: WORKERS_AI_EMBEDDERS.get(model)?.dims ?? dims, baseUrl: null, apiKey: null };
  if (kind === "openai" && model !== "") {
    if (baseUrl === null) read.report("EMBEDDER_BASE_URL", "must be set when EMBEDDER is openai/<model>");
    return { kind: "openai-compatible", model, dims, baseUrl, apiKey };
  }
  if (text !== "static") {
    const names = [...WORKERS_AI_EMBEDDERS.keys()].map((name) => `workers-ai/${name}`).join(", ");
    read.report("EMBEDDER", `must be static, ${names}, or openai/<model>`);
  }
  return { kind: "static", model: "", dims: 0, baseUrl: null, apiKey: null };
}

/** Reads JUDGE_MODEL, which is `provider/model`. */
function resolveJudge(read: VariableReader): JudgeConfig | null {
  const text = read.text("JUDGE_MODEL");
  const callsPerHour = read.integer("JUDGE_CALLS_PER_HOUR", DEFAULT_JUDGE_CALLS_PER_HOUR, 0, MAX_JUDGE_CALLS_PER_HOUR);
  const auditShare = read.fraction("SEMANTIC_AUDIT_SHARE", DEFAULT_AUDIT_SHARE, 0, 1) ?? DEFAULT_AUDIT_SHARE;
  if (text === null) return null;
  const slash = text.indexOf("/");
  const provider = text.slice(0, Math.max(0, slash));
  if (slash < 1 || slash === text.length - 1 || !PROVIDERS.some((known) => known.name === provider)) {
    read.report("JUDGE_MODEL", `must be provider/model, where provider is one of ${PROVIDERS.map((known) => known.name).join(", ")}`);
    return null;
  }
  return { provider, model: text.slice(slash + 1), callsPerHour, auditShare };
}
