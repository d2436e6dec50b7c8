import { encodeBody } from "../../durable-objects/cache-shard/entries/body-codec.ts";
import type { Entry, EntryBody } from "../../durable-objects/cache-shard/entries/entry.ts";
import { bodyBytes } from "../../durable-objects/cache-shard/entries/entry.ts";
import { insertEntryRows } from "../../durable-objects/cache-shard/entries/entry-rows.ts";
import type { Bench } from "./shard-bench.ts";
import { digestOf } from "./shard-bench.ts";
import { deltaEvent } from "./shard-provider.ts";

const HOUR_MS = 3_600_000;

/** The body of an entry whose answer is `answer to PROMPT`, as the answer commit would store it. */
export function storedBody(prompt: string): EntryBody {
  const content = `answer to ${prompt}`;
  const choice = { index: 0, message: { role: "assistant", content }, finish_reason: "stop" };
  const json = JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: "test-model-2026", choices: [choice] });
  const encode = (text: string): Uint8Array => encodeBody(new TextEncoder().encode(text));
  return { json: encode(json), events: encode(deltaEvent(content) + deltaEvent("", "stop")), usageEvent: "" };
}

/** The entry that answers `ask(prompt)`. */
export function storedEntry(prompt: string, changes: Partial<Entry> = {}): Entry {
  const nowMs = Date.now();
  return {
    key: digestOf(prompt),
    scope: digestOf("scope"),
    tenant: "acme",
    model: "test-model",
    answeredModel: "test-model-2026",
    provider: "openai",
    tags: [],
    createdMs: nowMs,
    expiresMs: nowMs + HOUR_MS,
    ttiMs: null,
    lastUsedMs: nowMs,
    hits: 0,
    sequence: 0,
    bytes: bodyBytes(storedBody(prompt)),
    inputTokens: 5,
    outputTokens: 7,
    worthUsd: 0.001,
    spilled: null,
    ...changes,
  };
}

/** Stores the answers to prompts in one transaction, without a flight for each, and starts the shard on them. */
export function seed(bench: Bench, prompts: readonly string[], changes: (prompt: string) => Partial<Entry> = () => ({})): void {
  bench.state.storage.transactionSync(() => {
    for (const prompt of prompts) {
      const entry = storedEntry(prompt, { sequence: bench.detail().sequence, ...changes(prompt) });
      insertEntryRows(bench.sql, entry, storedBody(prompt));
      bench.sql.exec(
        `INSERT INTO holdings (tenant, entries, spilled, bytes) VALUES (?, 1, 0, ?)
           ON CONFLICT (tenant) DO UPDATE SET entries = entries + 1, bytes = bytes + excluded.bytes`,
        entry.tenant,
        entry.bytes,
      );
    }
  });
  bench.restart();
}
