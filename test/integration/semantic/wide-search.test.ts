import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { insertEntryRow } from "../../../durable-objects/cache-shard/entry.ts";
import type { Entry } from "../../../durable-objects/cache-shard/entry.ts";
import { CACHE_SHARD_MIGRATIONS } from "../../../durable-objects/cache-shard/schema.ts";
import { MeaningStore } from "../../../durable-objects/cache-shard/semantic/meaning-store.ts";
import { migrate } from "../../../durable-objects/storage/migrations.ts";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { DIMS, LEDGER_BYTES, vectorOf } from "./meaning-world.ts";

const STORED = 40;
/** The most that one shard looks at. */
const NEAREST = 32;
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

// The platform's SQLite allows less in one statement than others do.
it("a shard that holds a scope alone finds as many neighbours as it may look at", async () => {
  const stub = env.CACHE_SHARD.getByName("wide-search") as DurableObjectStub;
  await runInDurableObject(stub, (_instance, { storage }) => {
    migrate(storage, CACHE_SHARD_MIGRATIONS);
    const meanings = new MeaningStore({
      sql: storage.sql,
      ledger: new IsolateLedger(LEDGER_BYTES),
      owner: "wide-search",
      kernels: {},
      embedder: { embedderId: "scripted", dims: DIMS },
      onFull: () => undefined,
    });
    for (let at = 0; at < STORED; at++) {
      const [key, vector] = [`key-${at}`, vectorOf({ scope: 0, key: at })];
      insertEntryRow(storage.sql, { ...ENTRY, key });
      meanings.add({ key, scope: "scope", text: `question ${at}`, canonical: at < 3 ? "asked" : key, vector });
      meanings.beforeCommit();
    }
    const query = { scope: "scope", canonical: "asked", vector: vectorOf({ scope: 0, key: STORED - 1 }), minCosine: -1 };
    const found = meanings.find({ ...query, nearest: NEAREST });
    const cosines = found.slice(0, NEAREST).map(({ cosine }) => cosine);
    expect(cosines).toEqual(cosines.toSorted((a, b) => b - a));
    expect(new Set(found.map(({ key }) => key)).size).toBe(found.length);
    expect(found.length).toBeGreaterThanOrEqual(NEAREST);
    for (const key of ["key-0", "key-1", "key-2"]) expect(found.map((one) => one.key)).toContain(key);
    expect(meanings.find({ ...query, nearest: 0 }).map(({ key }) => key)).toEqual(["key-2", "key-1", "key-0"]);
  });
});
