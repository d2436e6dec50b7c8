import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SpillRation } from "../../../durable-objects/cache-shard/spill/spill-ration.ts";
import { Holdings } from "../../../durable-objects/cache-shard/storage/holdings.ts";
import { ShardNumbers } from "../../../durable-objects/cache-shard/storage/shard-numbers.ts";
import { ShardTransactions } from "../../../durable-objects/cache-shard/storage/shard-transactions.ts";
import type { NodeStorage } from "../../support/node-sql.ts";
import { nodeStorage } from "../../support/node-sql.ts";

const DAY_MS = 86_400_000;
const RESERVED_AHEAD = 16;

/** The ration as an object finds it when it starts. */
function open(storage: NodeStorage, perDay: number): SpillRation {
  const numbers = new ShardNumbers(storage.sql);
  const state = storage as unknown as DurableObjectStorage; // the only members that transactions use
  return new SpillRation(numbers, new ShardTransactions(state, numbers, new Holdings(storage.sql)), perDay);
}

function hasOneLeft(ration: SpillRation, nowMs: number): boolean {
  const { usedToday, perDay } = ration.budget(nowMs);
  return usedToday < perDay;
}

describe("the ration of KV writes", () => {
  it("is never exceeded in a day, and a restart forfeits sixteen writes at most, whenever the object ends", () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant("take" as const) },
      { weight: 1, arbitrary: fc.constant("restart" as const) },
      { weight: 1, arbitrary: fc.constant("fail" as const) },
      { weight: 1, arbitrary: fc.constant("next day" as const) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.array(step, { maxLength: 80 }), (perDay, steps) => {
        const storage = nodeStorage();
        let ration = open(storage, perDay);
        let nowMs = 20_000 * DAY_MS;
        let taken = 0;
        let restarts = 0;
        for (const next of steps) {
          if (next === "next day") {
            nowMs += DAY_MS;
            [taken, restarts] = [0, 0];
          } else if (next === "restart") {
            ration = open(storage, perDay);
            restarts += 1;
          } else if (hasOneLeft(ration, nowMs)) {
            storage.isFailing = next === "fail";
            const before = ration.budget(nowMs).usedToday;
            try {
              ration.take(nowMs);
              taken += 1;
            } catch {
              // The write is not made.
              expect(ration.budget(nowMs).usedToday).toBe(before);
            }
            storage.isFailing = false;
          }
          expect(taken).toBeLessThanOrEqual(perDay);
          const { usedToday } = ration.budget(nowMs);
          expect(usedToday).toBeGreaterThanOrEqual(taken);
          expect(usedToday).toBeLessThanOrEqual(Math.min(perDay, taken + restarts * RESERVED_AHEAD));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("costs one transaction for sixteen writes", () => {
    const storage = nodeStorage();
    const ration = open(storage, 1000);
    let failures = 0;
    for (let write = 0; write < 4 * RESERVED_AHEAD; write++) {
      // Only a write that stores something notices that storage fails.
      storage.isFailing = true;
      try {
        ration.take(0);
      } catch {
        failures += 1;
        storage.isFailing = false;
        ration.take(0);
      }
    }
    expect(failures).toBe(4);
  });

  it("continues the day of version 0.2.0, which counts each write", () => {
    const storage = nodeStorage();
    storage.sql.exec("INSERT INTO numbers (name, value) VALUES ('spill_day', 7), ('spills_today', 5)");
    const ration = open(storage, 10);
    expect([ration.budget(7 * DAY_MS).usedToday, ration.budget(8 * DAY_MS).usedToday]).toEqual([5, 0]);
  });
});
