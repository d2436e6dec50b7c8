import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../../shared/memory/ledger-map.ts";

function mapIn(ledger: IsolateLedger, maxBytes: number): LedgerMap<number> {
  return new LedgerMap<number>({ ledger, kind: "l0", owner: "test", maxBytes, bytesOf: (bytes) => bytes });
}

describe("a map in the isolate's ledger", () => {
  it("makes room for what is worth more, least recently used first", () => {
    const ledger = new IsolateLedger(100);
    const map = mapIn(ledger, 100);
    map.set("a", 40);
    map.set("b", 40);
    map.get("a");
    expect(ledger.open("tables", "shard-0").reserve(50)).toBe(true);
    expect([map.has("a"), map.has("b"), map.bytes]).toEqual([true, false, 40]);
  });

  it("keeps nothing when the isolate has no room for it", () => {
    const ledger = new IsolateLedger(100);
    const map = mapIn(ledger, 100);
    ledger.open("tables", "shard-0").reserve(90);
    expect([map.set("a", 20), map.size, ledger.usedBytes]).toEqual([false, 0, 90]);
  });

  it("always has exactly its bytes in the ledger", () => {
    const step = fc.record({ kind: fc.constantFrom("set", "delete", "clear", "crowd"), key: fc.nat(6).map(String), bytes: fc.nat(40) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const ledger = new IsolateLedger(100);
        const map = mapIn(ledger, 60);
        for (const { kind, key, bytes } of steps) {
          if (kind === "set") map.set(key, bytes);
          else if (kind === "delete") map.delete(key);
          else if (kind === "clear") map.clear();
          else {
            const other = ledger.open("tables", "other");
            other.reserve(bytes);
            other.close();
          }
          expect(ledger.usedBy("l0")).toBe(map.bytes);
          expect(map.bytes).toBeLessThanOrEqual(60);
        }
      }),
    );
  });
});
