import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PurgeSelector } from "../../../shared/domain/caching/purge-selector.ts";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import {
  DIMS,
  EMBEDDER_ID,
  isInjected,
  keyOf,
  KEYS_PER_SCOPE,
  LEDGER_BYTES,
  QuestionWorld,
  newSurroundings,
  SCOPES,
  storedIndex,
  textOf,
  vectorOf,
} from "./question-world.ts";
import type { Place, Surroundings } from "./question-world.ts";

const SHORT_LIFE_MS = 10_000;
const LONG_LIFE_MS = 3_600_000;

/** What must be true of one question. */
interface Expected {
  readonly place: Place;
  readonly tags: readonly string[];
  readonly expiresMs: number;
  readonly createdMs: number;
  readonly hasVector: boolean;
  /** False after quarantine: only exact requests find it. */
  findable: boolean;
}

type Operation =
  | { readonly kind: "commit"; readonly place: Place; readonly tag: boolean; readonly short: boolean; readonly vector: boolean }
  | { readonly kind: "late_commit"; readonly place: Place }
  | { readonly kind: "purge"; readonly selector: PurgeSelector["kind"]; readonly place: Place }
  | { readonly kind: "drop" | "spill" | "fetch" | "quarantine"; readonly place: Place }
  | { readonly kind: "advance" | "sweep" | "search" | "crash" | "unload" };

interface Step {
  readonly operation: Operation;
  /** Index of the statement of this step that fails; null for none. */
  readonly failIn: number | null;
}

const place = fc.record({ scope: fc.nat(SCOPES.length - 1), key: fc.nat(KEYS_PER_SCOPE - 1) });
const commits = fc.record({
  kind: fc.constant("commit" as const),
  place,
  tag: fc.boolean(),
  short: fc.boolean(),
  vector: fc.integer({ min: 0, max: 9 }).map((roll) => roll > 0),
});
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 8, arbitrary: commits },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("late_commit" as const), place }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("purge" as const),
      selector: fc.constantFrom("all", "key", "tag", "model", "tenant", "scope", "created_before"),
      place,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("drop", "drop", "spill", "fetch", "quarantine"), place }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("advance", "sweep", "search", "crash", "unload") }) },
);
// Long histories with few failures: in a short one there is little to lose.
const failIn = fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat(14) });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(fc.record({ operation, failIn }), { minLength: 20, maxLength: 60 });

/** The model: the questions that must exist, derived from the operations alone. */
class Model {
  readonly live = new Map<string, Expected>();

  apply(step: Operation, nowMs: number): void {
    switch (step.kind) {
      case "commit":
        this.live.set(keyOf(step.place), {
          place: step.place,
          tags: step.tag ? ["tagged"] : [],
          createdMs: nowMs,
          expiresMs: nowMs + (step.short ? SHORT_LIFE_MS : LONG_LIFE_MS),
          hasVector: step.vector,
          findable: true,
        });
        return;
      case "purge":
        for (const [key, expected] of this.live) if (covers(step.selector, step.place, expected, nowMs)) this.live.delete(key);
        return;
      case "late_commit":
      case "drop":
        this.live.delete(keyOf(step.place));
        return;
      case "quarantine": {
        const expected = this.live.get(keyOf(step.place));
        if (expected !== undefined) expected.findable = false;
        return;
      }
      case "sweep":
        for (const [key, expected] of this.live) if (expected.expiresMs <= nowMs) this.live.delete(key);
        return;
      case "spill":
      case "fetch":
      case "advance":
      case "search":
      case "crash":
      case "unload":
        return;
    }
  }

  findable(nowMs: number): readonly Expected[] {
    return [...this.live.values()].filter(({ findable, expiresMs }) => findable && expiresMs > nowMs);
  }
}

function covers(kind: PurgeSelector["kind"], at: Place, expected: Expected, nowMs: number): boolean {
  switch (kind) {
    case "all":
      return true;
    case "key":
      return keyOf(at) === keyOf(expected.place);
    case "tag":
      return expected.tags.includes("tagged");
    case "model":
      return at.key % 2 === expected.place.key % 2;
    case "tenant":
    case "scope":
      return at.scope === expected.place.scope;
    case "created_before":
      return expected.createdMs < nowMs;
  }
}

function selectorOf(kind: PurgeSelector["kind"], at: Place, nowMs: number): PurgeSelector {
  switch (kind) {
    case "all":
      return { kind };
    case "key":
      return { kind, value: keyOf(at) };
    case "tag":
      return { kind, value: "tagged" };
    case "model":
      return { kind, value: `model-${at.key % 2}` };
    case "tenant":
      return { kind, value: `tenant-${at.scope}` };
    case "scope":
      return { kind, value: SCOPES[at.scope] ?? "" };
    case "created_before":
      return { kind, value: nowMs };
  }
}

/** Carries out one step on the real parts. */
async function carryOut(world: QuestionWorld, step: Operation, surroundings: Surroundings): Promise<void> {
  switch (step.kind) {
    case "commit": {
      const expiresMs = surroundings.nowMs + (step.short ? SHORT_LIFE_MS : LONG_LIFE_MS);
      expect(world.commit(step.place, { tags: step.tag ? ["tagged"] : [], expiresMs }, step.vector)).toBe("stored");
      return;
    }
    case "late_commit": {
      // A purge came between the flight's start and its end.
      const { sequence } = world.log;
      await world.purge({ kind: "key", value: keyOf(step.place) });
      expect(world.commit(step.place, { sequence }, true)).toBe("fenced");
      return;
    }
    case "purge":
      await world.purge(selectorOf(step.selector, step.place, surroundings.nowMs));
      return;
    case "drop":
      world.store.drop([keyOf(step.place)]);
      return;
    case "spill":
      if (world.store.find(keyOf(step.place))?.spilled === null) await world.spill(keyOf(step.place));
      return;
    case "fetch":
      await world.layer.fetchEntry({ key: keyOf(step.place), source: "entry" });
      return;
    case "quarantine":
      world.layer.quarantine(keyOf(step.place));
      return;
    case "advance":
      surroundings.nowMs += SHORT_LIFE_MS;
      return;
    case "sweep":
      await world.sweep();
      return;
    case "search":
      await world.searchSimilar(0);
      return;
    case "unload":
      world.shedMemory();
      expect(world.layer.vectors).toBe(0);
      return;
    case "crash":
      return;
  }
}

/** Checks that rows, vector pages and search results agree with the model. */
async function check(world: QuestionWorld, sql: SqlStorage, model: Model, nowMs: number): Promise<void> {
  const rows = sql
    .exec<{ ref: number; key: string; text: string; scope: string; scope_ref: number }>(
      "SELECT m.ref, m.key, m.text, m.scope_ref, s.scope FROM questions m JOIN scopes s ON s.ref = m.scope_ref",
    )
    .toArray();
  const expected = [...model.live.values()].filter(({ findable }) => findable);
  expect(rows.map(({ key }) => key).sort()).toEqual(expected.map((one) => keyOf(one.place)).sort());
  const index = storedIndex(sql);
  expect(index.size).toBe(expected.filter(({ hasVector }) => hasVector).length);
  for (const one of expected) {
    const row = rows.find(({ key }) => key === keyOf(one.place));
    expect(row).toMatchObject({ text: textOf(one.place), scope: SCOPES[one.place.scope] });
    if (row === undefined || !one.hasVector) continue;
    const [nearest] = index.search(row.scope_ref, vectorOf(one.place), 1);
    expect(nearest?.ref).toBe(row.ref);
    expect(nearest?.cosine).toBeGreaterThan(0.999);
  }
  const findable = model.findable(nowMs);
  for (let scope = 0; scope < SCOPES.length; scope++) {
    const found = await world.searchSimilar(scope);
    const wanted = findable.filter((one) => one.place.scope === scope && one.hasVector);
    expect(found.map(({ key }) => key).sort()).toEqual(wanted.map((one) => keyOf(one.place)).sort());
    for (let key = 0; key < KEYS_PER_SCOPE; key++) {
      const is = findable.some((one) => one.place.scope === scope && one.place.key === key);
      expect(await world.equalTo({ scope, key })).toEqual(is ? [keyOf({ scope, key })] : []);
    }
  }
  expect(world.layer.vectors).toBe(expected.filter(({ hasVector }) => hasVector).length);
}

let runs = 0;

async function run(script: readonly Step[], evictBetween: boolean): Promise<void> {
  runs += 1;
  const stub = env.CACHE_SHARD.getByName(`questions-${runs}`) as DurableObjectStub;
  const surroundings = newSurroundings();
  const model = new Model();
  let world: QuestionWorld | null = null;
  for (const { operation: step, failIn } of script) {
    await runInDurableObject(stub, async (_instance, ctx) => {
      if (world === null || step.kind === "crash") world = new QuestionWorld(ctx.storage, surroundings);
      surroundings.nowMs += 1;
      surroundings.failIn = failIn;
      const { sequence } = world.log;
      try {
        const { nowMs } = surroundings;
        await carryOut(world, step, surroundings);
        model.apply(step, step.kind === "advance" ? surroundings.nowMs : nowMs);
      } catch (error) {
        // Rolled back: nothing of the step happened, or only its first transaction did.
        if (!isInjected(error)) throw error;
        surroundings.failIn = null;
        if (world.log.sequence > sequence) await settle(model, world, step, surroundings.nowMs);
      }
      surroundings.failIn = null;
      await check(world, ctx.storage.sql, model, surroundings.nowMs);
    });
    if (evictBetween) {
      world = null;
      await evictDurableObject(stub);
    }
  }
}

/** Updates the model after a failure that came after a purge had taken effect. The alarm frees the rest of its rows. */
async function settle(model: Model, world: QuestionWorld, step: Operation, nowMs: number): Promise<void> {
  await world.free();
  if (step.kind === "late_commit") model.live.delete(keyOf(step.place));
  if (step.kind === "purge") model.apply(step, nowMs);
}

describe("vectors of different embedders", () => {
  it("are never compared, neither in a request nor after the embedder has changed", async () => {
    const stub = env.CACHE_SHARD.getByName("embedders") as DurableObjectStub;
    await runInDurableObject(stub, async (_instance, ctx) => {
      const surroundings = newSurroundings();
      const at = { scope: 0, key: 1 };
      const before = new QuestionWorld(ctx.storage, surroundings, "one:64");
      before.commit(at, {}, true);
      expect((await before.searchSimilar(0, "one:64")).map(({ key }) => key)).toEqual([keyOf(at)]);
      expect(await before.searchSimilar(0, "two:64")).toEqual([]);
      const after = new QuestionWorld(ctx.storage, surroundings, "two:64");
      expect(await after.searchSimilar(0, "two:64")).toEqual([]);
      expect(storedIndex(ctx.storage.sql).size).toBe(0);
      // The new embedder's vector is stored; nothing of the old embedder is left.
      after.commit(at, {}, true);
      expect((await after.searchSimilar(0, "two:64")).map(({ key }) => key)).toEqual([keyOf(at)]);
    });
  });
});

describe("a shortage of memory", () => {
  it("unloads the index and nothing else: questions written meanwhile are found later", async () => {
    const stub = env.CACHE_SHARD.getByName("short-of-memory") as DurableObjectStub;
    await runInDurableObject(stub, async (_instance, ctx) => {
      const ledger = new IsolateLedger(LEDGER_BYTES);
      const world = new QuestionWorld(ctx.storage, newSurroundings(), EMBEDDER_ID, ledger);
      world.commit({ scope: 0, key: 0 }, {}, true);
      const hog = ledger.open("tables", "hog");
      await world.searchSimilar(0);
      expect(world.layer.vectors).toBe(1);
      expect(world.layer.indexBytes).toBeGreaterThanOrEqual(DIMS);
      expect(ledger.usedBy("vectors")).toBe(world.layer.indexBytes);
      hog.reserve(LEDGER_BYTES - ledger.usedBy("tables"));
      expect([world.layer.vectors, world.layer.indexBytes]).toEqual([0, 0]);
      world.commit({ scope: 0, key: 1 }, {}, true);
      expect(await world.searchSimilar(0)).toEqual([]);
      expect(await world.equalTo({ scope: 0, key: 1 })).toEqual([keyOf({ scope: 0, key: 1 })]);
      hog.close();
      expect(await world.searchSimilar(0)).toHaveLength(2);
    });
  });
});

describe("entries, questions and vectors agree after any history", () => {
  it("of commits, purges, evictions, spills, expiry, quarantine, failing statements and crashes", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => run(script, false)),
      { numRuns: 120 },
    );
  }, 120_000);

  it("in which the object is evicted between any two steps", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => run(script, true)),
      { numRuns: 25 },
    );
  }, 120_000);
});
