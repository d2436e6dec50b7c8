import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ask, saidBy, withEviction, withShard } from "../support/shard-bench.ts";
import { answerResponse, handBody, settled } from "../support/shard-provider.ts";
import { Front } from "../support/shard-front.ts";
import type { StubRequest } from "../support/recorded-namespace.ts";

const PLACED = { JURISDICTION: "eu", SHARD_LOCATION: "weur" };
const KEY = "a".repeat(64);

afterEach(() => vi.restoreAllMocks());

/** The different places of some stubs, by class. */
function placesOf(stubs: readonly StubRequest[]): object {
  const places = new Map<string, Set<string>>();
  for (const { binding, jurisdiction, location } of stubs)
    places.set(binding, (places.get(binding) ?? new Set()).add(`${jurisdiction ?? "anywhere"}/${location ?? "near the caller"}`));
  return Object.fromEntries([...places].map(([binding, seen]) => [binding, [...seen]]));
}

/** Sends a request to every route that asks objects. */
async function askEverything(front: Front): Promise<void> {
  await front.chat();
  await front.fetch("/stats");
  await front.fetch("/v1/feedback", { method: "POST", body: JSON.stringify({ entry: KEY, verdict: "good" }) });
  for (const path of ["/admin/shards", "/admin/shards/1", `/admin/entries/${KEY}`]) await front.admin(path);
  await front.purge({ all: true });
  await front.admin("/admin/rebalance", { method: "POST", body: "{}" });
}

describe("the front Worker", () => {
  it("reaches every object in the jurisdiction, with the location as a hint", async () => {
    const front = new Front({ ...PLACED, RATE_LIMIT_REQUESTS: "1000" });
    await askEverything(front);
    expect(placesOf(front.stubs)).toEqual({ CACHE_SHARD: ["eu/weur"], RATE_LIMITER: ["eu/weur"] });
  });

  it("says once per isolate that it does not spill, because KV is not known to be in the jurisdiction", async () => {
    const lines: string[] = [];
    vi.spyOn(console, "warn").mockImplementation((line: string) => void lines.push(line));
    const front = new Front({ ...PLACED, LOG_LEVEL: "warn" });
    await front.chat();
    await front.chat();
    const versionId = expect.any(String) as string;
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { level: "warn", event: "spill_disabled", jurisdiction: "eu", versionId },
    ]);
    for (const vars of [{ SPILL_JURISDICTION: "eu" }, { SPILL_WRITES_PER_DAY: "0" }])
      await new Front({ ...PLACED, LOG_LEVEL: "warn", ...vars }).chat();
    expect(lines).toHaveLength(1);
  });

  it("leaves the place to the platform when none is configured", async () => {
    const front = new Front({ RATE_LIMIT_REQUESTS: "1000" });
    await askEverything(front);
    expect(placesOf(front.stubs)).toEqual({ CACHE_SHARD: ["anywhere/near the caller"], RATE_LIMITER: ["anywhere/near the caller"] });
  });
});

withEviction("a shard", (between) => {
  it("reaches shard 0, the shards of a scope and Upstream objects in its own jurisdiction", () =>
    withShard(
      { ...PLACED, SHARD_COUNT: "8", SEMANTIC: "on", UPSTREAM_SLOTS: "1" },
      async (bench) => {
        const bodies = [handBody(), handBody()];
        bench.provider.answering = (_call, index) =>
          new Response(bodies[index]?.stream ?? null, { headers: { "content-type": "text/event-stream" } });
        const texts = ["How do I bake bread at home?", "How do I repair a bicycle tyre?"];
        const replies = texts.map((text) => bench.whole(ask(text, { text, withheld: "" })));
        await settled();
        between(bench);
        for (const body of bodies) body.close();
        await Promise.all(replies);
        const upstream = bench.stubs.filter(({ binding }) => binding === "UPSTREAM");
        expect(upstream.length).toBeGreaterThan(0);
        const shards = new Set(bench.stubs.filter(({ binding }) => binding === "CACHE_SHARD").map(({ name }) => name));
        expect(shards).toContain("shard-0");
        expect(shards.size).toBeGreaterThan(1);
        expect(placesOf(bench.stubs)).toEqual({ CACHE_SHARD: ["eu/weur"], UPSTREAM: ["eu/weur"] });
      },
      5,
    ));

  it("writes nothing to KV while KV is not known to be in the jurisdiction", () =>
    withShard({ ...PLACED, SHARD_MAX_BYTES: "4000" }, async (bench) => {
      bench.provider.answering = () => answerResponse("word ".repeat(200));
      for (let index = 0; index < 10; index++) await bench.whole(ask(`q${index}`));
      await bench.idle();
      bench.lastReport();
      between(bench);
      expect(bench.detail().evictions).toBeGreaterThan(0);
      expect(bench.kv.writes).toEqual([]);
    }));

  it("spills when the operator has said that KV is in the jurisdiction", () =>
    withShard({ ...PLACED, SPILL_JURISDICTION: "eu", SHARD_MAX_BYTES: "4000" }, async (bench) => {
      bench.provider.answering = () => answerResponse("word ".repeat(200));
      for (let index = 0; index < 10; index++) expect(saidBy(await bench.whole(ask(`q${index}`)))).toContain("MISS");
      await bench.idle();
      between(bench);
      expect(bench.kv.writes.length).toBeGreaterThan(0);
    }));
});

describe("the local runtime", () => {
  it("ignores a location hint: the object is the same", async () => {
    const plain = env.CACHE_SHARD.getByName("shard-0").id;
    const hinted = env.CACHE_SHARD.getByName("shard-0", { locationHint: "weur" });
    expect(hinted.id.equals(plain)).toBe(true);
    expect(await hinted.summary()).toMatchObject({ shard: 0 });
  });

  it("refuses jurisdictions, so a local server cannot promise one", () => {
    expect(() => env.CACHE_SHARD.jurisdiction("eu")).toThrow("Jurisdiction restrictions are not implemented in workerd");
  });
});
