import { WORKERS_AI_EMBEDDERS } from "../../../shared/config/resolve-semantic.ts";
import type { EmbedderConfig } from "../../../shared/config/config.ts";
import { isJsonObject } from "../../../shared/domain/json.ts";
import type { FetchPort } from "../../upstream/provider-call.ts";
import type { Embedder } from "./embedder.ts";
import { unitVector } from "./embedder.ts";

/** Texts sent together: what came in while the last call was under way. */
const MAX_BATCH = 64;
const EMBED_TIMEOUT_MS = 5000;
/** Dimensions of OpenAI-compatible embedders: most can shorten to this, and the index stays small. */
const COMPATIBLE_DIMS = 512;

/** Asks for many vectors in one call; null for the texts that got none. */
type BatchCall = (texts: readonly string[]) => Promise<readonly (Float32Array | null)[]>;

/** Gathers texts that arrive while a call is under way into the next one. */
export function batchedEmbedder(embedderId: string, dims: number, call: BatchCall): Embedder {
  let waiting: { readonly text: string; readonly resolve: (vector: Float32Array | null) => void }[] = [];
  let running = false;
  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      const vectors = await call(batch.map(({ text }) => text)).catch(() => []);
      for (const [index, { resolve }] of batch.entries()) resolve(vectors[index] ?? null);
    }
    running = false;
  };
  return {
    embedderId,
    dims,
    embed: (text) =>
      new Promise((resolve) => {
        waiting.push({ text, resolve });
        if (!running) void run();
      }),
  };
}

/** Workers AI's embedding models through the binding. Pooling is part of the id: the two ways do not mix. */
export function workersAiEmbedder(ai: Pick<Ai, "run">, name: string): Embedder | null {
  const known = WORKERS_AI_EMBEDDERS.get(name);
  if (known === undefined) return null;
  return batchedEmbedder(`workers-ai:${name}:cls`, known.dims, async (texts) => {
    // The binding's types know each model by name; the answer's shape is checked below.
    const answer: unknown = await ai.run(known.model as "@cf/baai/bge-m3", {
      text: [...texts],
      ...(name === "bge-m3" ? {} : { pooling: "cls" }),
    });
    const rows = isJsonObject(answer) && Array.isArray(answer.data) ? (answer.data as readonly unknown[]) : [];
    return texts.map((_, index) => vectorOf(rows[index], known.dims));
  });
}

/** Any server with OpenAI's POST /embeddings. */
export function compatibleEmbedder(config: EmbedderConfig, fetchPort: FetchPort): Embedder {
  const url = `${(config.baseUrl ?? "").replace(/\/+$/, "")}/embeddings`;
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (config.apiKey !== null) headers["authorization"] = `Bearer ${config.apiKey}`;
  return batchedEmbedder(`openai:${config.model}:${COMPATIBLE_DIMS}`, COMPATIBLE_DIMS, async (texts) => {
    const body = JSON.stringify({ model: config.model, input: texts, dimensions: COMPATIBLE_DIMS });
    const response = await fetchPort(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(EMBED_TIMEOUT_MS),
    });
    if (!response.ok) return [];
    const answer: unknown = await response.json();
    const rows = isJsonObject(answer) && Array.isArray(answer.data) ? (answer.data as readonly unknown[]) : [];
    return texts.map((_, index) => vectorOf(isJsonObject(rows[index]) ? rows[index].embedding : null, COMPATIBLE_DIMS));
  });
}

function vectorOf(value: unknown, dims: number): Float32Array | null {
  return Array.isArray(value) && value.every((member) => typeof member === "number") ? unitVector(value, dims) : null;
}
