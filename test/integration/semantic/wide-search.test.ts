import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { insertEntryRows } from "../../../durable-objects/cache-shard/entries/entry-rows.ts";
import type { Entry } from "../../../durable-objects/cache-shard/entries/entry.ts";
import { CACHE_SHARD_MIGRATIONS } from "../../../durable-objects/cache-shard/storage/schema.ts";
import { QuestionStore } from "../../../durable-objects/cache-shard/semantic/candidates/question-store.ts";
import { migrate } from "../../../durable-objects/storage/migrations.ts";
import { systemClock } from "../../../shared/time/clock.ts";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { DIMS, LEDGER_BYTES, vectorOf } from "./question-world.ts";

const STORED = 40;
/** Neighbours that one shard examines at most. */
const NEAREST = 32;
const NO_BODY = { json: new Uint8Array(), events: new Uint8Array(), usageEvent: "" };
const ENTRY: Omit<Entry, "key"> = {
  scope: "scope",
  tenant: "tenant",
  model: "model",
  answeredModel: "model",
  provider: "openai",
  tags: [],
  createdMs: 0,
  expiresMs: 1,
  ttiMs: null,
  lastUsedMs: 0,
  hits: 0,
  sequence: 0,
  bytes: 0,
  inputTokens: 0,
  outputTokens: 0,
  worthUsd: 0,
  spilled: null,
};

// An integration test, because the platform's SQLite allows fewer terms in one statement than others.
it("a shard that holds a whole scope finds as many neighbours as it may examine", async () => {
  const stub = env.CACHE_SHARD.getByName("wide-search") as DurableObjectStub;
  await runInDurableObject(stub, async (_instance, { storage }) => {
    migrate(storage, CACHE_SHARD_MIGRATIONS);
    const questions = new QuestionStore({
      sql: storage.sql,
      ledger: new IsolateLedger(LEDGER_BYTES),
      clock: systemClock,
      owner: "wide-search",
      kernels: {},
      embedder: { embedderId: "scripted", dims: DIMS },
      log: { covers: () => false },
      onFull: () => undefined,
    });
    for (let at = 0; at < STORED; at++) {
      const [key, vector] = [`key-${at}`, vectorOf({ scope: 0, key: at })];
      insertEntryRows(storage.sql, { ...ENTRY, key }, NO_BODY);
      questions.add({ key, scope: "scope", text: `question ${at}`, canonical: at < 3 ? "asked" : key, vector });
      questions.beforeCommit();
    }
    const query = { scope: "scope", canonical: "asked", vector: vectorOf({ scope: 0, key: STORED - 1 }), minCosine: -1 };
    await questions.load();
    const found = questions.find({ ...query, nearest: NEAREST });
    const cosines = found.slice(0, NEAREST).map(({ cosine }) => cosine);
    expect(cosines).toEqual(cosines.toSorted((a, b) => b - a));
    expect(new Set(found.map(({ key }) => key)).size).toBe(found.length);
    expect(found.length).toBeGreaterThanOrEqual(NEAREST);
    for (const key of ["key-0", "key-1", "key-2"]) expect(found.map((one) => one.key)).toContain(key);
    expect(questions.find({ ...query, nearest: 0 }).map(({ key }) => key)).toEqual(["key-2", "key-1", "key-0"]);
  });
});
