import fc from "fast-check";
import { setTimeout as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { PurgeRequest } from "../../../shared/contracts/cache-shard/purge-contract.ts";
import { purgeCovers } from "../../../shared/domain/caching/purge-selector.ts";
import { entryFromRow } from "../../../durable-objects/cache-shard/entries/entry-rows.ts";
import type { EntryRow } from "../../../durable-objects/cache-shard/entries/entry-rows.ts";
import { purgeableOf } from "../../../durable-objects/cache-shard/entries/entry.ts";
import { selectorOf } from "../../../durable-objects/cache-shard/purging/purge-log.ts";
import type { Bench } from "../../support/shard-bench.ts";
import { ask, digestOf, orphans, purgeOf, recount, saidBy, told, withShard } from "../../support/shard-bench.ts";
import { seed } from "../../support/stored-entries.ts";

/** More than one slice of counting, and several transactions of freeing. */
const MANY = 1100;
/** Step between the statements at which storage is killed. A prime number, so statements of every kind are hit. */
const STRIDE = 7;
const FEW = 130;

const prompts = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `q${index}`);

/** Every third entry has the tag `t`, every second one the model `m`, and every seventh belongs to another tenant. */
function mixed(prompt: string): { tags: string[]; model: string; answeredModel: string; tenant: string } {
  const index = Number(prompt.slice(1));
  const model = index % 2 === 0 ? "m" : "other";
  return { tags: index % 3 === 0 ? ["t"] : [], model, answeredModel: model, tenant: index % 7 === 0 ? "globex" : "acme" };
}

const KINDS = ["tag", "model", "tenant", "scope", "created_before", "all"] as const;
/** A purge of each kind, and the entries of {@link mixed} that it covers. */
const COVERED: Readonly<Record<(typeof KINDS)[number], { readonly value: string; readonly covers: (prompt: string) => boolean }>> = {
  tag: { value: "t", covers: (prompt) => mixed(prompt).tags.length > 0 },
  model: { value: "m", covers: (prompt) => mixed(prompt).model === "m" },
  tenant: { value: "globex", covers: (prompt) => mixed(prompt).tenant === "globex" },
  scope: { value: digestOf("scope"), covers: () => true },
  created_before: { value: String(Date.now() * 2), covers: () => true },
  all: { value: "", covers: () => true },
};

function entriesLeft(bench: Bench): number {
  return bench.sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM entries").one().n;
}

/** Rows that a purge in the log covers, although version 0.2.0 would serve them. */
function rowsThatARollbackServes(bench: Bench): number {
  const floor = Number(bench.sql.exec("SELECT value FROM numbers WHERE name = 'floor_sequence'").toArray()[0]?.["value"] ?? 0);
  const purges = bench.sql
    .exec<{ sequence: number; kind: string; value: string }>("SELECT sequence, kind, value FROM purge_log")
    .toArray()
    .map(({ sequence, kind, value }) => ({ sequence, selector: selectorOf(kind, value) ?? ({ kind: "all" } as const) }));
  const rows = bench.sql.exec<EntryRow>("SELECT * FROM entries WHERE sequence >= ?", floor).toArray();
  return rows.filter((row) => purges.some((purge) => purgeCovers(purge, purgeableOf(entryFromRow(row))))).length;
}

async function everythingIsFreed(bench: Bench): Promise<void> {
  await bench.idle();
  await bench.shard.alarm();
  expect(bench.detail().pendingPurges).toBe(0);
  expect(told(bench)).toEqual(recount(bench));
  // The recount leaves out covered rows: none of them is left.
  expect(entriesLeft(bench)).toBe(told(bench).entries);
  expect(orphans(bench)).toBe(0);
}

describe("the slices of a purge", () => {
  it("let requests and commits through, which see the purge at once", () =>
    withShard({}, async (bench) => {
      seed(bench, prompts(MANY), mixed);
      const order: string[] = [];
      const purging = bench.shard.purge(purgeOf("model", "m")).then(({ purged }) => order.push(`purged ${purged}`));
      expect((await bench.whole(ask("q0", { onlyIfCached: true }))).kind).toBe("failed");
      order.push(saidBy(await bench.whole(ask("q1"))), saidBy(await bench.whole(ask("new", { model: "m" }))));
      await purging;
      expect(order).toEqual(["HIT: answer to q1", "MISS: answer to new", `purged ${MANY / 2}`]);
      expect(entriesLeft(bench)).toBeGreaterThan(MANY / 2 + 1);
      expect(saidBy(await bench.whole(ask("new", { model: "m" })))).toBe("HIT: answer to new");
      await everythingIsFreed(bench);
      expect(entriesLeft(bench)).toBe(MANY / 2 + 1);
    }));

  it("count an entry that is replaced while the purge that covers it waits for another count", () =>
    withShard({}, async (bench) => {
      seed(bench, prompts(MANY), mixed);
      const byModel = bench.shard.purge(purgeOf("model", "m"));
      const byTag = bench.shard.purge(purgeOf("tag", "t"));
      // Of these, only q3 is not covered by the purge that is being counted.
      for (const prompt of ["q3", "q6"]) expect(saidBy(await bench.whole(ask(prompt)))).toMatch(/^MISS/);
      const [models, tags] = [(await byModel).purged, (await byTag).purged];
      const isOdd = (prompt: string): boolean => Number(prompt.slice(1)) % 2 === 1;
      expect([models, tags]).toEqual([MANY / 2, prompts(MANY).filter((prompt) => isOdd(prompt) && mixed(prompt).tags.length > 0).length]);
      await everythingIsFreed(bench);
    }));

  it.each([
    ["tag", "t"],
    ["model", "m"],
    ["created_before", String(Date.now() * 2)],
  ] as const)("keep what a purge by %s covers out of reach when the same purge is repeated at once", (kind, value) =>
    withShard({}, async (bench) => {
      seed(bench, prompts(MANY), mixed);
      const first = bench.shard.purge(purgeOf(kind, value));
      expect((await bench.shard.purge(purgeOf(kind, value))).purged).toBe(0);
      expect((await first).purged).toBeGreaterThan(0);
      // Both are counted, and hardly any rows are freed.
      expect(entriesLeft(bench)).toBeGreaterThan(MANY - 200);
      for (const prompt of ["q0", "q6", "q12", "q1098"])
        expect((await bench.whole(ask(prompt, { onlyIfCached: true }))).kind).toBe("failed");
      await everythingIsFreed(bench);
    }),
  );

  it("count each entry for exactly one purge and serve none of them, whatever is stored, removed and purged between them", async () => {
    const kind = fc.constantFrom(...KINDS);
    const index = fc.nat(MANY + 20);
    const step = fc.oneof(
      { weight: 2, arbitrary: fc.record({ act: fc.constant("purge" as const), kind, hard: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ act: fc.constant("store" as const), index }) },
      { weight: 2, arbitrary: fc.record({ act: fc.constant("remove" as const), index }) },
      { weight: 3, arbitrary: fc.record({ act: fc.constant("read" as const), index }) },
      { weight: 3, arbitrary: fc.record({ act: fc.constant("turn" as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 16 }), (steps) =>
        withShard({}, async (bench) => {
          seed(bench, prompts(MANY), mixed);
          const alive = new Set(prompts(MANY));
          const replies: Promise<number>[] = [];
          let stored = MANY;
          const purge = (request: PurgeRequest): void => void replies.push(bench.shard.purge(request).then(({ purged }) => purged));
          for (const next of steps) {
            const prompt = `q${"index" in next ? next.index : 0}`;
            if (next.act === "turn") await turn(0);
            if (next.act === "purge") {
              purge(purgeOf(next.kind, COVERED[next.kind].value, { hard: next.hard }));
              for (const known of alive) if (COVERED[next.kind].covers(known)) alive.delete(known);
            }
            if (next.act === "remove") {
              purge(purgeOf("key", digestOf(prompt)));
              alive.delete(prompt);
            }
            if (next.act === "read") {
              const reply = await bench.whole(ask(prompt, { onlyIfCached: true }));
              expect([prompt, reply.kind]).toEqual([prompt, alive.has(prompt) ? "whole" : "failed"]);
            }
            if (next.act === "store") {
              const { tags, model, tenant } = mixed(prompt);
              const said = saidBy(await bench.whole(ask(prompt, { tags, model, tenant })));
              expect([prompt, said.slice(0, 4)]).toEqual([prompt, alive.has(prompt) ? "HIT:" : "MISS"]);
              if (!alive.has(prompt)) stored += 1;
              alive.add(prompt);
            }
          }
          const purged = (await Promise.all(replies)).reduce((sum, count) => sum + count, 0);
          await everythingIsFreed(bench);
          expect([told(bench).entries, purged]).toEqual([alive.size, stored - alive.size]);
          expect(rowsThatARollbackServes(bench)).toBe(0);
        }),
      ),
      { numRuns: 20 },
    );
  });

  it.each([
    ["tag", "t", (index: number) => index % 3 === 0],
    ["model", "m", (index: number) => index % 2 === 0],
    ["tenant", "acme", (index: number) => index % 7 !== 0],
    ["all", "", () => true],
  ] as const)(
    "of a purge by %s survive a kill of storage at any statement: counts exact, nothing left, nothing served",
    (kind, value, isCovered) =>
      withShard({}, async (bench) => {
        const covered = prompts(FEW).filter((prompt) => isCovered(Number(prompt.slice(1))));
        let statement = 1;
        for (let isReached = true; isReached; statement += STRIDE) {
          await bench.shard.purge(purgeOf("all", "", { hard: true }));
          seed(bench, prompts(FEW), mixed);
          await bench.idle();
          const { sequence } = bench.detail();
          bench.statements = 0;
          bench.failAtStatement = statement;
          await bench.shard.purge(purgeOf(kind, value)).catch(() => undefined);
          await bench.idle();
          isReached = bench.statements >= statement;
          bench.failAtStatement = null;

          // A purge that was recorded holds, for this version and after a rollback. One that was not has changed nothing.
          bench.restart();
          const isRecorded = bench.detail().sequence > sequence;
          expect(rowsThatARollbackServes(bench)).toBe(0);
          for (const prompt of [covered.at(0), covered.at(-1)])
            expect((await bench.whole(ask(prompt ?? "", { onlyIfCached: true }))).kind).toBe(isRecorded ? "failed" : "whole");
          await everythingIsFreed(bench);
          expect(entriesLeft(bench)).toBe(isRecorded ? FEW - covered.length : FEW);
          if (isRecorded) expect(bench.detail().recentPurges[0]).toMatchObject({ kind, purged: covered.length });
        }
        expect(statement).toBeGreaterThan(4 * STRIDE);
      }),
  );
});

describe("a look-up", () => {
  /** Statements of look-ups in memory, in SQLite, and of a key without an entry, while so many purges are pending. */
  async function statements(pending: number): Promise<readonly number[]> {
    const counted: number[] = [];
    await withShard({}, async (bench) => {
      seed(bench, ["a", "b"]);
      for (let purge = 0; purge < pending; purge++) {
        const [kind, value] = purge % 2 === 0 ? ["tag", `other ${purge}`] : ["model", `other ${purge}`];
        bench.sql.exec("INSERT INTO purge_log VALUES (?, ?, ?, 0, 0, 1)", purge + 1, kind, value);
      }
      bench.restart();
      await bench.whole(ask("a"));
      expect(bench.detail().pendingPurges).toBe(pending);
      for (const prompt of ["a", "b", "absent"]) {
        bench.statements = 0;
        const reply = bench.whole(ask(prompt, { onlyIfCached: true }));
        // An exact look-up is synchronous: what runs later belongs to the counting and freeing of the purges.
        counted.push(bench.statements);
        expect((await reply).kind).toBe(prompt === "absent" ? "failed" : "whole");
      }
    });
    return counted;
  }

  it("takes as many statements with ten thousand purges pending as with none", async () => {
    const idle = await statements(0);
    expect(idle).toEqual([0, 2, 1]);
    expect(await statements(10_000)).toEqual(idle);
  });
});
