import { describe, expect, it } from "vitest";
import { insertEntryRows } from "../../../durable-objects/cache-shard/entries/entry-rows.ts";
import type { Entry } from "../../../durable-objects/cache-shard/entries/entry.ts";
import { SpillStore } from "../../../durable-objects/cache-shard/spill/spill-store.ts";
import { CACHE_SHARD_MIGRATIONS } from "../../../durable-objects/cache-shard/storage/schema.ts";
import { migrate } from "../../../durable-objects/storage/migrations.ts";
import type { Traffic } from "../../../shared/domain/figures/traffic.ts";
import { emptyTraffic } from "../../../shared/domain/figures/traffic.ts";
import { systemClock } from "../../../shared/time/clock.ts";
import type { Bench } from "../../support/shard-bench.ts";
import { ask, digestOf, orphans, purgeOf, recount, saidBy, told, withEviction, withShard } from "../../support/shard-bench.ts";
import { storedBody, storedEntry } from "../../support/stored-entries.ts";

/** Steps that objects of version 0.2.0 had applied. */
const STEPS_OF_0_2_0 = 3;
const DAY_MS = 86_400_000;
const FLOOR = 2;
const VARS = { STALE_IF_ERROR_SECONDS: "0", SEMANTIC: "optin" };

const LIVE = ["q1", "q2", "q3"].map((prompt) => storedEntry(prompt, { sequence: FLOOR, tags: ["t"] }));
const OTHERS = [storedEntry("g1", { tenant: "globex", sequence: 3 })];
/** Purged by the purge of everything, and not swept yet. */
const DEAD = ["d1", "d2"].map((prompt) => storedEntry(prompt, { sequence: 1, tags: ["t"] }));
const EXPIRED = [storedEntry("e1", { sequence: FLOOR, createdMs: 1, expiresMs: Date.now() - DAY_MS })];
const SPILLED = storedEntry("s1", { sequence: FLOOR, spilled: { kvName: "to be named", kvExpiresMs: Date.now() + DAY_MS } });

function spilledEntry(): Entry {
  const kvName = new SpillStore({} as never, 0, systemClock).nameOf(SPILLED); // the name needs no KV
  return { ...SPILLED, spilled: { kvName, kvExpiresMs: Date.now() + DAY_MS } };
}

function storedTraffic(traffic: Partial<Traffic>): string {
  return JSON.stringify({ traffic: { ...emptyTraffic(), ...traffic }, hit: [0, 2], miss: [0, 0, 3] });
}

function setNumbers(sql: SqlStorage, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) sql.exec("INSERT OR REPLACE INTO numbers (name, value) VALUES (?, ?)", name, value);
}

/** Writes what a shard of version 0.2.0 has stored. */
function writeReleased(storage: DurableObjectStorage): void {
  const { sql } = storage;
  migrate(storage, CACHE_SHARD_MIGRATIONS.slice(0, STEPS_OF_0_2_0));
  const resident = [...LIVE, ...OTHERS, ...EXPIRED];
  for (const entry of [...resident, ...DEAD, spilledEntry()]) insertEntryRows(sql, entry, storedBody("any"));
  for (const { key } of [...LIVE, ...OTHERS]) sql.exec("DELETE FROM bodies WHERE key = ?", key);
  for (const prompt of ["q1", "q2", "q3", "g1"]) {
    const { json, events } = storedBody(prompt);
    sql.exec("INSERT INTO bodies (key, part, json, events, usage_event) VALUES (?, 0, ?, ?, '')", digestOf(prompt), json, events);
  }
  const purges = [
    [1, "tag", "x", 0],
    [FLOOR, "all", "", 7],
    [3, "key", "k", 1],
  ] as const;
  for (const [sequence, kind, value, purged] of purges)
    sql.exec("INSERT INTO purge_log (sequence, kind, value, at_ms, purged) VALUES (?, ?, ?, ?, ?)", sequence, kind, value, 5, purged);
  const bytes = resident.reduce((sum, entry) => sum + entry.bytes, 0);
  setNumbers(sql, { entries: resident.length + 1, spilled_entries: 1, bytes, floor_sequence: FLOOR, since_ms: 77 });
  setNumbers(sql, { registered: 1, evictions: 4, spills: 2, spill_day: Math.floor(Date.now() / DAY_MS), spills_today: 2 });
  sql.exec("INSERT INTO traffic VALUES ('acme', ?)", storedTraffic({ requests: 9, hits: 5, misses: 4, tokensSaved: 60 }));
  sql.exec("INSERT INTO traffic VALUES ('globex', ?)", storedTraffic({ requests: 1, misses: 1 }));
  sql.exec("INSERT INTO scopes (ref, scope, trust) VALUES (1, ?, '')", digestOf("scope"));
  sql.exec("INSERT INTO questions (key, scope_ref, text, canonical) VALUES (?, 1, 'text', 'c')", digestOf("q1"));
  sql.exec("INSERT INTO aliases VALUES ('a', ?, 'acme', 0, ?, 0.9, 7, 0, 3)", digestOf("scope"), digestOf("q1"));
  sql.exec("INSERT INTO servings VALUES ('a', 'ann', ?, 0, ?, 7, ?, 0)", digestOf("q1"), digestOf("scope"), Date.now());
}

async function said(bench: Bench, prompt: string): Promise<string> {
  return saidBy(await bench.whole(ask(prompt, { onlyIfCached: true })));
}

function count(bench: Bench, table: string): unknown {
  return bench.sql.exec(`SELECT COUNT(*) AS n FROM ${table}`).one()["n"];
}

withEviction("a shard on the storage of version 0.2.0", (between) => {
  const upgraded = (work: (bench: Bench) => Promise<void>): Promise<void> => withShard(VARS, work, 0, writeReleased);

  it("knows what each tenant holds, and what has been counted and spilled", () =>
    upgraded(async (bench) => {
      between(bench);
      expect(told(bench)).toEqual(recount(bench));
      expect(told(bench)).toMatchObject({ entries: 6, spilled: 1 });
      expect(bench.stats("acme")).toMatchObject({ entries: 5, spilledEntries: 1, traffic: { requests: 9, hits: 5, misses: 4 } });
      expect(bench.stats("globex")).toMatchObject({ entries: 1, spilledEntries: 0, traffic: { requests: 1, misses: 1 } });
      expect(bench.stats(null)).toMatchObject({ sinceMs: 77, traffic: { requests: 10, hits: 5, misses: 5, tokensSaved: 60 } });
      expect(bench.stats(null).latency.miss.slice(0, 3)).toEqual([0, 0, 6]);
      expect(bench.detail()).toMatchObject({ evictions: 4, spills: 2, spillsToday: 2, sequence: 3, pendingPurges: 1 });
      expect(bench.detail().recentPurges.map(({ kind, purged }) => [kind, purged])).toEqual([
        ["key", 1],
        ["all", 7],
        ["tag", 0],
      ]);
      await bench.idle();
    }));

  it("serves what 0.2.0 has stored, also from KV, and nothing that it has purged", () =>
    upgraded(async (bench) => {
      const spilled = spilledEntry();
      await new SpillStore(bench.kv, 0, systemClock).write(spilled.spilled?.kvName ?? "", spilled, storedBody("s1"), 3600);
      for (const prompt of ["q1", "g1", "s1"]) {
        expect(await said(bench, prompt)).toBe(`HIT: answer to ${prompt}`);
        between(bench);
      }
      for (const prompt of ["d1", "d2", "e1"]) expect(await said(bench, prompt)).toBe("failed: only_if_cached");
      expect(told(bench)).toEqual({ ...recount(bench), entries: 6, spilled: 0 });
    }));

  it("frees purged rows in the background, and expired ones with its alarm", () =>
    upgraded(async (bench) => {
      await bench.idle();
      between(bench);
      await bench.shard.alarm();
      const keys = bench.sql.exec("SELECT key FROM entries ORDER BY key").toArray();
      expect(keys.map(({ key }) => key)).toEqual([...LIVE, ...OTHERS, SPILLED].map(({ key }) => key).sort());
      expect(orphans(bench)).toBe(0);
      expect(bench.detail().pendingPurges).toBe(0);
      expect(told(bench)).toEqual({ ...recount(bench), entries: 5 });
      expect(await bench.state.storage.getAlarm()).not.toBeNull();
    }));

  it("purges what 0.2.0 has stored, by every selector", () =>
    upgraded(async (bench) => {
      expect((await bench.shard.purge(purgeOf("tag", "t"))).purged).toBe(3);
      between(bench);
      expect((await bench.shard.purge(purgeOf("tenant", "globex"))).purged).toBe(1);
      between(bench);
      expect((await bench.shard.purge(purgeOf("all", "", { hard: true }))).purged).toBe(2);
      for (const table of ["entries", "bodies", "tags", "questions", "aliases"]) expect([table, count(bench, table)]).toEqual([table, 0]);
      expect(told(bench)).toEqual({ entries: 0, spilled: 0, bytes: 0 });
    }));

  it("keeps questions, aliases, and who may judge which semantic hit", () =>
    upgraded(async (bench) => {
      between(bench);
      expect([count(bench, "questions"), count(bench, "aliases"), count(bench, "servings")]).toEqual([1, 1, 0]);
      expect(bench.sql.exec("SELECT asked, caller_id, judged FROM servings_by_day").one()).toEqual({
        asked: "a",
        caller_id: "ann",
        judged: 0,
      });
      await bench.idle();
    }));
});

withEviction("a shard after a rollback to version 0.2.0 and a second upgrade", (between) => {
  /** What 0.2.0 writes while it runs on today's storage. */
  function writeRolledBack(sql: SqlStorage): void {
    insertEntryRows(sql, storedEntry("r1", { sequence: 1, tenant: "globex" }), storedBody("r1"));
    setNumbers(sql, { entries: -1, spilled_entries: 0, bytes: -300, evictions: 3 });
    const line = JSON.parse(String(sql.exec("SELECT counts FROM traffic WHERE tenant = 'acme'").one()["counts"])) as {
      readonly traffic: Traffic;
      readonly hit: readonly number[];
      readonly miss: readonly number[];
    };
    const { traffic, hit, miss } = line;
    const counted = { ...traffic, requests: traffic.requests + 5, hits: traffic.hits + 5 };
    sql.exec("UPDATE traffic SET counts = ? WHERE tenant = 'acme'", JSON.stringify({ traffic: counted, hit, miss }));
    sql.exec("INSERT INTO servings VALUES ('a', 'ben', 'k', 0, 's', 7, ?, 1)", Date.now());
  }

  it("counts what both versions have stored, served and evicted", () =>
    withShard(VARS, async (bench) => {
      for (const prompt of ["a", "b"]) await bench.whole(ask(prompt));
      // The roll-up of an hour has written totals of tenants, and the total of all.
      bench.lastReport();
      const traffic = { ...emptyTraffic(), requests: 10, hits: 10 };
      const totals = JSON.stringify({ traffic, hit: [], miss: [], throughMs: Date.now() - DAY_MS });
      bench.sql.exec("INSERT INTO traffic VALUES ('acme', ?)", totals);
      bench.sql.exec("INSERT INTO labels VALUES ('figures', ?)", totals);
      bench.sql.exec("INSERT OR REPLACE INTO labels VALUES ('counters', '{\"evictions\":2}')");
      bench.restart();
      expect(bench.stats(null)).toMatchObject({ traffic: { requests: 12, hits: 10, misses: 2 }, evictions: 2 });
      writeRolledBack(bench.sql);
      bench.restart();
      between(bench);
      expect(told(bench)).toEqual({ ...recount(bench), entries: 3 });
      expect(bench.stats("globex").entries).toBe(1);
      for (const tenant of ["acme", null]) expect(bench.stats(tenant).traffic).toMatchObject({ requests: 17, hits: 15, misses: 2 });
      expect(bench.stats(null).evictions).toBe(5);
      expect(bench.sql.exec("SELECT caller_id, judged FROM servings_by_day").one()).toEqual({ caller_id: "ben", judged: 1 });
      expect(await said(bench, "r1")).toBe("HIT: answer to r1");
    }));

  it("treats what 0.2.0 did not serve as purged: it saw the purge of which rows were left as one of everything", () =>
    withShard(VARS, async (bench) => {
      for (const prompt of ["a", "b"]) await bench.whole(ask(prompt, { tags: [prompt] }));
      // The purge is recorded, and the object ends before its rows are counted.
      bench.sql.exec("INSERT INTO purge_log (sequence, kind, value, at_ms, purged, state) VALUES (1, 'tag', 'a', 0, 0, 0)");
      setNumbers(bench.sql, { floor_sequence: 1 });
      writeRolledBackEntry(bench.sql);
      bench.restart();
      between(bench);
      for (const prompt of ["a", "b"]) expect(await said(bench, prompt)).toBe("failed: only_if_cached");
      expect(await said(bench, "r1")).toBe("HIT: answer to r1");
      await bench.idle();
      between(bench);
      await bench.shard.alarm();
      expect([count(bench, "entries"), bench.detail().pendingPurges]).toEqual([1, 0]);
      expect(told(bench)).toEqual({ ...recount(bench), entries: 1 });
    }));

  it.each([
    ["goes on with", 1],
    ["is about a purge that 0.2.0 has trimmed, and not about", 7],
  ])("frees what 0.2.0 did not serve from the start, although an unfinished pass %s the purge", (_, sequence) =>
    withShard(VARS, async (bench) => {
      for (const prompt of ["a", "b", "c"]) await bench.whole(ask(prompt, { tags: [prompt] }));
      bench.sql.exec("INSERT INTO purge_log (sequence, kind, value, at_ms, purged, state) VALUES (1, 'model', 'm', 0, 0, 1)");
      bench.sql.exec("INSERT INTO labels VALUES ('freeing', ?)", JSON.stringify({ sequences: [sequence], cursor: "f".repeat(64) }));
      setNumbers(bench.sql, { floor_sequence: 1 });
      writeRolledBackEntry(bench.sql);
      bench.restart();
      await bench.idle();
      between(bench);
      await bench.shard.alarm();
      expect([count(bench, "entries"), bench.detail().pendingPurges]).toEqual([1, 0]);
      expect(told(bench)).toEqual({ ...recount(bench), entries: 1 });
      for (const prompt of ["a", "b", "c"]) expect(await said(bench, prompt)).toBe("failed: only_if_cached");
    }),
  );

  function writeRolledBackEntry(sql: SqlStorage): void {
    insertEntryRows(sql, storedEntry("r1", { sequence: 1 }), storedBody("r1"));
    setNumbers(sql, { entries: 1, bytes: 1 });
  }
});

describe("a purge of which rows are left", () => {
  it("is the floor below which version 0.2.0 serves nothing, until all rows are freed", () =>
    withShard(VARS, async (bench) => {
      const floor = (): unknown => bench.sql.exec("SELECT value FROM numbers WHERE name = 'floor_sequence'").toArray()[0]?.["value"] ?? 0;
      await bench.whole(ask("a", { tags: ["t"] }));
      for (const [kind, value] of [
        ["tag", "t"],
        ["tenant", "acme"],
        ["model", "test-model"],
        ["created_before", String(Date.now() + 1000)],
        ["all", ""],
      ] as const) {
        const purging = bench.shard.purge(purgeOf(kind, value));
        expect([kind, floor()]).toEqual([kind, bench.detail().sequence]);
        await purging;
        await bench.idle();
        expect([kind, floor()]).toEqual([kind, 0]);
        await bench.whole(ask("a", { tags: ["t"] }));
      }
      await bench.shard.purge(purgeOf("key", digestOf("a")));
      expect(floor()).toBe(0);
    }));
});
