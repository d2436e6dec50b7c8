import { afterEach, describe, expect, it, vi } from "vitest";
import { insertEntryRows } from "../../../durable-objects/cache-shard/entries/entry-rows.ts";
import { SpillStore } from "../../../durable-objects/cache-shard/spill/spill-store.ts";
import { CACHE_SHARD_MIGRATIONS } from "../../../durable-objects/cache-shard/storage/schema.ts";
import { migrate } from "../../../durable-objects/storage/migrations.ts";
import { systemClock } from "../../../shared/time/clock.ts";
import type { Bench } from "../../support/shard-bench.ts";
import { ask, digestOf, orphans, purgeOf, recount, saidBy, told, withEviction, withShard } from "../../support/shard-bench.ts";
import { answerResponse, settled } from "../../support/shard-provider.ts";
import { storedBody, storedEntry } from "../../support/stored-entries.ts";

/** Room for about ten answers of a kilobyte, each in both forms. */
const SMALL = { SHARD_MAX_BYTES: "30000", SPILL_WRITES_PER_DAY: "100000" };
const MS_PER_DAY = 86_400_000;

afterEach(() => vi.useRealTimers());

/** Random-looking hex text. */
function noise(seed: string, characters = 1000): string {
  let text = "";
  for (let part = 0; text.length < characters; part++) text += digestOf(`${seed} ${part}`);
  return text.slice(0, characters);
}

/** Stores answers, and returns the prompts whose bodies are in KV afterwards. */
async function fill(bench: Bench, count = 40): Promise<readonly string[]> {
  bench.provider.answering = (call) => answerResponse(noise(call.prompt));
  for (let index = 0; index < count; index++) {
    await bench.whole(ask(`q${index}`, { tags: [`tag${index % 3}`] }));
    await bench.idle();
  }
  return spilledPrompts(bench, count);
}

function spilledPrompts(bench: Bench, count = 40): readonly string[] {
  const spilled = new Set(
    bench.sql
      .exec<{ key: string }>("SELECT key FROM entries WHERE kv_name IS NOT NULL")
      .toArray()
      .map(({ key }) => key),
  );
  return Array.from({ length: count }, (_, index) => `q${index}`).filter((prompt) => spilled.has(digestOf(prompt)));
}

function first(prompts: readonly string[]): string {
  const [prompt] = prompts;
  if (prompt === undefined) throw new Error("nothing was spilled");
  return prompt;
}

function travel(ms: number): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.now() + ms);
}

async function figures(bench: Bench): Promise<void> {
  await bench.idle();
  expect(told(bench)).toEqual(recount(bench));
  expect(orphans(bench)).toBe(0);
}

withEviction("a small shard", (between) => {
  it("spills what it has no room for, stays within its byte limit, and serves spilled entries as hits", () =>
    withShard(SMALL, async (bench) => {
      const spilled = await fill(bench);
      expect(spilled.length).toBeGreaterThan(20);
      expect(told(bench).bytes).toBeLessThanOrEqual(30_000);
      expect(told(bench).entries).toBe(40);
      await figures(bench);
      const calls = bench.provider.calls.length;
      for (const prompt of spilled.slice(0, 10)) {
        between(bench);
        expect(saidBy(await bench.whole(ask(prompt)))).toBe(`HIT: ${noise(prompt)}`);
        await figures(bench);
      }
      expect(bench.provider.calls).toHaveLength(calls);
      expect(bench.detail().promotions).toBeGreaterThan(0);
      expect(told(bench).bytes).toBeLessThanOrEqual(30_000);
    }));

  it("reads KV only for entries that it has spilled", () =>
    withShard(SMALL, async (bench) => {
      await fill(bench);
      between(bench);
      bench.kv.reads.length = 0;
      await bench.whole(ask("never seen"));
      await bench.whole(ask("never seen", { read: false }));
      expect(bench.kv.reads).toHaveLength(0);
    }));

  it("does not read KV after the TTL of the value", () =>
    withShard({ ...SMALL, SPILL_TTL_SECONDS: "60" }, async (bench) => {
      const spilled = await fill(bench);
      expect(Math.max(...[...bench.kv.values.values()].map(({ ttlSeconds }) => ttlSeconds))).toBe(60);
      travel(61_000);
      between(bench);
      bench.kv.reads.length = 0;
      expect(saidBy(await bench.whole(ask(first(spilled))))).toMatch(/^MISS/);
      expect(bench.kv.reads).toHaveLength(0);
      await figures(bench);
    }));

  it.each(["get", "absent", "corrupt"] as const)("treats a spilled entry as a miss when KV has the fault '%s'", (fault) =>
    withShard(SMALL, async (bench) => {
      const prompt = first(await fill(bench));
      between(bench);
      bench.kv.fault = fault;
      expect(saidBy(await bench.whole(ask(prompt)))).toBe(`MISS: ${noise(prompt)}`);
      await figures(bench);
      bench.kv.fault = "none";
      bench.lastReport();
      between(bench);
      expect(saidBy(await bench.whole(ask(prompt)))).toBe(`HIT: ${noise(prompt)}`);
      if (fault === "get") expect(bench.detail().kvErrors).toBe(1);
      if (fault === "corrupt") expect(bench.detail().corrupt).toBe(1);
    }),
  );

  it("drops entries instead of spilling them when KV refuses writes, and stays within its byte limit", () =>
    withShard(SMALL, async (bench) => {
      bench.kv.fault = "put";
      await fill(bench);
      bench.lastReport();
      between(bench);
      expect(told(bench).spilled).toBe(0);
      expect(told(bench).bytes).toBeLessThanOrEqual(30_000);
      expect(bench.detail().kvErrors).toBeGreaterThan(0);
      await figures(bench);
      expect(saidBy(await bench.whole(ask("q39")))).toMatch(/^(HIT|MISS)/);
    }));

  it("does not serve a purged entry although KV still returns its value", () =>
    withShard(SMALL, async (bench) => {
      const spilled = await fill(bench);
      bench.kv.stale = true;
      for (const [index, prompt] of spilled.slice(0, 4).entries()) {
        const kinds = ["key", "tag", "tenant", "all"] as const;
        const kind = kinds[index] ?? "all";
        const tag = `tag${Number(prompt.slice(1)) % 3}`;
        await bench.shard.purge(purgeOf(kind, { key: digestOf(prompt), tag, tenant: "acme", all: "" }[kind], { hard: index % 2 === 0 }));
        between(bench);
        expect((await bench.whole(ask(prompt, { onlyIfCached: true }))).kind).toBe("failed");
        await figures(bench);
        expect(saidBy(await bench.whole(ask(prompt)))).toBe(`MISS: ${noise(prompt)}`);
        bench.provider.answering = (call) => answerResponse(noise(call.prompt));
      }
    }));

  it("deletes KV values in a hard purge, and counts the deletions that fail", () =>
    withShard(SMALL, async (bench) => {
      await fill(bench);
      between(bench);
      await bench.shard.purge(purgeOf("tag", "tag0", { hard: true }));
      const left = [...bench.kv.values.keys()].length;
      await bench.shard.purge(purgeOf("all", "", { hard: true }));
      expect(left).toBeGreaterThan(0);
      expect(bench.kv.values.size).toBe(0);
      await fill(bench);
      bench.kv.fault = "delete";
      await bench.shard.purge(purgeOf("all", "", { hard: true }));
      expect(bench.detail().kvErrors).toBeGreaterThan(0);
      expect(told(bench)).toEqual({ entries: 0, spilled: 0, bytes: 0 });
    }));

  it("never writes more to KV in a day than its ration, which a new day renews", () =>
    withShard({ ...SMALL, SPILL_WRITES_PER_DAY: "8" }, async (bench) => {
      travel(MS_PER_DAY - (Date.now() % MS_PER_DAY) + 1000);
      await fill(bench);
      const firstDay = bench.kv.writes.length;
      expect(firstDay).toBeLessThanOrEqual(8);
      expect(firstDay).toBeGreaterThanOrEqual(6);
      expect(told(bench).bytes).toBeLessThanOrEqual(30_000);
      between(bench);
      travel(MS_PER_DAY);
      bench.provider.answering = (call) => answerResponse(noise(call.prompt));
      for (let index = 100; index < 130; index++) {
        await bench.whole(ask(`q${index}`, { ttlSeconds: 10 * 86_400 }));
        await bench.idle();
      }
      expect(bench.kv.writes.length).toBeGreaterThan(firstDay);
      expect(bench.kv.writes.length).toBeLessThanOrEqual(firstDay + 8);
      await figures(bench);
    }));

  it("does not spill entries that expire within KV's minimum TTL", () =>
    withShard(SMALL, async (bench) => {
      bench.provider.answering = (call) => answerResponse(noise(call.prompt));
      for (let index = 0; index < 30; index++) {
        await bench.whole(ask(`q${index}`, { ttlSeconds: 59 }));
        await bench.idle();
        between(bench);
      }
      expect(bench.kv.writes).toHaveLength(0);
      expect(told(bench).bytes).toBeLessThanOrEqual(30_000);
    }));
});

describe("eviction", () => {
  it("spares the newest entry, because there was no time to request it again", () =>
    withShard(SMALL, async (bench) => {
      await fill(bench, 39);
      for (let index = 100; index < 120; index++) {
        await bench.whole(ask(`q${index}`));
        await bench.idle();
        const row = bench.sql.exec<{ kv_name: string | null }>("SELECT kv_name FROM entries WHERE key = ?", digestOf(`q${index}`)).one();
        expect(row.kv_name).toBeNull();
      }
    }));

  it("prefers entries that are requested often to entries that were requested once", () =>
    withShard(SMALL, async (bench) => {
      bench.provider.answering = (call) => answerResponse(noise(call.prompt));
      await bench.whole(ask("hot"));
      for (let index = 0; index < 60; index++) {
        for (let hit = 0; hit < 3; hit++) expect(saidBy(await bench.whole(ask("hot")))).toMatch(/^HIT/);
        await bench.whole(ask(`q${index}`));
        await bench.idle();
      }
      expect(bench.detail().promotions).toBe(0);
    }));

  it("keeps a shard with many small entries within its byte limit", () =>
    withShard({ SHARD_MAX_BYTES: "400000", SPILL_WRITES_PER_DAY: "0" }, async (bench) => {
      bench.provider.answering = (call) => answerResponse(noise(call.prompt, 60));
      for (let index = 0; index < 500; index++) await bench.whole(ask(`q${index}`));
      await bench.idle();
      expect(told(bench).bytes).toBeLessThanOrEqual(400_000);
      await figures(bench);
    }));

  it("does not store an answer larger than the shard, or anything in a shard of 0 bytes", async () => {
    await withShard({ SHARD_MAX_BYTES: "1000" }, async (bench) => {
      bench.provider.answering = () => answerResponse(noise("x", 3000));
      expect(saidBy(await bench.whole(ask("q")))).toMatch(/^MISS/);
      expect(told(bench).entries).toBe(0);
    });
    await withShard({ SHARD_MAX_BYTES: "0" }, async (bench) => {
      expect(saidBy(await bench.whole(ask("q")))).toMatch(/^MISS/);
      expect(told(bench).entries).toBe(0);
    });
  });

  it("respects purges and newer answers that come while KV is being written", () =>
    withShard(SMALL, async (bench) => {
      const gate = Promise.withResolvers<undefined>();
      bench.provider.answering = (call) => answerResponse(noise(call.prompt));
      for (let index = 0; index < 9; index++) await bench.whole(ask(`q${index}`));
      await bench.idle();
      bench.kv.gate = gate.promise;
      for (let index = 9; index < 16; index++) await bench.whole(ask(`q${index}`));
      await settled();
      expect(bench.kv.writes.length).toBeGreaterThan(0);
      await bench.shard.purge(purgeOf("all"));
      await bench.whole(ask("q0"));
      gate.resolve(undefined);
      await bench.idle();
      bench.kv.gate = null;
      expect(saidBy(await bench.whole(ask("q0")))).toMatch(/^HIT/);
      for (let index = 1; index < 16; index++) expect((await bench.whole(ask(`q${index}`, { onlyIfCached: true }))).kind).toBe("failed");
      await figures(bench);
    }));
});

describe("promotion", () => {
  it("answers all concurrent requests with hits, whichever way they ask", () =>
    withShard(SMALL, async (bench) => {
      const prompt = first(await fill(bench));
      const gate = Promise.withResolvers<undefined>();
      bench.kv.gate = gate.promise;
      bench.kv.reads.length = 0;
      const calls = bench.provider.calls.length;
      const replies = [{}, {}, { onlyIfCached: true }, { stream: true }, { onlyIfCached: true }].map((changes) =>
        bench.whole(ask(prompt, changes)),
      );
      await settled();
      gate.resolve(undefined);
      const said = (await Promise.all(replies)).map((reply) => saidBy(reply).slice(0, 4));
      expect(said).toEqual(["HIT:", "HIT:", "HIT:", "HIT:", "HIT:"]);
      expect(bench.provider.calls).toHaveLength(calls);
      await figures(bench);
    }));

  it("brings nothing back if a purge overtakes it", () =>
    withShard(SMALL, async (bench) => {
      const prompt = first(await fill(bench));
      const gate = Promise.withResolvers<undefined>();
      bench.kv.gate = gate.promise;
      const reply = bench.whole(ask(prompt));
      await settled();
      await bench.shard.purge(purgeOf("key", digestOf(prompt)));
      bench.kv.stale = true;
      bench.provider.answering = () => answerResponse("after the purge");
      gate.resolve(undefined);
      expect(saidBy(await reply)).toBe("MISS: after the purge");
      await figures(bench);
    }));

  /** Starts a shard whose one entry is in KV and takes more than the bound, which has been lowered. */
  const overTheBound = async (work: (bench: Bench) => Promise<void>): Promise<void> => {
    const unnamed = storedEntry("q", { tags: ["t"], expiresMs: Date.now() + MS_PER_DAY });
    const kvName = new SpillStore({} as never, 0, systemClock).nameOf(unnamed); // the name needs no KV
    const entry = { ...unnamed, spilled: { kvName, kvExpiresMs: unnamed.expiresMs } };
    await withShard(
      { SHARD_MAX_BYTES: "100" },
      async (bench) => {
        await new SpillStore(bench.kv, 0, systemClock).write(kvName, entry, storedBody("q"), 3600);
        await work(bench);
      },
      0,
      (storage) => {
        migrate(storage, CACHE_SHARD_MIGRATIONS);
        insertEntryRows(storage.sql, entry, storedBody("q"));
        storage.sql.exec("INSERT INTO holdings VALUES ('acme', 1, 1, 0)");
      },
    );
  };

  it("keeps nothing in memory of an entry that is evicted again at once", () =>
    overTheBound(async (bench) => {
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: answer to q");
      await bench.idle();
      expect(told(bench).entries).toBe(0);
      expect(bench.detail().ramEntries).toBe(0);
      await bench.shard.purge(purgeOf("tag", "t", { hard: true }));
      expect((await bench.whole(ask("q", { onlyIfCached: true }))).kind).toBe("failed");
    }));

  it("answers although the eviction that follows fails at any statement", async () => {
    // The first statement reads the entry.
    for (let at = 2; at < 30; at++)
      await overTheBound(async (bench) => {
        bench.statements = 0;
        bench.failAtStatement = at;
        expect([at, (await bench.whole(ask("q"))).kind]).toEqual([at, "whole"]);
        bench.failAtStatement = null;
      });
  });

  it("gives up on a slow KV at its deadline", () =>
    withShard(SMALL, async (bench) => {
      const prompt = first(await fill(bench));
      bench.kv.fault = "slow";
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const reply = bench.whole(ask(prompt));
      await settled();
      vi.advanceTimersByTime(1500);
      expect(saidBy(await reply)).toBe(`MISS: ${noise(prompt)}`);
      vi.useRealTimers();
      await figures(bench);
    }));
});
