import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FlatIndex } from "../../../../shared/domain/semantic/index/flat-index.ts";
import type { PersistPlan } from "../../../../shared/domain/semantic/index/page-ledger.ts";
import { appendUnloaded, removeUnloaded } from "../../../../shared/domain/semantic/index/unloaded-rows.ts";
import type { StoredPage } from "../../../../shared/domain/semantic/index/unloaded-rows.ts";
import { KERNELS, randomVector, seededRandom } from "./kernel-modules.ts";

const DIMS = 64;
const MODULES = KERNELS.simd;

/** The table `(page, bytes)`. Applies a plan completely or not at all, and counts the written rows and bytes. */
class FakeRows {
  readonly rows = new Map<number, Uint8Array>();
  rowsWritten = 0;
  bytesWritten = 0;

  apply(plan: PersistPlan): void {
    for (const { page, bytes } of plan.upserts) {
      this.rows.set(page, bytes);
      this.rowsWritten++;
      this.bytesWritten += bytes.byteLength;
    }
    for (const page of plan.deletes) if (this.rows.delete(page)) this.rowsWritten++;
  }

  put({ page, bytes }: StoredPage): void {
    this.apply({ upserts: [{ page, bytes }], deletes: [] });
  }

  lastPage(): number | undefined {
    return this.rows.size === 0 ? undefined : Math.max(...this.rows.keys());
  }

  *pages(): Generator<StoredPage> {
    for (const page of [...this.rows.keys()].toSorted((a, b) => a - b)) yield { page, bytes: this.rows.get(page) ?? new Uint8Array() };
  }

  load(): FlatIndex {
    const loaded = FlatIndex.load(DIMS, MODULES, this.pages(), this.lastPage());
    if (!loaded.ok) throw new Error(loaded.error.kind);
    if (loaded.value.droppedRows > 0) throw new Error("a row was dropped");
    return loaded.value.index;
  }
}

interface Known {
  readonly scope: number;
  readonly vector: Float32Array;
}

function expectSame(index: FlatIndex, known: ReadonlyMap<number, Known>): void {
  expect(index.size).toBe(known.size);
  // Compare the scanned rows too, not only the references: a replaced vector must not remain.
  expect(index.scopeSize(0) + index.scopeSize(1) + index.scopeSize(2)).toBe(known.size);
  for (const [ref, { scope, vector }] of known) {
    expect(index.has(ref)).toBe(true);
    const hits = index.search(scope, vector, 32);
    expect(hits.find((hit) => hit.ref === ref)?.cosine).toBeGreaterThan(0.999);
    expect(hits.every((hit) => known.get(hit.ref)?.scope === scope)).toBe(true);
  }
}

const operation = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      ref: fc.nat(900),
      count: fc.integer({ min: 1, max: 120 }),
      crash: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("remove" as const),
      ref: fc.nat(900),
      count: fc.integer({ min: 1, max: 200 }),
      crash: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("evict" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("add unloaded" as const), ref: fc.nat(900) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove unloaded" as const), refs: fc.array(fc.nat(900), { maxLength: 40 }) }) },
);

describe("FlatIndex persistence", () => {
  test("after any operations and crashes the stored rows hold exactly what was committed", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const stored = new FakeRows();
        let known = new Map<number, Known>();
        let index: FlatIndex | undefined;
        let version = 0;
        for (const step of operations) {
          const next = new Map(known);
          const fresh = (ref: number): Known => ({ scope: ref % 3, vector: randomVector(seededRandom(version++ * 1000 + ref), DIMS) });
          switch (step.kind) {
            case "evict":
              index = undefined;
              break;
            case "add unloaded": {
              index = undefined;
              const entry = fresh(step.ref);
              stored.put(appendUnloaded(stored.lastPage(), step.ref, entry.scope, entry.vector));
              known.set(step.ref, entry);
              break;
            }
            case "remove unloaded":
              index = undefined;
              stored.put(removeUnloaded(stored.lastPage(), step.refs));
              for (const ref of step.refs) known.delete(ref);
              break;
            case "add":
            case "remove":
              index ??= stored.load();
              for (let ref = step.ref; ref < step.ref + step.count; ref++) {
                const entry = fresh(ref);
                if (step.kind === "remove") index.remove(ref);
                else index.add(ref, entry.scope, entry.vector);
                if (step.kind === "remove") next.delete(ref);
                else next.set(ref, entry);
              }
              // A crash before the transaction: no change is stored, and memory is lost.
              if (step.crash) {
                index = undefined;
              } else {
                stored.apply(index.takePlan());
                known = next;
              }
          }
        }
        if (index) expectSame(index, known);
        const reloaded = stored.load();
        expectSame(reloaded, known);
        expect(reloaded.takePlan().deletes.every((page) => stored.rows.has(page))).toBe(true);
      }),
      { numRuns: 80 },
    );
  });

  test("with one commit per entry, a commit writes under 1.1 rows and 3 KB on average, and no row reaches 1 MB", () => {
    const stored = new FakeRows();
    const index = new FlatIndex(256, MODULES);
    const entries = 2560;
    const vector = randomVector(seededRandom(1), 256);
    let largest = 0;
    for (let ref = 0; ref < entries; ref++) {
      index.add(ref, ref % 7, vector);
      const plan = index.takePlan();
      largest = Math.max(largest, ...plan.upserts.map(({ bytes }) => bytes.byteLength));
      stored.apply(plan);
    }
    expect(stored.rowsWritten / entries).toBeLessThan(1.1);
    expect(stored.bytesWritten / entries).toBeLessThan(3000);
    expect(largest).toBeLessThan(1_000_000);
    expect(stored.rows.size).toBeLessThanOrEqual(entries / 256 + 16);
  });

  test("removing all entries in random order writes under 1.2 rows each and leaves no row", () => {
    const stored = new FakeRows();
    const index = new FlatIndex(256, MODULES);
    const random = seededRandom(2);
    const entries = 2560;
    for (let ref = 0; ref < entries; ref++) index.add(ref, 0, randomVector(random, 256));
    stored.apply(index.takePlan());
    stored.rowsWritten = 0;
    stored.bytesWritten = 0;
    const order = Array.from({ length: entries }, (_, ref) => ({ ref, key: random() })).toSorted((a, b) => a.key - b.key);
    for (const { ref } of order) {
      index.remove(ref);
      stored.apply(index.takePlan());
    }
    expect(stored.rows.size).toBe(0);
    expect(stored.rowsWritten / entries).toBeLessThan(1.2);
    expect(stored.bytesWritten / entries).toBeLessThan(1500);
  });

  test("no stored row exceeds a megabyte at 3,072 dimensions", () => {
    const index = new FlatIndex(3072, MODULES);
    const vector = randomVector(seededRandom(1), 3072);
    for (let ref = 0; ref < 600; ref++) index.add(ref, 0, vector);
    for (const { bytes } of index.takePlan().upserts) expect(bytes.byteLength).toBeLessThanOrEqual(1_000_000);
  });

  test("a corrupt row and a row of another embedder are deleted, and only their own entries are lost", () => {
    const stored = new FakeRows();
    const index = new FlatIndex(DIMS, MODULES);
    const random = seededRandom(5);
    for (let ref = 0; ref < 600; ref++) index.add(ref, 0, randomVector(random, DIMS));
    stored.apply(index.takePlan());
    const [first, second] = [...stored.rows.keys()].toSorted(
      (a, b) => (stored.rows.get(b)?.length ?? 0) - (stored.rows.get(a)?.length ?? 0),
    );
    const rotten = stored.rows.get(first ?? 0)?.slice() ?? new Uint8Array();
    rotten[100] = (rotten[100] ?? 0) ^ 4;
    stored.rows.set(first ?? 0, rotten);
    const other = new FlatIndex(DIMS * 2, MODULES);
    other.add(1, 0, randomVector(random, DIMS * 2));
    stored.rows.set(second ?? 0, other.takePlan().upserts[0]?.bytes ?? new Uint8Array());
    const loaded = FlatIndex.load(DIMS, MODULES, stored.pages(), stored.lastPage());
    if (!loaded.ok) throw new Error("not loaded");
    expect(loaded.value.droppedRows).toBe(2);
    expect(loaded.value.index.size).toBe(600 - 512);
    stored.apply(loaded.value.index.takePlan());
    expect(stored.load().size).toBe(600 - 512);
  });

  test("loading rows out of order throws a RangeError", () => {
    const { bytes } = appendUnloaded(undefined, 1, 0, randomVector(seededRandom(1), DIMS));
    const rows = [
      { page: 2, bytes },
      { page: 0, bytes },
    ];
    expect(() => FlatIndex.load(DIMS, MODULES, rows, 2)).toThrow(RangeError);
  });

  test("a damaged byte or a truncation of a row is detected", () => {
    const index = new FlatIndex(DIMS, MODULES);
    for (let ref = 0; ref < 3; ref++) index.add(ref, 0, randomVector(seededRandom(ref), DIMS));
    const bytes = index.takePlan().upserts[0]?.bytes ?? new Uint8Array();
    expect(bytes.byteLength).toBeGreaterThan(0);
    for (let at = 0; at < bytes.byteLength; at++) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0x80;
      const loaded = FlatIndex.load(DIMS, MODULES, [{ page: 0, bytes: damaged }], 0);
      expect(loaded.ok && loaded.value.droppedRows).toBe(1);
    }
    for (const cut of [0, 1, 15, 16, 17, bytes.byteLength - 1]) {
      const loaded = FlatIndex.load(DIMS, MODULES, [{ page: 0, bytes: bytes.slice(0, cut) }], 0);
      expect(loaded.ok && loaded.value.droppedRows).toBe(1);
    }
  });
});
