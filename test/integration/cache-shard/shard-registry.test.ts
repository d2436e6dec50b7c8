import { describe, expect, it } from "vitest";
import type { Bench } from "../../support/shard-bench.ts";
import { ask, purgeOf, saidBy, told, withEviction, withShard } from "../../support/shard-bench.ts";

const SHARD = 5;

function withShardFive(work: (bench: Bench) => Promise<void>): Promise<void> {
  return withShard({ SHARD_COUNT: "8" }, work, SHARD);
}

withEviction("a shard that stores for the first time", (between) => {
  it("registers with shard 0 once, before it calls upstream", () =>
    withShardFive(async (bench) => {
      bench.keeper = () => {
        expect(bench.provider.calls).toHaveLength(0);
        return Promise.resolve();
      };
      await Promise.all(["a", "b"].map((prompt) => bench.whole(ask(prompt))));
      expect(bench.registered).toEqual([SHARD]);
      between(bench);
      await bench.whole(ask("c"));
      expect(bench.registered).toEqual([SHARD]);
      expect(told(bench).entries).toBe(3);
    }));

  it("stores nothing while shard 0 cannot be reached, but still answers", () =>
    withShardFive(async (bench) => {
      bench.keeper = () => Promise.reject(new Error("Durable Object is overloaded"));
      expect(saidBy(await bench.whole(ask("a")))).toBe("MISS: answer to a");
      between(bench);
      expect(told(bench).entries).toBe(0);
      await expect(bench.shard.entryMover.receive([])).rejects.toThrow("this shard could not be registered");
      bench.keeper = () => Promise.resolve();
      expect(saidBy(await bench.whole(ask("a")))).toBe("MISS: answer to a");
      between(bench);
      expect(saidBy(await bench.whole(ask("a")))).toBe("HIT: answer to a");
      expect(bench.registered).toEqual([SHARD, SHARD, SHARD]);
    }));

  it("does not register for answers that must not be stored", () =>
    withShardFive(async (bench) => {
      await bench.whole(ask("a", { cache: false }));
      await bench.whole(ask("b", { ttlSeconds: 0 }));
      expect(bench.registered).toEqual([]);
    }));
});

withEviction("shard 0", (between) => {
  it("keeps the highest registered number and reports it with each purge", () =>
    withShard({}, async (bench) => {
      expect((await bench.shard.purge(purgeOf("all"))).knownShards).toBe(1);
      for (const shard of [3, 7, 2]) {
        bench.shard.registry.add(shard);
        between(bench);
      }
      for (const hard of [false, true]) expect((await bench.shard.purge(purgeOf("all", "", { hard }))).knownShards).toBe(8);
      between(bench);
      expect((await bench.shard.purge(purgeOf("tag", "t", { dryRun: true }))).knownShards).toBe(8);
      await bench.whole(ask("a"));
      expect([told(bench).entries, bench.registered]).toEqual([1, []]);
    }));
});

describe("a shard other than shard 0", () => {
  it("reports no known shards", () =>
    withShardFive(async (bench) => {
      bench.shard.registry.add(7);
      expect((await bench.shard.purge(purgeOf("all"))).knownShards).toBe(0);
    }));
});
