import { describe, expect, it, vi } from "vitest";
import { AliasStore } from "../../../durable-objects/cache-shard/semantic/alias-store.ts";
import { SemanticCounters } from "../../../durable-objects/cache-shard/semantic/semantic-counters.ts";
import type { ShardPeers } from "../../../durable-objects/cache-shard/semantic/semantic-search.ts";
import { SemanticSearch } from "../../../durable-objects/cache-shard/semantic/semantic-search.ts";
import type { LendReply, Resemblance } from "../../../shared/contracts/cache-shard.ts";
import { FakeClock, lentEntry, questionOf, requestOf, resemblanceOf } from "./fixtures.ts";
import { shardTables } from "./node-sql.ts";

const NEVER = new Promise<never>(() => {});

function searchOver(
  shards: readonly (() => Promise<readonly Resemblance[]>)[],
  more: { lend?: ShardPeers["lend"]; warm?: boolean; operatorMinSimilarity?: number } = {},
) {
  const clock = new FakeClock();
  const counters = new SemanticCounters();
  const aliases = new AliasStore(shardTables());
  const lend = vi.fn<ShardPeers["lend"]>(more.lend ?? (async (): Promise<LendReply> => lentEntry()));
  const search = new SemanticSearch({
    clock,
    embedderId: "embedder",
    peers: { shardsOf: () => shards.map((_, shard) => shard), resemble: (shard) => shards[shard]?.() ?? Promise.resolve([]), lend },
    aliases,
    counters,
    operatorMinSimilarity: more.operatorMinSimilarity ?? null,
    isWarm: () => more.warm ?? true,
  });
  const count = (name: string): number => counters.all().find(({ counter }) => counter === name)?.count ?? 0;
  return { clock, aliases, lend, search, count };
}

/** Lets everything that is not waiting for a timer happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

describe("a search over the shards of a scope", () => {
  it("takes the surest candidate of all shards", async () => {
    const { search, lend, clock } = searchOver([
      async () => [resemblanceOf({ shard: 0, key: "good", band: 13 })],
      async () => [resemblanceOf({ shard: 1, key: "best", band: 17, similarity: 0.8 })],
      async () => [resemblanceOf({ shard: 2, key: "grey", verdict: "grey", band: 18 })],
    ]);
    const { outcome } = await search.search(requestOf(), questionOf());
    expect(outcome).toMatchObject({ kind: "entry", source: { key: "best", shard: 1, similarity: 0.8, band: 17 }, byAlias: false });
    expect(lend.mock.calls).toEqual([[1, "best", "entry"]]);
    expect(clock.waiting).toBe(0);
  });

  it("goes on without shards that fail, and without those that are late", async () => {
    const { search, clock, count } = searchOver([
      async () => Promise.reject(new Error("gone")),
      () => NEVER,
      async () => [resemblanceOf({ shard: 2, key: "there" })],
    ]);
    const searching = search.search(requestOf(), questionOf());
    await settle();
    clock.advance(49);
    await settle();
    expect(count("served")).toBe(0);
    clock.advance(1);
    expect((await searching).outcome).toMatchObject({ kind: "entry", source: { key: "there" } });
    expect(count("deadline_passed")).toBe(1);
  });

  it("waits for a late embedding no longer than for shards, then goes upstream", async () => {
    const { search, clock, lend } = searchOver([async () => [resemblanceOf()]]);
    const searching = search.search(requestOf({ explain: true }), questionOf({ embedding: NEVER, vector: null }));
    await settle();
    clock.advance(50);
    const { outcome, explanation } = await searching;
    expect(outcome).toEqual({ kind: "none", grey: null });
    expect(explanation).toMatchObject({ deadlinePassed: true, candidates: [] });
    expect(lend).not.toHaveBeenCalled();
  });

  it("has more patience while the table is still being loaded", async () => {
    const answer = Promise.withResolvers<readonly Resemblance[]>();
    const { search, clock } = searchOver([() => answer.promise], { warm: false });
    const searching = search.search(requestOf(), questionOf());
    await settle();
    clock.advance(900);
    answer.resolve([resemblanceOf({ key: "cold" })]);
    expect((await searching).outcome).toMatchObject({ kind: "entry", source: { key: "cold" } });
  });

  it("takes the next candidate when the first is gone or its shard cannot be reached", async () => {
    const { search } = searchOver([async () => ["one", "two", "three"].map((key, index) => resemblanceOf({ key, band: 17 - index }))], {
      lend: async (_shard, key) => {
        if (key === "one") return { kind: "gone" };
        if (key === "two") throw new Error("unreachable");
        return lentEntry();
      },
    });
    expect((await search.search(requestOf(), questionOf())).outcome).toMatchObject({ kind: "entry", source: { key: "three" } });
  });

  it("waits for a lent entry no longer than its deadline, and closes a stream that comes after it", async () => {
    const late = Promise.withResolvers<LendReply>();
    const cancelled = vi.fn<() => void>();
    const { search, clock } = searchOver([async () => [resemblanceOf({ source: "flight" })]], { lend: () => late.promise });
    const searching = search.search(requestOf(), questionOf());
    await settle();
    clock.advance(2000);
    expect((await searching).outcome).toMatchObject({ kind: "none" });
    late.resolve({ kind: "flight", stream: new ReadableStream({ cancel: cancelled }) });
    await settle();
    expect(cancelled).toHaveBeenCalledOnce();
  });

  it("joins a flight, and counts it apart", async () => {
    const stream = new ReadableStream<Uint8Array>();
    const { search, count } = searchOver([async () => [resemblanceOf({ source: "flight" })]], {
      lend: async () => ({ kind: "flight", stream }),
    });
    expect((await search.search(requestOf(), questionOf())).outcome).toMatchObject({ kind: "flight", stream });
    expect([count("served"), count("served_flight")]).toEqual([0, 1]);
  });

  it("reports the best grey entry, and never a flight, as worth a judge", async () => {
    const { search, count } = searchOver([
      async () => [
        resemblanceOf({ key: "flying", verdict: "grey", source: "flight", band: 9 }),
        resemblanceOf({ key: "stored", verdict: "grey", band: 5 }),
        resemblanceOf({ key: "vetoed", verdict: "reject", vetoes: ["numbers"], band: 12 }),
      ],
    ]);
    expect((await search.search(requestOf(), questionOf())).outcome).toMatchObject({ kind: "none", grey: { key: "stored" } });
    expect([count("grey"), count("rejected"), count("veto:numbers")]).toEqual([1, 0, 0]);
  });

  it("counts a rejection with its vetoes by name", async () => {
    const { search, count } = searchOver([async () => [resemblanceOf({ verdict: "reject", vetoes: ["numbers", "names"] })]]);
    await search.search(requestOf(), questionOf());
    expect([count("rejected"), count("veto:numbers"), count("veto:names")]).toEqual([1, 1, 1]);
  });
});

describe("an alias", () => {
  const alias = { key: "asked", scope: "scope", tenant: "tenant", shard: 3, target: "target", similarity: 0.8, band: 4 };

  it("is resolved each time, before any shard is asked", async () => {
    const asked = vi.fn<() => Promise<readonly Resemblance[]>>(async () => []);
    const { search, aliases, lend, count } = searchOver([asked]);
    aliases.put(alias, 0, 0);
    for (let time = 0; time < 2; time++) {
      const { outcome } = await search.search(requestOf(), questionOf());
      expect(outcome).toMatchObject({ kind: "entry", byAlias: true, source: { key: "target", shard: 3, similarity: 0.8, band: 4 } });
    }
    expect(lend.mock.calls).toEqual([
      [3, "target", "entry"],
      [3, "target", "entry"],
    ]);
    expect(asked).not.toHaveBeenCalled();
    expect(count("served_alias")).toBe(2);
  });

  it("whose entry is gone is forgotten, and the search goes on", async () => {
    const { search, aliases } = searchOver([async () => []], { lend: async () => ({ kind: "gone" }) });
    aliases.put(alias, 0, 0);
    expect((await search.search(requestOf(), questionOf())).outcome.kind).toBe("none");
    expect(aliases.get("asked")).toBeNull();
  });

  it("whose shard cannot be asked just now is kept", async () => {
    const { search, aliases } = searchOver([async () => []], { lend: async () => Promise.reject(new Error("overloaded")) });
    aliases.put(alias, 0, 0);
    expect((await search.search(requestOf(), questionOf())).outcome.kind).toBe("none");
    expect(aliases.get("asked")).not.toBeNull();
  });

  it.each([
    ["the caller's", requestOf({ minSimilarity: 0.81 }), {}],
    ["the operator's", requestOf({ minSimilarity: 0.1 }), { operatorMinSimilarity: 0.81 }],
  ])("is no way around %s least similarity", async (_whose, request, more) => {
    const { search, aliases } = searchOver([async () => []], more);
    aliases.put(alias, 0, 0);
    expect((await search.search(request, questionOf())).outcome.kind).toBe("none");
    expect(aliases.get("asked")).not.toBeNull();
  });
});
