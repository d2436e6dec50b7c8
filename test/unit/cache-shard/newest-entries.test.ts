import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NewestEntries } from "../../../durable-objects/cache-shard/eviction/newest-entries.ts";

const MAX_ENTRIES = 10_000;

type Model = readonly (readonly [key: string, bytes: number])[];

function bytesOf(model: Model): number {
  return model.reduce((sum, [, bytes]) => sum + bytes, 0);
}

describe("the newest entries", () => {
  it("are the most recently added ones that fit in the bytes, and at least the last one", () => {
    const key = fc.constantFrom("a", "b", "c", "d", "e");
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ add: key, bytes: fc.integer({ min: 1, max: 12 }) }) },
      { weight: 1, arbitrary: fc.record({ remove: key }) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(step, { maxLength: 30 }), (maxBytes, steps) => {
        const newest = new NewestEntries(maxBytes);
        /** Newest last. An entry that has been dropped stays dropped. */
        let model: Model = [];
        for (const next of steps) {
          if ("add" in next) {
            newest.add(next.add, next.bytes);
            model = [...model.filter(([known]) => known !== next.add), [next.add, next.bytes]];
            while (model.length > 1 && bytesOf(model) > maxBytes) model = model.slice(1);
          } else {
            newest.delete(next.remove);
            model = model.filter(([known]) => known !== next.remove);
          }
          for (const known of ["a", "b", "c", "d", "e"])
            expect([known, newest.has(known)]).toEqual([known, model.some(([name]) => name === known)]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("are limited in number", () => {
    const newest = new NewestEntries(Number.POSITIVE_INFINITY);
    for (let key = 0; key <= MAX_ENTRIES; key++) newest.add(`k${key}`, 1);
    expect([newest.has("k0"), newest.has("k1"), newest.has(`k${MAX_ENTRIES}`)]).toEqual([false, true, true]);
  });
});
