import { WORKERS_AI_EMBEDDERS } from "../../../../shared/config/resolve-semantic.ts";
import type { EmbedderConfig } from "../../../../shared/config/config.ts";
import type { Json } from "../../../../shared/domain/json.ts";
import { isJsonObject } from "../../../../shared/domain/json.ts";
import type { Clock } from "../../../../shared/time/clock.ts";
import { withDeadline } from "../../../../shared/time/deadline.ts";
import { systemClock } from "../../../../shared/time/clock.ts";
import type { FetchPort } from "../../../../shared/providers/call/provider-call.ts";
import { boundedText } from "../../../../shared/wire/bounded-text.ts";
import { parseJson } from "../../../../shared/wire/json/json-body.ts";
import type { Embedder } from "./embedder.ts";
import { unitVector } from "./embedder.ts";

/** Most texts in one call. */
const MAX_BATCH = 64;
/** Texts that may wait for a call; more get no vector. */
const MAX_WAITING = 1000;
const EMBED_TIMEOUT_MS = 5000;
/** Longest number of an answer with its separators and indentation, in bytes. A double has up to 25 characters. */
const MAX_NUMBER_BYTES = 64;
/** An answer's text and nodes beside its numbers: rows, usage and the like. */
const FRAME_BYTES = 64 * 1024;
const FRAME_NODES = 4096;

/** Embeds texts in one call; null for a text that got no vector. */
type BatchCall = (texts: readonly string[]) => Promise<readonly (Float32Array | null)[]>;

/**
 * Batches the texts that arrive during a call into the next one. A call that takes longer than `EMBED_TIMEOUT_MS` is
 * given up.
 */
export function batchedEmbedder(embedderId: string, dims: number, call: BatchCall, clock: Pick<Clock, "after"> = systemClock): Embedder {
  let waiting: { readonly text: string; readonly resolve: (vector: Float32Array | null) => void }[] = [];
  let running = false;
  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      const called = call(batch.map(({ text }) => text)).catch(() => []);
      const vectors = await withDeadline(clock, EMBED_TIMEOUT_MS, called, []);
      for (const [index, { resolve }] of batch.entries()) resolve(vectors[index] ?? null);
    }
    running = false;
  };
  return {
    embedderId,
    dims,
    embed: (text) =>
      new Promise((resolve) => {
        if (waiting.length >= MAX_WAITING) {
          resolve(null);
          return;
        }
        waiting.push({ text, resolve });
        if (!running) void run();
      }),
  };
}

/**
 * Embeds with Workers AI, through the binding. The pooling method is part of the id: vectors of different methods
 * cannot be compared.
 */
export function workersAiEmbedder(ai: Pick<Ai, "run">, { model: name, dims }: EmbedderConfig): Embedder {
  const model = WORKERS_AI_EMBEDDERS.get(name)?.model ?? name;
  return batchedEmbedder(`workers-ai:${name}:cls`, dims, async (texts) => {
    // The binding's types know each model by name; the answer's shape is checked below.
    const answer: unknown = await ai.run(model as "@cf/baai/bge-m3", {
      text: [...texts],
      ...(name === "bge-m3" ? {} : { pooling: "cls" }),
    });
    const rows = isJsonObject(answer) && Array.isArray(answer.data) ? (answer.data as readonly unknown[]) : [];
    return texts.map((_, index) => vectorOf(rows[index], dims));
  });
}

/** Embeds with any server that implements OpenAI's POST /embeddings. */
export function compatibleEmbedder(config: EmbedderConfig, fetchPort: FetchPort): Embedder {
  const url = `${(config.baseUrl ?? "").replace(/\/+$/, "")}/embeddings`;
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (config.apiKey !== null) headers["authorization"] = `Bearer ${config.apiKey}`;
  return batchedEmbedder(`openai:${config.model}:${config.dims}`, config.dims, async (texts) => {
    const body = JSON.stringify({ model: config.model, input: texts, dimensions: config.dims });
    const response = await fetchPort(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(EMBED_TIMEOUT_MS),
    });
    if (!response.ok) return [];
    const answer = await readAnswer(response, texts.length * config.dims);
    const rows = byIndex(isJsonObject(answer) && Array.isArray(answer.data) ? (answer.data as readonly unknown[]) : []);
    return texts.map((_, index) => vectorOf(rows.get(index), config.dims));
  });
}

/**
 * The JSON of an answer with this many numbers; null when it is not JSON, or larger than such an answer can be.
 * The server's text is bounded like any other, because parsing it takes the shard's only thread.
 */
async function readAnswer(response: Response, numbers: number): Promise<Json> {
  if (response.body === null) return null;
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const text = await boundedText(reader, FRAME_BYTES + numbers * MAX_NUMBER_BYTES);
  const parsed = text === null ? null : parseJson(text, FRAME_NODES + numbers);
  return parsed?.ok === true ? parsed.value : null;
}

/** Embeddings by the index of their text. Rows may come in any order; a row without `index` counts by its position. */
function byIndex(rows: readonly unknown[]): ReadonlyMap<number, unknown> {
  const found = new Map<number, unknown>();
  for (const [position, row] of rows.entries()) {
    if (isJsonObject(row)) found.set(typeof row.index === "number" ? row.index : position, row.embedding);
  }
  return found;
}

function vectorOf(value: unknown, dims: number): Float32Array | null {
  return Array.isArray(value) && value.every((member) => typeof member === "number") ? unitVector(value, dims) : null;
}
