import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PurgeState } from "../../../../durable-objects/cache-shard/purging/purge-log.ts";
import { PurgeLog } from "../../../../durable-objects/cache-shard/purging/purge-log.ts";
import type { Purgeable, PurgeSelector } from "../../../../shared/domain/caching/purge-selector.ts";
import { purgeCovers } from "../../../../shared/domain/caching/purge-selector.ts";
import { shardTables } from "../../../support/node-sql.ts";

const HOUR_MS = 3_600_000;
const KEPT_FREED = 1000;
const TRIM_BATCH = 500;

const ROW: Purgeable = { key: "k", scope: "s", tenant: "t", models: ["m"], tags: ["a"], createdMs: 50, sequence: 0 };
const tagged = (value: string): PurgeSelector => ({ kind: "tag", value });

/** Records a purge, as a transaction would. */
function record(log: PurgeLog, selector: PurgeSelector, state: PurgeState, nowMs = 0): number {
  const made = log.append(selector, nowMs, state, 0);
  log.admit(made);
  return made.sequence;
}

function progress(log: PurgeLog, sequence: number, state: PurgeState, purged = 0): void {
  const changes = [{ sequence, state, purged }];
  log.write(changes);
  log.note(changes);
}

describe("a purge in the log", () => {
  it("covers rows while it is pending or counted, discounts them once counted, and fences flights in every state", () => {
    const sql = shardTables();
    const log = new PurgeLog(sql);
    const sequence = record(log, tagged("a"), "pending");
    const view = (of: PurgeLog): readonly boolean[] => [of.covers(ROW), of.discounts(ROW), of.fences(ROW), of.isFreed(sequence)];
    const states: (readonly boolean[])[] = [];
    for (const state of ["pending", "counted", "freed"] as const) {
      progress(log, sequence, state, 3);
      states.push(view(log));
      // An object that starts finds the same.
      expect(view(new PurgeLog(sql))).toEqual(view(log));
    }
    expect(states).toEqual([
      [true, false, true, false],
      [true, true, true, false],
      [false, false, true, true],
    ]);
    expect(log.recent(1)).toMatchObject([{ sequence, purged: 3 }]);
  });

  it("covers nothing that began after it, and nothing else", () => {
    const log = new PurgeLog(shardTables());
    const sequence = record(log, tagged("a"), "pending");
    for (const row of [
      { ...ROW, sequence },
      { ...ROW, tags: ["b"] },
    ])
      expect([log.covers(row), log.fences(row)]).toEqual([false, false]);
  });

  it("counts as unfreed until it is freed; the last one leaves no rows", () => {
    const log = new PurgeLog(shardTables());
    const first = record(log, tagged("a"), "pending");
    const second = record(log, { kind: "all" }, "counted");
    record(log, { kind: "key", value: "k" }, "freed");
    expect(log.unfreed.map(({ sequence }) => sequence)).toEqual([first, second]);
    const freed = (...sequences: number[]): { sequence: number; state: "freed"; purged: number }[] =>
      sequences.map((sequence) => ({ sequence, state: "freed", purged: 0 }));
    expect([log.leavesNoRows(freed(first)), log.leavesNoRows(freed(first, second))]).toEqual([false, true]);
    progress(log, first, "freed");
    expect([log.unfreedCount, log.leavesNoRows(freed(second))]).toEqual([1, true]);
  });

  it("counts as freed after its record has been trimmed", () => {
    const log = new PurgeLog(shardTables());
    const sequence = record(log, { kind: "key", value: "k" }, "freed");
    for (let later = 0; later < KEPT_FREED + TRIM_BATCH; later++) record(log, { kind: "key", value: `k${later}` }, "freed");
    log.trim(2 * HOUR_MS);
    expect([log.selectorOf(sequence), log.isFreed(sequence)]).toEqual([null, true]);
  });
});

describe("a log that starts anew", () => {
  it("treats a purge of an unknown kind as covering everything, for rows and flights, and frees nothing of it", () => {
    const sql = shardTables();
    sql.exec("INSERT INTO purge_log VALUES (1, 'by_moon_phase', 'full', 0, 0, 0)");
    const log = new PurgeLog(sql);
    expect([log.covers(ROW), log.discounts(ROW), log.fences(ROW)]).toEqual([true, false, true]);
    expect([log.unfreedCount, log.leavesNoRows([])]).toEqual([0, false]);
    expect(log.covers({ ...ROW, sequence: 1 })).toBe(false);
  });

  it("no longer covers rows for an unknown kind that a newer version has freed", () => {
    const sql = shardTables();
    sql.exec("INSERT INTO purge_log VALUES (1, 'by_moon_phase', 'full', 0, 0, 2)");
    const log = new PurgeLog(sql);
    expect([log.covers(ROW), log.fences(ROW)]).toEqual([false, true]);
  });

  it("goes on from its newest record, and treats records in a gap as covering everything", () => {
    const sql = shardTables();
    for (const sequence of [2, 5, 6]) sql.exec("INSERT INTO purge_log VALUES (?, 'tag', 'other', 0, 0, 2)", sequence);
    const log = new PurgeLog(sql);
    // 3 and 4 are missing: what they covered is unknown.
    const fenced = [1, 2, 3, 4, 5, 6].map((sequence) => log.fences({ ...ROW, sequence }));
    expect(fenced).toEqual([true, true, true, false, false, false]);
    expect(record(log, tagged("a"), "pending")).toBe(7);
  });
});

describe("trimming", () => {
  /** A log with many freed purges of other tags. */
  function fullLog(count: number): { readonly sql: SqlStorage; readonly log: PurgeLog } {
    const sql = shardTables();
    const log = new PurgeLog(sql);
    for (let purge = 0; purge < count; purge++) record(log, tagged(`other ${purge}`), "freed");
    return { sql, log };
  }

  it("removes freed records beyond the newest thousand once they are an hour old, and fences what they may have covered", () => {
    const { sql, log } = fullLog(KEPT_FREED + TRIM_BATCH);
    log.trim(HOUR_MS);
    expect(log.recent(Number.POSITIVE_INFINITY)).toHaveLength(KEPT_FREED + TRIM_BATCH);
    log.trim(HOUR_MS + 1);
    expect(log.recent(Number.POSITIVE_INFINITY)).toHaveLength(KEPT_FREED);
    for (const of of [log, new PurgeLog(sql)]) {
      expect(of.sequence).toBe(KEPT_FREED + TRIM_BATCH);
      expect([TRIM_BATCH - 1, TRIM_BATCH].map((sequence) => of.fences({ ...ROW, sequence }))).toEqual([true, false]);
    }
  });

  it("never removes a purge whose rows have not been freed", () => {
    const sql = shardTables();
    const log = new PurgeLog(sql);
    const kept = record(log, tagged("a"), "pending");
    for (let purge = 0; purge < KEPT_FREED + TRIM_BATCH; purge++) record(log, tagged(`other ${purge}`), "freed");
    log.trim(2 * HOUR_MS);
    for (const of of [log, new PurgeLog(sql)])
      expect([of.covers(ROW), of.selectorOf(kept), of.unfreedCount]).toEqual([true, tagged("a"), 1]);
  });

  it("is done in batches: fewer records are not worth rebuilding the index", () => {
    const { log } = fullLog(KEPT_FREED + TRIM_BATCH - 1);
    log.trim(2 * HOUR_MS);
    expect(log.recent(Number.POSITIVE_INFINITY)).toHaveLength(KEPT_FREED + TRIM_BATCH - 1);
  });
});

describe("any history of purges", () => {
  const name = fc.constantFrom("a", "b");
  const selector: fc.Arbitrary<PurgeSelector> = fc.oneof(
    fc.constant({ kind: "all" as const }),
    fc.record({ kind: fc.constantFrom("key", "tag", "model", "tenant", "scope"), value: name }),
    fc.record({ kind: fc.constant("created_before" as const), value: fc.nat(5) }),
  );
  const state = fc.constantFrom<PurgeState>("pending", "counted", "freed");
  const step = fc.oneof(fc.record({ purge: selector, state }), fc.record({ of: fc.nat(20), state }));
  const subject: fc.Arbitrary<Purgeable> = fc.record({
    key: name,
    scope: name,
    tenant: name,
    models: fc.array(name, { maxLength: 2 }),
    tags: fc.array(name, { maxLength: 2 }),
    createdMs: fc.nat(5),
    sequence: fc.nat(10),
  });

  it("covers, discounts and fences what its records say, before and after a restart", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.array(subject, { minLength: 1, maxLength: 4 }), (steps, subjects) => {
        const sql = shardTables();
        const log = new PurgeLog(sql);
        const known: { selector: PurgeSelector; state: PurgeState }[] = [];
        for (const next of steps) {
          const earlier = "of" in next ? known[next.of] : undefined;
          if ("purge" in next) {
            record(log, next.purge, next.state);
            known.push({ selector: next.purge, state: next.state });
          } else if (earlier !== undefined && earlier.state !== "freed") {
            // States only advance.
            const advanced = earlier.state === "counted" && next.state === "pending" ? "counted" : next.state;
            progress(log, next.of + 1, advanced);
            earlier.state = advanced;
          }
        }
        for (const of of [log, new PurgeLog(sql)])
          for (const row of subjects) {
            const covering = known.filter((purge, index) => purgeCovers({ sequence: index + 1, selector: purge.selector }, row));
            // Rows that a freed purge covers do not exist, so it does not matter what the log says about them.
            if (covering.every((purge) => purge.state !== "freed")) {
              expect(of.covers(row)).toBe(covering.length > 0);
              expect(of.discounts(row)).toBe(covering.some((purge) => purge.state === "counted"));
            }
            expect(of.fences(row)).toBe(covering.length > 0);
          }
      }),
      { numRuns: 500 },
    );
  });
});
