import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FigureBook } from "../../../../durable-objects/cache-shard/figures/figure-book.ts";
import { FigureRows } from "../../../../durable-objects/cache-shard/figures/figure-rows.ts";
import { StateRows } from "../../../../durable-objects/cache-shard/storage/state-rows.ts";
import type { NodeStorage } from "../../../support/node-sql.ts";
import { nodeStorage } from "../../../support/node-sql.ts";

const MINUTE_MS = 60_000;
const HIT = { tenant: "acme", provider: "p", model: "m", outcome: "HIT" } as const;
const REPORT = { tenant: "acme", memoryHits: 2, bypasses: 1, tokensSaved: 9, hitLatency: [3], missLatency: [0, 4] };

/** A book as an object opens it, and how the object writes it. */
function open(storage: NodeStorage): { readonly book: FigureBook; readonly write: () => void } {
  const book = new FigureBook(new FigureRows(storage.sql, new StateRows(storage.sql)));
  return {
    book,
    write: () => {
      storage.transactionSync(() => book.write());
      book.noteStored();
    },
  };
}

const requests = (book: FigureBook): number => book.totals(null).traffic.requests;

describe("a book of figures", () => {
  it("goes on with the record of its minute that an earlier object has written", () => {
    const storage = nodeStorage();
    for (const life of [1, 2, 3]) {
      const { book, write } = open(storage);
      expect(requests(book)).toBe(2 * (life - 1));
      book.count(HIT, { requests: 1 }, 1000);
      write();
      book.count(HIT, { requests: 1 }, 2000);
      expect(requests(book)).toBe(2 * life);
      write();
      expect(requests(book)).toBe(2 * life);
    }
    expect(storage.sql.exec("SELECT kind, start_ms FROM figure_buckets").toArray()).toHaveLength(1);
  });

  it("is due when the minute is over, and writes nothing for a minute without requests", () => {
    const { book, write } = open(nodeStorage());
    expect([book.isDue(0), book.isDirty]).toEqual([false, false]);
    book.count(HIT, { requests: 1 }, MINUTE_MS);
    expect([book.isDue(2 * MINUTE_MS - 1), book.isDue(2 * MINUTE_MS)]).toEqual([false, true]);
    write();
    expect([book.isDue(9 * MINUTE_MS), book.isDirty]).toEqual([false, false]);
  });

  it("counts a report once, by provider and model if the Worker names them", () => {
    const { book, write } = open(nodeStorage());
    book.addReport(REPORT, 0);
    const line = { provider: "p", model: "m", outcome: "HIT", requests: 2, tokensSaved: 9 } as const;
    book.addReport({ ...REPORT, lines: [line] }, 0);
    write();
    const { traffic, hit, miss } = book.totals("acme");
    expect(traffic).toMatchObject({ requests: 5, hits: 4, bypasses: 1, tokensSaved: 18 });
    expect([hit[0], miss[1]]).toEqual([6, 8]);
    expect(requests(book)).toBe(5);
    expect(book.totals("globex").traffic.requests).toBe(0);
  });

  it("has every request exactly once, whatever is written, fails, and restarts; a restart loses what was not written", () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ count: fc.constantFrom("acme" as const, "globex" as const) }) },
      { weight: 2, arbitrary: fc.record({ passMs: fc.constantFrom(1000, 30_000, MINUTE_MS) }) },
      { weight: 3, arbitrary: fc.constant("write" as const) },
      { weight: 1, arbitrary: fc.constant("fail" as const) },
      { weight: 1, arbitrary: fc.constant("restart" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const storage = nodeStorage();
        let life = open(storage);
        let nowMs = 0;
        const written = { acme: 0, globex: 0 };
        const counted = { acme: 0, globex: 0 };
        for (const next of steps) {
          if (next === "write") {
            life.write();
            Object.assign(written, counted);
          } else if (next === "fail") {
            storage.isFailing = true;
            if (life.book.isDirty) expect(() => life.write()).toThrow("SQLITE_IOERR");
            storage.isFailing = false;
          } else if (next === "restart") {
            life = open(storage);
            Object.assign(counted, written);
          } else if ("passMs" in next) nowMs += next.passMs;
          else {
            const tenant = next.count;
            life.book.count({ ...HIT, tenant }, { requests: 1 }, nowMs);
            counted[tenant] += 1;
          }
          for (const tenant of ["acme", "globex"] as const) expect(life.book.totals(tenant).traffic.requests).toBe(counted[tenant]);
          expect(requests(life.book)).toBe(counted.acme + counted.globex);
        }
      }),
      { numRuns: 200 },
    );
  });
});
