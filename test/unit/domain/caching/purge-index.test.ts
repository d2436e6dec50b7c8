import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PurgeIndex } from "../../../../shared/domain/caching/purge-index.ts";
import type { Purgeable, PurgeRecord, PurgeSelector } from "../../../../shared/domain/caching/purge-selector.ts";
import { ANY_TAG, purgeCovers } from "../../../../shared/domain/caching/purge-selector.ts";

const name = fc.constantFrom("a", "b", "c", "");
const selector: fc.Arbitrary<PurgeSelector> = fc.oneof(
  fc.constant({ kind: "all" as const }),
  fc.record({ kind: fc.constantFrom("key", "tag", "model", "tenant", "scope"), value: name }),
  fc.record({ kind: fc.constant("created_before" as const), value: fc.nat(5) }),
);
/** Purges with distinct sequences. */
const purges = fc
  .array(selector, { maxLength: 12 })
  .map((selectors) => selectors.map((of, index) => ({ sequence: index + 1, selector: of })));
const subject: fc.Arbitrary<Purgeable> = fc.record({
  key: name,
  scope: name,
  tenant: name,
  models: fc.array(name, { maxLength: 2 }),
  tags: fc.array(fc.oneof({ weight: 6, arbitrary: name }, fc.constant(ANY_TAG)), { maxLength: 3 }),
  createdMs: fc.nat(5),
  sequence: fc.nat(12),
});

function indexOf(records: readonly PurgeRecord[]): PurgeIndex {
  const index = new PurgeIndex();
  for (const record of records) index.add(record);
  return index;
}

describe("an index of purges", () => {
  it("covers what any of its purges covers, whatever the order in which they were added", () => {
    fc.assert(
      fc.property(purges, fc.infiniteStream(fc.nat()), subject, (records, order, of) => {
        const shuffled = records.toSorted(() => ((order.next().value ?? 0) % 3) - 1);
        expect(indexOf(shuffled).covers(of)).toBe(records.some((record) => purgeCovers(record, of)));
      }),
      { numRuns: 3000 },
    );
  });

  it("names one of the purges that cover a subject", () => {
    fc.assert(
      fc.property(purges, subject, (records, of) => {
        const sequence = indexOf(records).covering(of);
        const covering = records.filter((record) => purgeCovers(record, of)).map((record) => record.sequence);
        expect(covering.length === 0 ? sequence : covering.includes(sequence)).toBe(covering.length === 0 ? 0 : true);
      }),
      { numRuns: 3000 },
    );
  });

  it("takes no longer for an entry that every purge by tag covers, however many of these there are", () => {
    const index = indexOf(Array.from({ length: 50_000 }, (_, at) => ({ sequence: at + 1, selector: { kind: "tag", value: `t${at}` } })));
    const of = { key: "", scope: "", tenant: "", models: [], tags: [ANY_TAG], createdMs: 0, sequence: 50_000 };
    const startMs = performance.now();
    for (let read = 0; read < 5000; read++) if (index.covers(of)) throw new Error("covered by an earlier purge");
    expect(performance.now() - startMs).toBeLessThan(300);
    expect(index.covering({ ...of, sequence: 0 })).toBe(50_000);
    index.remove({ sequence: 50_000, selector: { kind: "tag", value: "t49999" } });
    expect(index.covering({ ...of, sequence: 0 })).toBe(49_999);
  });

  it("covers nothing that only removed purges cover, and loses no other purge", () => {
    fc.assert(
      fc.property(purges, fc.nat(11), subject, (records, at, of) => {
        const removed = records[at];
        if (removed === undefined) return;
        const index = indexOf(records);
        index.remove(removed);
        // An earlier purge that the removed one includes covers no more than it, so its rows are gone as well.
        const others = records.filter((record) => record !== removed && !includes(removed, record));
        const covered = others.some((record) => purgeCovers(record, of));
        if (covered) expect(index.covers(of)).toBe(true);
        else if (!purgeCovers(removed, of))
          expect(index.covers(of)).toBe(records.some((record) => record !== removed && purgeCovers(record, of)));
      }),
      { numRuns: 3000 },
    );
  });
});

function includes(one: PurgeRecord, other: PurgeRecord): boolean {
  if (one.sequence < other.sequence || one.selector.kind !== other.selector.kind) return false;
  if (one.selector.kind === "all" || other.selector.kind === "all") return true;
  return one.selector.kind === "created_before"
    ? one.selector.value >= Number(other.selector.value)
    : one.selector.value === other.selector.value;
}
