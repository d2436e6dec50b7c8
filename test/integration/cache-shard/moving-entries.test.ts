import { afterEach, describe, expect, it, vi } from "vitest";
import type { MovingEntry } from "../../../shared/contracts/cache-shard/moving-contract.ts";
import { homeShard } from "../../../shared/domain/keys/routing.ts";
import type { Bench } from "../../support/shard-bench.ts";
import { ask, digestOf, orphans, purgeOf, recount, saidBy, told, withEviction, withShard } from "../../support/shard-bench.ts";
import { answerResponse } from "../../support/shard-provider.ts";

const TWO_SHARDS = { shardCount: 2, scopeFanout: 2 };
const SMALL = { SHARD_MAX_BYTES: "30000", SPILL_WRITES_PER_DAY: "100000" };
const PROMPTS = Array.from({ length: 30 }, (_, index) => `q${index}`);
const LEAVING = PROMPTS.filter((prompt) => homeShard(digestOf("scope"), digestOf(prompt), TWO_SHARDS) === 1);

/** Longer than a purge takes to reach every shard. */
const LONG_AFTER_A_PURGE_MS = 11 * 60_000;

afterEach(() => vi.useRealTimers());

function noise(seed: string): string {
  return Array.from({ length: 16 }, (_, part) => digestOf(`${seed} ${part}`)).join("");
}

async function fill(bench: Bench): Promise<void> {
  bench.provider.answering = (call) => answerResponse(noise(call.prompt));
  for (const prompt of PROMPTS) {
    await bench.whole(ask(prompt, { tags: ["t"] }));
    await bench.idle();
  }
}

/** All entries that have to move, read batch by batch. */
async function misplacedIn(bench: Bench): Promise<{ readonly entries: readonly MovingEntry[]; readonly sequence: number }> {
  const entries: MovingEntry[] = [];
  let afterKey: string | null = "";
  let sequence = 0;
  while (afterKey !== null) {
    const batch = await bench.shard.entryMover.listMisplaced({ afterKey, ...TWO_SHARDS });
    entries.push(...batch.entries);
    ({ nextKey: afterKey, sequence } = batch);
  }
  return { entries, sequence };
}

async function figures(bench: Bench): Promise<void> {
  await bench.idle();
  expect(told(bench)).toEqual(recount(bench));
  expect(orphans(bench)).toBe(0);
}

async function moving(): Promise<readonly MovingEntry[]> {
  let entries: readonly MovingEntry[] = [];
  await withShard({}, async (bench) => {
    await fill(bench);
    ({ entries } = await misplacedIn(bench));
  });
  return entries;
}

withEviction("entries whose home is another shard", (between) => {
  it("move with their bodies, whether in the shard or in KV, and are hits at their new home", async () => {
    let moving: readonly MovingEntry[] = [];
    let values: Bench["kv"]["values"] | null = null;
    await withShard(SMALL, async (bench) => {
      await fill(bench);
      between(bench);
      const batch = await misplacedIn(bench);
      expect(batch.entries.map(({ key }) => key).toSorted()).toEqual(LEAVING.map(digestOf).toSorted());
      expect(batch.entries.some(({ kvName }) => kvName !== null) && batch.entries.some(({ kvName }) => kvName === null)).toBe(true);
      moving = batch.entries;
      ({ values } = bench.kv);
      expect(await bench.shard.entryMover.release({ keys: moving.map(({ key }) => key), sequence: batch.sequence })).toEqual([]);
      between(bench);
      expect(told(bench).entries).toBe(PROMPTS.length - LEAVING.length);
      await figures(bench);
      expect((await misplacedIn(bench)).entries).toHaveLength(0);
    });
    await withShard({ SPILL_WRITES_PER_DAY: "1000" }, async (bench) => {
      for (const [name, value] of values ?? []) bench.kv.values.set(name, value);
      await bench.shard.entryMover.receive(moving);
      await figures(bench);
      between(bench);
      for (const prompt of LEAVING) expect(saidBy(await bench.whole(ask(prompt)))).toBe(`HIT: ${noise(prompt)}`);
      expect(bench.provider.calls).toHaveLength(0);
      await figures(bench);
      await bench.shard.purge(purgeOf("tag", "t"));
      expect(told(bench)).toEqual({ entries: 0, spilled: 0, bytes: 0 });
      await figures(bench);
    });
  });

  it("do not replace newer answers at their home", async () => {
    let moving: readonly MovingEntry[] = [];
    await withShard({}, async (bench) => {
      await fill(bench);
      moving = (await misplacedIn(bench)).entries.map((entry) => ({ ...entry, createdMs: entry.createdMs - 1000 }));
    });
    await withShard({}, async (bench) => {
      const [prompt = ""] = LEAVING;
      bench.provider.answering = () => answerResponse("newer");
      await bench.whole(ask(prompt));
      between(bench);
      await bench.shard.entryMover.receive(moving);
      await bench.shard.entryMover.receive(moving);
      between(bench);
      expect(saidBy(await bench.whole(ask(prompt)))).toBe("HIT: newer");
      expect(told(bench).entries).toBe(LEAVING.length);
      await figures(bench);
    });
  });

  it("are reported on release if a purge removed them meanwhile, so the new home can drop them", () =>
    withShard({}, async (bench) => {
      await fill(bench);
      const { entries, sequence } = await misplacedIn(bench);
      const keys = entries.map(({ key }) => key);
      await bench.shard.purge(purgeOf("key", keys[0] ?? ""));
      between(bench);
      expect(await bench.shard.entryMover.release({ keys, sequence })).toEqual([keys[0]]);
      await figures(bench);
      await bench.shard.entryMover.drop(keys);
      await figures(bench);
    }));
});

withEviction("a purge at the new home", (between) => {
  const keysAt = (bench: Bench): readonly string[] => LEAVING.map(digestOf).filter((key) => bench.shard.figures.entry(key) !== null);

  it.each([
    ["one entry", (entries: readonly MovingEntry[]) => purgeOf("key", entries[0]?.key ?? ""), 1],
    ["everything", () => purgeOf("all"), LEAVING.length],
  ] as const)("of %s before the entries arrive covers them, even if it has not reached the old home yet", async (_what, purge, gone) => {
    const entries = await moving();
    await withShard({}, async (bench) => {
      await bench.shard.purge(purge(entries));
      between(bench);
      await bench.shard.entryMover.receive(entries);
      expect(keysAt(bench)).toHaveLength(LEAVING.length - gone);
      between(bench);
      expect(keysAt(bench)).toHaveLength(LEAVING.length - gone);
      await figures(bench);
    });
  });

  it("of long ago does not cover entries that arrive now, because it has reached the old home, too", async () => {
    const entries = await moving();
    await withShard({}, async (bench) => {
      await bench.shard.purge(purgeOf("all"));
      await bench.shard.purge(purgeOf("tag", "t"));
      vi.useFakeTimers({ toFake: ["Date"] });
      vi.setSystemTime(Date.now() + LONG_AFTER_A_PURGE_MS);
      between(bench);
      await bench.shard.entryMover.receive(entries);
      expect(keysAt(bench)).toHaveLength(LEAVING.length);
      await bench.shard.purge(purgeOf("tag", "t"));
      expect(keysAt(bench)).toHaveLength(0);
      await figures(bench);
    });
  });
});

describe("entries that arrive", () => {
  it("have an alarm that frees them after their expiry, and do not take the shard over its bound", async () => {
    const entries = await moving();
    await withShard({}, async (bench) => {
      await bench.shard.entryMover.receive(entries);
      await bench.idle();
      expect(await bench.state.storage.getAlarm()).not.toBeNull();
    });
    const bound = entries.reduce((sum, { bytes }) => sum + bytes, 0) / 2;
    await withShard({ SHARD_MAX_BYTES: String(Math.floor(bound)), SPILL_WRITES_PER_DAY: "0" }, async (bench) => {
      await bench.shard.entryMover.receive(entries);
      await bench.idle();
      expect(told(bench).bytes).toBeLessThanOrEqual(bound);
      await figures(bench);
    });
  });
});

describe("a shard whose entries are all at home", () => {
  it("has nothing to move", () =>
    withShard({}, async (bench) => {
      await fill(bench);
      expect(await bench.shard.entryMover.listMisplaced({ afterKey: "", shardCount: 1, scopeFanout: 1 })).toMatchObject({
        entries: [],
        nextKey: null,
      });
    }));
});
