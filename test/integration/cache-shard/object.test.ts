import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CacheShard } from "../../../durable-objects/cache-shard/cache-shard.ts";
import type { AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import { ask, purgeOf } from "../../support/shard-bench.ts";

let objects = 0;

function newShard(): DurableObjectStub<CacheShard> {
  objects += 1;
  return env.CACHE_SHARD.getByName(`shard-${100 + objects}`);
}

/** A request to the embedded provider, which needs no network and always gives the same answer. */
function demo(prompt: string, changes: Partial<AnswerRequest> = {}): AnswerRequest {
  return ask(prompt, {
    provider: "demo",
    body: JSON.stringify({ model: "demo", max_tokens: 3, messages: [{ role: "user", content: prompt }] }),
    ...changes,
  });
}

const realFetch = globalThis.fetch;
beforeEach(() => {
  globalThis.fetch = () => Promise.reject(new Error("no network in this test"));
});
afterEach(() => {
  globalThis.fetch = realFetch;
});

const TWINS = [
  { twin: "without eviction", between: async () => {} },
  { twin: "evicted between calls", between: (shard: DurableObjectStub<CacheShard>) => evictDurableObject(shard) },
] as const;

describe.each(TWINS)("the shard object, $twin", ({ between }) => {
  it("starts under its own number, with all figures at zero", async () => {
    const shard = newShard();
    expect(await shard.summary()).toMatchObject({
      shard: 100 + objects,
      entries: 0,
      bytes: 0,
      sequence: 0,
      hits: 0,
      misses: 0,
      flights: 0,
    });
    await between(shard);
    expect(await shard.stats(null)).toMatchObject({ shard: 100 + objects, entries: 0, spilledEntries: 0 });
    expect(await shard.entry("0".repeat(64))).toBeNull();
  });

  it("keeps its purge log and its sequence", async () => {
    const shard = newShard();
    for (let time = 1; time <= 3; time++) {
      expect(await shard.purge(purgeOf("all", "", { hard: time === 2 }))).toMatchObject({ sequence: time, purged: 0 });
      await between(shard);
    }
    expect((await shard.detail()).recentPurges.map(({ sequence }) => sequence)).toEqual([3, 2, 1]);
  });

  it("keeps the figures that isolates report", async () => {
    const shard = newShard();
    await shard.report({ tenant: "acme", memoryHits: 3, bypasses: 1, tokensSaved: 5, hitLatency: [3], missLatency: [1] });
    await shard.purge(purgeOf("key", "x"));
    await between(shard);
    expect((await shard.stats("acme")).traffic).toMatchObject({ requests: 4, hits: 3, bypasses: 1, tokensSaved: 5 });
  });

  it("streams an answer over RPC, with the same bytes as the replay of a hit", async () => {
    const shard = newShard();
    const cut = await shard.answer(demo("hello", { stream: true }));
    if (cut.kind !== "stream") throw new Error(cut.kind);
    expect(await new Response(cut.stream).text()).toMatch(/finish_reason":"length".*\[DONE\]\n\n$/s);
    const asked = demo("hello", {
      body: JSON.stringify({ model: "demo", messages: [{ role: "user", content: "hello" }], stop: ["."] }),
      key: "a".repeat(64),
      stream: true,
    });
    const first = await shard.answer(asked);
    if (first.kind !== "stream") throw new Error(first.kind);
    const text = await new Response(first.stream).text();
    await between(shard);
    const second = await shard.answer(asked);
    if (second.kind !== "whole" || second.sse === null) throw new Error(second.kind);
    expect(second.outcome).toBe("HIT");
    expect(new TextDecoder().decode(second.sse)).toBe(text);
    expect(await shard.entry("a".repeat(64))).toMatchObject({ provider: "demo", location: "shard", tenant: "acme", prompt: null });
  });

  it("sets an alarm after a purge, and frees the rows when it fires", async () => {
    const shard = newShard();
    const asked = demo("x", {
      key: "b".repeat(64),
      body: JSON.stringify({ model: "demo", messages: [{ role: "user", content: "x" }], stop: ["."] }),
    });
    expect((await shard.answer(asked)).kind).toBe("whole");
    expect(await shard.purge(purgeOf("all"))).toMatchObject({ purged: 1 });
    await between(shard);
    expect(await runDurableObjectAlarm(shard)).toBe(true);
    expect(await runInDurableObject(shard, (_, state) => state.storage.sql.exec("SELECT COUNT(*) AS n FROM entries").one())).toEqual({
      n: 0,
    });
    expect(await runDurableObjectAlarm(shard)).toBe(false);
  });
});
