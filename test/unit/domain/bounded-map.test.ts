import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedMap } from "../../../shared/domain/bounded-map.ts";

describe("a bounded map", () => {
  it("evicts the least recently used entry, and reading counts as use", () => {
    const map = new BoundedMap<string, number>({ maxWeight: 2 });
    map.set("a", 1);
    map.set("b", 2);
    expect(map.get("a")).toBe(1);
    map.set("c", 3);
    expect([...map.entries()]).toEqual([
      ["a", 1],
      ["c", 3],
    ]);
  });

  it("peeks without counting it as use", () => {
    const map = new BoundedMap<string, number>({ maxWeight: 2 });
    map.set("a", 1);
    map.set("b", 2);
    expect(map.peek("a")).toBe(1);
    map.set("c", 3);
    expect(map.has("a")).toBe(false);
  });

  it("keeps nothing that is heavier than the map may be, and forgets the entry that it would have replaced", () => {
    const map = new BoundedMap<string, string>({ maxWeight: 3, weigh: (value) => value.length });
    map.set("a", "xy");
    expect(map.set("a", "wxyz")).toBe(false);
    expect([map.size, map.weight]).toEqual([0, 0]);
  });

  it("takes `undefined` for a value like any other", () => {
    const map = new BoundedMap<string, undefined>({ maxWeight: 1 });
    map.set("a", undefined);
    expect([map.has("a"), map.get("a"), map.size, map.delete("a"), map.size]).toEqual([true, undefined, 1, true, 0]);
  });

  it("never exceeds its bound, and its weight is always the sum of what it holds", () => {
    const step = fc.record({
      kind: fc.constantFrom("set", "get", "delete", "evict"),
      key: fc.nat(8),
      weight: fc.integer({ min: 0, max: 6 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const map = new BoundedMap<number, number>({ maxWeight: 10, weigh: (weight) => weight });
        for (const { kind, key, weight } of steps) {
          if (kind === "set") map.set(key, weight);
          else if (kind === "get") map.get(key);
          else if (kind === "delete") map.delete(key);
          else map.evictOldest();
          const sum = [...map.entries()].reduce((total, [, value]) => total + value, 0);
          expect(map.weight).toBe(sum);
          expect(sum).toBeLessThanOrEqual(10);
        }
      }),
    );
  });
});
