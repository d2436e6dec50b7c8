import { describe, expect, it } from "vitest";
import type { Bench } from "../../support/shard-bench.ts";
import { ask, digestOf, orphans, recount, saidBy, told, withEviction, withShard } from "../../support/shard-bench.ts";
import { answerResponse } from "../../support/shard-provider.ts";

/** The smallest bound for which the bench measures the database like SQLite does. */
const BOUND_BYTES = 1_000_000;
const HARD_LIMIT_FACTOR = 1.1;
const LARGE = 20_000;
const SMALL = 300;

/** Random-looking hex text, which deflate halves at best. */
function noise(seed: string, characters: number): string {
  let text = "";
  for (let part = 0; text.length < characters; part++) text += digestOf(`${seed} ${part}`);
  return text.slice(0, characters);
}

/**
 * Stores answers, and returns the largest size that SQLite has reported.
 * @param burst answers that come without a pause in which the shard can evict
 */
async function fill(bench: Bench, count: number, characters: number, burst: number, between: (bench: Bench) => void): Promise<number> {
  bench.provider.answering = (call) => answerResponse(noise(call.prompt, characters));
  let largest = 0;
  for (let index = 0; index < count; index++) {
    await bench.whole(ask(`q${index}`, { tags: [`tag${index % 3}`] }));
    largest = Math.max(largest, bench.sql.databaseSize);
    if (index % burst !== burst - 1) continue;
    await bench.idle();
    between(bench);
  }
  await bench.idle();
  return largest;
}

withEviction("a shard that holds as much as it may", (between) => {
  it.each([
    [SMALL, 1500],
    [LARGE, 120],
  ])("keeps SQLite's own size of the database near the bound, with answers of %i characters", (characters, count) =>
    withShard({ SHARD_MAX_BYTES: String(BOUND_BYTES), SPILL_WRITES_PER_DAY: "0" }, async (bench) => {
      const largest = await fill(bench, count, characters, 10, between);
      expect(largest).toBeGreaterThan(BOUND_BYTES * 0.95);
      // An entry makes room after it has been stored.
      expect(largest).toBeLessThanOrEqual(BOUND_BYTES * HARD_LIMIT_FACTOR + LARGE);
      const { entries, bytes } = told(bench);
      expect(entries).toBeLessThan(count);
      // An entry takes more in SQLite than its bytes, and the empty tables take about a fifth of this bound.
      expect(bytes).toBeGreaterThan(BOUND_BYTES / 5);
      expect(told(bench)).toEqual(recount(bench));
      expect(orphans(bench)).toBe(0);
      expect(saidBy(await bench.whole(ask(`q${count - 1}`)))).toMatch(/^HIT/);
    }),
  );
});

describe("a shard that may spill", () => {
  it("keeps the database near the bound and every entry reachable", () =>
    withShard({ SHARD_MAX_BYTES: String(BOUND_BYTES), SPILL_WRITES_PER_DAY: "100000" }, async (bench) => {
      expect(await fill(bench, 120, LARGE, 1, () => undefined)).toBeLessThanOrEqual(BOUND_BYTES * HARD_LIMIT_FACTOR);
      const { entries, spilled } = told(bench);
      expect(spilled).toBeGreaterThan(0);
      expect(bench.kv.values.size).toBe(spilled);
      const before = bench.provider.calls.length;
      let hits = 0;
      for (let index = 0; index < 120; index++) {
        if ((await bench.whole(ask(`q${index}`, { onlyIfCached: true }))).kind === "whole") hits += 1;
        await bench.idle();
      }
      expect([hits, bench.provider.calls.length]).toEqual([entries, before]);
    }));
});
