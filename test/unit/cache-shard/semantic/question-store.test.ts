import { describe, expect, it } from "vitest";
import type { Entry } from "../../../../durable-objects/cache-shard/entries/entry.ts";
import { insertEntryRows } from "../../../../durable-objects/cache-shard/entries/entry-rows.ts";
import { QuestionStore } from "../../../../durable-objects/cache-shard/semantic/candidates/question-store.ts";
import { PurgeLog } from "../../../../durable-objects/cache-shard/purging/purge-log.ts";
import type { NearestQuery } from "../../../../durable-objects/cache-shard/semantic/candidates/question-store.ts";
import { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { shardTables } from "../../../support/node-sql.ts";

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

/** Runs pauses one at a time, when a test says so. */
class Pauses {
  readonly #waiting: (() => void)[] = [];

  after = (_delayMs: number, work: () => void): (() => void) => {
    this.#waiting.push(work);
    if (this.atOnce) this.next();
    return () => undefined;
  };

  atOnce = true;

  get pending(): number {
    return this.#waiting.length;
  }

  next(): void {
    this.#waiting.shift()?.();
  }
}

function newShelf(dims = 2) {
  const sql = shardTables();
  const clock = new Pauses();
  const ledger = new IsolateLedger(LEDGER_BYTES);
  const log = new PurgeLog(sql);
  const questions = new QuestionStore({
    sql,
    ledger,
    clock,
    owner: "test",
    kernels: {},
    embedder: { embedderId: "test", dims },
    log,
    onFull: () => undefined,
  });
  /** Stores a question. `degrees` is the angle of its vector; null for no vector. */
  const store = (key: string, degrees: number | null, { scope = "scope", canonical = key, sequence = 4 } = {}): void => {
    insertEntryRows(sql, { ...ENTRY, key, scope, sequence }, NO_BODY);
    questions.add({ key, scope, text: `text of ${key}`, canonical, vector: degrees === null ? null : vectorAt(degrees) });
    questions.beforeCommit();
  };
  const find = async (changes: Partial<NearestQuery> = {}): Promise<readonly (readonly [string, number])[]> => {
    await questions.load();
    return questions
      .find({ scope: "scope", canonical: "asked", vector: vectorAt(0), nearest: 4, minCosine: 0.4, ...changes })
      .map(({ key, cosine }) => [key, Number(cosine.toFixed(2))]);
  };
  return { sql, clock, ledger, log, questions, store, find };
}

function vectorAt(degrees: number): Float32Array {
  const angle = (degrees * Math.PI) / 180;
  return new Float32Array([Math.cos(angle), Math.sin(angle)]);
}

describe("stored questions", () => {
  it("are found nearest first, followed by equal ones, newest first", async () => {
    const { store, find } = newShelf();
    store("far but equal", 90, { canonical: "asked" });
    store("near", 37);
    store("without a vector", null, { canonical: "asked" });
    store("nearest", 0);
    store("far", 90);
    expect(await find()).toEqual([
      ["nearest", 1],
      ["near", 0.8],
      ["without a vector", 1],
      ["far but equal", 1],
    ]);
  });

  it("that are both near and equal are found once, with their cosine", async () => {
    const { store, find } = newShelf();
    store("both", 37, { canonical: "asked" });
    expect(await find()).toEqual([["both", 0.8]]);
  });

  it("are at most as many as requested, not counting equal ones", async () => {
    const { store, find } = newShelf();
    for (const key of ["a", "b", "c"]) store(key, 0);
    store("equal", null, { canonical: "asked" });
    expect((await find({ nearest: 2 })).map(([key]) => key)).toHaveLength(3);
    expect(await find({ vector: null })).toEqual([["equal", 1]]);
  });

  it("come with their entry's times", async () => {
    const { questions, store } = newShelf();
    store("key", 0);
    await questions.load();
    expect(questions.find({ scope: "scope", canonical: "", vector: vectorAt(0), nearest: 1, minCosine: 0 })).toMatchObject([
      { key: "key", text: "text of key", times: { createdMs: 1000, expiresMs: 2000, ttiMs: 300, lastUsedMs: 1100 } },
    ]);
  });

  it("whose entry is gone or covered by a purge are not found", async () => {
    const { sql, log, store, find } = newShelf();
    for (const key of ["gone", "purged", "kept"]) store(key, 0, { sequence: key === "kept" ? 4 : 3 });
    sql.exec("DELETE FROM entries WHERE key = 'gone'");
    for (let sequence = 1; sequence <= 4; sequence++) log.admit(log.append({ kind: "all" }, 0, "counted", 0));
    expect(await find()).toEqual([["kept", 1]]);
  });
});

describe("scopes", () => {
  it("never find each other's questions", async () => {
    const { store, find } = newShelf();
    store("mine", 0, { canonical: "asked" });
    store("theirs", 0, { scope: "other", canonical: "asked" });
    expect(await find()).toEqual([["mine", 1]]);
    expect(await find({ scope: "other" })).toEqual([["theirs", 1]]);
    expect(await find({ scope: "unknown" })).toEqual([]);
  });

  it("never find each other's questions when the number of a deleted scope is reused", async () => {
    const { sql, questions, store, find } = newShelf();
    store("mine", 0, { canonical: "asked" });
    expect(await find()).toHaveLength(1);
    questions.forget("mine");
    store("theirs", 0, { scope: "other", canonical: "asked" });
    expect(sql.exec("SELECT ref FROM scopes").toArray()).toHaveLength(1);
    expect(await find()).toEqual([]);
    expect(await find({ scope: "other" })).toHaveLength(1);
    questions.clear();
    store("mine again", 0, { canonical: "asked" });
    expect(await find({ scope: "other" })).toEqual([]);
    expect(await find()).toHaveLength(1);
  });

  it("whose creation was rolled back are looked up again", async () => {
    const { sql, questions, store, find } = newShelf();
    store("mine", 0);
    expect(await find()).toHaveLength(1);
    // Simulates a rollback: the rows are gone, and the store is told.
    for (const table of ["scopes", "questions", "vectors", "entries"]) sql.exec(`DELETE FROM ${table}`);
    questions.onRollback();
    store("theirs", 0, { scope: "other" });
    expect(await find()).toEqual([]);
    expect(await find({ scope: "other" })).toHaveLength(1);
  });
});

describe("an index that is loaded in slices", () => {
  const DIMS = 1024;
  const STORED = 300;
  const vector = (at: number): Float32Array => {
    const made = new Float32Array(DIMS);
    made[at] = 1;
    return made;
  };

  /** A shelf with more vectors than one slice reads, whose index is not loaded. */
  function fullShelf() {
    const shelf = newShelf(DIMS);
    const store = (at: number): void => {
      const key = `key-${at}`;
      insertEntryRows(shelf.sql, { ...ENTRY, key, scope: "scope" }, NO_BODY);
      shelf.questions.add({ key, scope: "scope", text: key, canonical: key, vector: vector(at) });
      shelf.questions.beforeCommit();
    };
    for (let at = 0; at < STORED; at++) store(at);
    shelf.questions.unload();
    shelf.clock.atOnce = false;
    const keysNear = (at: number): readonly string[] =>
      shelf.questions.find({ scope: "scope", canonical: "", vector: vector(at), nearest: 1, minCosine: 0.9 }).map(({ key }) => key);
    const toEnd = async (loading: Promise<void>): Promise<void> => {
      shelf.clock.atOnce = true;
      shelf.clock.next();
      await loading;
    };
    return { ...shelf, store, keysNear, toEnd };
  }

  it("contains what was stored and removed between the slices", async () => {
    const { clock, questions, store, keysNear, toEnd } = fullShelf();
    const loading = questions.load();
    expect([clock.pending, questions.loaded]).toEqual([1, false]);
    store(STORED);
    questions.forget("key-0");
    questions.forget("key-299");
    questions.beforeCommit();
    await toEnd(loading);
    expect([questions.loaded, questions.size]).toEqual([true, STORED - 1]);
    expect([keysNear(0), keysNear(1), keysNear(299), keysNear(STORED)]).toEqual([[], ["key-1"], [], [`key-${STORED}`]]);
  });

  it("is loaded once for all the searches that wait for it", async () => {
    const { questions, toEnd } = fullShelf();
    const loading = questions.load();
    expect(questions.load()).toBe(loading);
    await toEnd(loading);
    expect(questions.size).toBe(STORED);
  });

  it("is dropped when it is unloaded between the slices, and gives its memory back", async () => {
    const { questions, keysNear, toEnd } = fullShelf();
    const loading = questions.load();
    questions.unload();
    await toEnd(loading);
    expect([questions.loaded, questions.bytes, keysNear(1)]).toEqual([false, 0, []]);
    await questions.load();
    expect(keysNear(1)).toEqual(["key-1"]);
  });

  it("does not contain questions that a purge of everything has deleted between the slices", async () => {
    const { questions, store, keysNear, toEnd } = fullShelf();
    const loading = questions.load();
    questions.clear();
    questions.beforeCommit();
    store(STORED + 1);
    await toEnd(loading);
    await questions.load();
    expect([questions.size, keysNear(1), keysNear(STORED + 1)]).toEqual([1, [], [`key-${STORED + 1}`]]);
  });

  it("finds equal questions while it is being loaded", async () => {
    const { questions, toEnd } = fullShelf();
    const loading = questions.load();
    const found = questions.find({ scope: "scope", canonical: "key-7", vector: vector(1), nearest: 4, minCosine: 0 });
    expect(found.map(({ key }) => key)).toEqual(["key-7"]);
    await toEnd(loading);
  });
});
