import { describe, expect, it } from "vitest";
import type { Entry } from "../../../../durable-objects/cache-shard/entries/entry.ts";
import { insertEntryRows } from "../../../../durable-objects/cache-shard/entries/entry-rows.ts";
import { QuestionStore } from "../../../../durable-objects/cache-shard/semantic/candidates/question-store.ts";
import { PurgeLog } from "../../../../durable-objects/cache-shard/purging/purge-log.ts";
import type { NearestQuery } from "../../../../durable-objects/cache-shard/semantic/candidates/question-store.ts";
import { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { shardTables } from "../../../support/node-sql.ts";

const EMBEDDER = { embedderId: "test", dims: 2 } as const;
const LEDGER_BYTES = 16 * 1024 * 1024;
const NO_BODY = { json: new Uint8Array(), events: new Uint8Array(), usageEvent: "" };
const ENTRY: Omit<Entry, "key"> = {
  scope: "",
  tenant: "tenant",
  model: "model",
  answeredModel: "model",
  provider: "openai",
  tags: [],
  createdMs: 1000,
  expiresMs: 2000,
  ttiMs: 300,
  lastUsedMs: 1100,
  hits: 0,
  sequence: 4,
  bytes: 10,
  inputTokens: 1,
  outputTokens: 1,
  worthUsd: 0.1,
  spilled: null,
};

function newShelf() {
  const sql = shardTables();
  const ledger = new IsolateLedger(LEDGER_BYTES);
  const log = new PurgeLog(sql);
  const questions = new QuestionStore({ sql, ledger, owner: "test", kernels: {}, embedder: EMBEDDER, log, onFull: () => undefined });
  /** Stores a question. `degrees` is the angle of its vector; null for no vector. */
  const store = (key: string, degrees: number | null, { scope = "scope", canonical = key, sequence = 4 } = {}): void => {
    insertEntryRows(sql, { ...ENTRY, key, scope, sequence }, NO_BODY);
    questions.add({ key, scope, text: `text of ${key}`, canonical, vector: degrees === null ? null : vectorAt(degrees) });
    questions.beforeCommit();
  };
  const find = (changes: Partial<NearestQuery> = {}): readonly (readonly [string, number])[] =>
    questions
      .find({ scope: "scope", canonical: "asked", vector: vectorAt(0), nearest: 4, minCosine: 0.4, ...changes })
      .map(({ key, cosine }) => [key, Number(cosine.toFixed(2))]);
  return { sql, log, questions, store, find };
}

function vectorAt(degrees: number): Float32Array {
  const angle = (degrees * Math.PI) / 180;
  return new Float32Array([Math.cos(angle), Math.sin(angle)]);
}

describe("stored questions", () => {
  it("are found nearest first, followed by equal ones, newest first", () => {
    const { store, find } = newShelf();
    store("far but equal", 90, { canonical: "asked" });
    store("near", 37);
    store("without a vector", null, { canonical: "asked" });
    store("nearest", 0);
    store("far", 90);
    expect(find()).toEqual([
      ["nearest", 1],
      ["near", 0.8],
      ["without a vector", 1],
      ["far but equal", 1],
    ]);
  });

  it("that are both near and equal are found once, with their cosine", () => {
    const { store, find } = newShelf();
    store("both", 37, { canonical: "asked" });
    expect(find()).toEqual([["both", 0.8]]);
  });

  it("are at most as many as requested, not counting equal ones", () => {
    const { store, find } = newShelf();
    for (const key of ["a", "b", "c"]) store(key, 0);
    store("equal", null, { canonical: "asked" });
    expect(find({ nearest: 2 }).map(([key]) => key)).toHaveLength(3);
    expect(find({ vector: null })).toEqual([["equal", 1]]);
  });

  it("come with their entry's times", () => {
    const { questions, store } = newShelf();
    store("key", 0);
    expect(questions.find({ scope: "scope", canonical: "", vector: vectorAt(0), nearest: 1, minCosine: 0 })).toMatchObject([
      { key: "key", text: "text of key", times: { createdMs: 1000, expiresMs: 2000, ttiMs: 300, lastUsedMs: 1100 } },
    ]);
  });

  it("whose entry is gone or covered by a purge are not found", () => {
    const { sql, log, store, find } = newShelf();
    for (const key of ["gone", "purged", "kept"]) store(key, 0, { sequence: key === "kept" ? 4 : 3 });
    sql.exec("DELETE FROM entries WHERE key = 'gone'");
    for (let sequence = 1; sequence <= 4; sequence++) log.admit(log.append({ kind: "all" }, 0, "counted", 0));
    expect(find()).toEqual([["kept", 1]]);
  });
});

describe("scopes", () => {
  it("never find each other's questions", () => {
    const { store, find } = newShelf();
    store("mine", 0, { canonical: "asked" });
    store("theirs", 0, { scope: "other", canonical: "asked" });
    expect(find()).toEqual([["mine", 1]]);
    expect(find({ scope: "other" })).toEqual([["theirs", 1]]);
    expect(find({ scope: "unknown" })).toEqual([]);
  });

  it("never find each other's questions when the number of a deleted scope is reused", () => {
    const { sql, questions, store, find } = newShelf();
    store("mine", 0, { canonical: "asked" });
    expect(find()).toHaveLength(1);
    questions.forget("mine");
    store("theirs", 0, { scope: "other", canonical: "asked" });
    expect(sql.exec("SELECT ref FROM scopes").toArray()).toHaveLength(1);
    expect(find()).toEqual([]);
    expect(find({ scope: "other" })).toHaveLength(1);
    questions.clear();
    store("mine again", 0, { canonical: "asked" });
    expect(find({ scope: "other" })).toEqual([]);
    expect(find()).toHaveLength(1);
  });

  it("whose creation was rolled back are looked up again", () => {
    const { sql, questions, store, find } = newShelf();
    store("mine", 0);
    expect(find()).toHaveLength(1);
    // Simulates a rollback: the rows are gone, and the store is told.
    for (const table of ["scopes", "questions", "vectors", "entries"]) sql.exec(`DELETE FROM ${table}`);
    questions.onRollback();
    store("theirs", 0, { scope: "other" });
    expect(find()).toEqual([]);
    expect(find({ scope: "other" })).toHaveLength(1);
  });
});
