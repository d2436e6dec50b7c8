import { describe, expect, it, vi } from "vitest";
import { AliasStore } from "../../../../durable-objects/cache-shard/semantic/judging/alias-store.ts";
import { SemanticCounters } from "../../../../durable-objects/cache-shard/semantic/semantic-counters.ts";
import type { SearchPeers } from "../../../../durable-objects/cache-shard/semantic/similarity-search.ts";
import { SimilaritySearch } from "../../../../durable-objects/cache-shard/semantic/similarity-search.ts";
import type { FetchEntryReply, SimilarCandidate } from "../../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { ReportEvent } from "../../../../shared/report/report-event.ts";
import { FakeClock, fetchedEntry, questionOf, requestOf, candidateOf } from "./fixtures.ts";
import { shardTables } from "../../../support/node-sql.ts";

const NEVER = new Promise<never>(() => {});

function searchOver(
  shards: readonly (() => Promise<readonly SimilarCandidate[]>)[],
  more: { fetchEntry?: SearchPeers["fetchEntry"]; warm?: boolean; operatorMinSimilarity?: number } = {},
) {
  const clock = new FakeClock();
  const counters = new SemanticCounters();
  const aliases = new AliasStore(shardTables(), { covers: () => false });
  const fetchEntry = vi.fn<SearchPeers["fetchEntry"]>(more.fetchEntry ?? (async (): Promise<FetchEntryReply> => fetchedEntry()));
  const reported: ReportEvent[] = [];
  const search = new SimilaritySearch({
    shard: 0,
    report: (event) => void reported.push(event),
    clock,
    embedderId: "embedder",
    peers: {
      shardsOf: () => shards.map((_, shard) => shard),
      searchSimilar: (shard) => shards[shard]?.() ?? Promise.resolve([]),
      fetchEntry,
    },
    aliases,
    counters,
    operatorMinSimilarity: more.operatorMinSimilarity ?? null,
    isWarm: () => more.warm ?? true,
  });
  const count = (name: string): number => counters.all().find(({ counter }) => counter === name)?.count ?? 0;
  return { clock, aliases, fetchEntry, search, count, reported };
}

/** Runs everything that does not wait for a timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

describe("a search over the shards of a scope", () => {
  it("takes the candidate with the highest score of all shards", async () => {
    const { search, fetchEntry, clock } = searchOver([
      async () => [candidateOf({ shard: 0, key: "good", scoreBin: 13 })],
      async () => [candidateOf({ shard: 1, key: "best", scoreBin: 17, similarity: 0.8 })],
      async () => [candidateOf({ shard: 2, key: "grey", verdict: "grey", scoreBin: 18 })],
    ]);
    const { outcome } = await search.search(requestOf(), questionOf());
    expect(outcome).toMatchObject({ kind: "entry", match: { key: "best", shard: 1, similarity: 0.8, scoreBin: 17 } });
    expect(fetchEntry.mock.calls).toEqual([[1, "best", "entry"]]);
    expect(clock.waiting).toBe(0);
  });

  it("goes on without shards that fail or are late", async () => {
    const { search, clock, count, reported } = searchOver([
      async () => Promise.reject(new Error("gone")),
      () => NEVER,
      async () => [candidateOf({ shard: 2, key: "there" })],
    ]);
    const searching = search.search(requestOf(), questionOf());
    await settle();
    clock.advance(49);
    await settle();
    expect(count("served")).toBe(0);
    clock.advance(1);
    expect((await searching).outcome).toMatchObject({ kind: "entry", match: { key: "there" } });
    expect(count("deadline_passed")).toBe(1);
    expect(reported).toEqual([{ event: "semantic_deadline_missed", shard: 0, waitedFor: "search", deadlineMs: 50 }]);
  });

  it("waits for a late embedding no longer than for shards, and then finds nothing", async () => {
    const { search, clock, fetchEntry } = searchOver([async () => [candidateOf()]]);
    const searching = search.search(requestOf({ explain: true }), questionOf({ embedding: NEVER, vector: null }));
    await settle();
    clock.advance(50);
    const { outcome, explanation } = await searching;
    expect(outcome).toEqual({ kind: "none", grey: null });
    expect(explanation).toMatchObject({ deadlinePassed: true, candidates: [] });
    expect(fetchEntry).not.toHaveBeenCalled();
  });

  it("waits longer while the table is being loaded", async () => {
    const answer = Promise.withResolvers<readonly SimilarCandidate[]>();
    const { search, clock } = searchOver([() => answer.promise], { warm: false });
    const searching = search.search(requestOf(), questionOf());
    await settle();
    clock.advance(900);
    answer.resolve([candidateOf({ key: "cold" })]);
    expect((await searching).outcome).toMatchObject({ kind: "entry", match: { key: "cold" } });
  });

  it("takes the next candidate when the first is gone or its shard cannot be reached", async () => {
    const { search } = searchOver([async () => ["one", "two", "three"].map((key, index) => candidateOf({ key, scoreBin: 17 - index }))], {
      fetchEntry: async (_shard, key) => {
        if (key === "one") return { kind: "gone" };
        if (key === "two") throw new Error("unreachable");
        return fetchedEntry();
      },
    });
    expect((await search.search(requestOf(), questionOf())).outcome).toMatchObject({ kind: "entry", match: { key: "three" } });
  });

  it("waits for an entry no longer than its deadline, and cancels a stream that arrives later", async () => {
    const late = Promise.withResolvers<FetchEntryReply>();
    const cancelled = vi.fn<() => void>();
    const { search, clock } = searchOver([async () => [candidateOf({ source: "flight" })]], { fetchEntry: () => late.promise });
    const searching = search.search(requestOf(), questionOf());
    await settle();
    clock.advance(2000);
    expect((await searching).outcome).toMatchObject({ kind: "none" });
    late.resolve({ kind: "flight", stream: new ReadableStream({ cancel: cancelled }) });
    await settle();
    expect(cancelled).toHaveBeenCalledOnce();
  });

  it("joins a flight, and counts it separately", async () => {
    const stream = new ReadableStream<Uint8Array>();
    const { search, count } = searchOver([async () => [candidateOf({ source: "flight" })]], {
      fetchEntry: async () => ({ kind: "flight", stream }),
    });
    expect((await search.search(requestOf(), questionOf())).outcome).toMatchObject({ kind: "flight", stream });
    expect([count("served"), count("served_flight")]).toEqual([0, 1]);
  });

  it("reports the best grey entry, and never a flight, for the judge", async () => {
    const { search, count } = searchOver([
      async () => [
        candidateOf({ key: "in flight", verdict: "grey", source: "flight", scoreBin: 9 }),
        candidateOf({ key: "stored", verdict: "grey", scoreBin: 5 }),
        candidateOf({ key: "vetoed", verdict: "reject", vetoes: ["numbers"], scoreBin: 12 }),
      ],
    ]);
    expect((await search.search(requestOf(), questionOf())).outcome).toMatchObject({ kind: "none", grey: { key: "stored" } });
    expect([count("grey"), count("rejected"), count("veto:numbers")]).toEqual([1, 0, 0]);
  });

  it("counts a rejection with its vetoes by name", async () => {
    const { search, count } = searchOver([async () => [candidateOf({ verdict: "reject", vetoes: ["numbers", "names"] })]]);
    await search.search(requestOf(), questionOf());
    expect([count("rejected"), count("veto:numbers"), count("veto:names")]).toEqual([1, 1, 1]);
  });
});

describe("an alias", () => {
  const alias = { key: "asked", scope: "scope", tenant: "tenant", shard: 3, target: "target", similarity: 0.8, scoreBin: 4 };

  it("is resolved for each request, before any shard is searched", async () => {
    const asked = vi.fn<() => Promise<readonly SimilarCandidate[]>>(async () => []);
    const { search, aliases, fetchEntry, count } = searchOver([asked]);
    aliases.put(alias, 0, 0);
    for (let time = 0; time < 2; time++) {
      const { outcome } = await search.search(requestOf(), questionOf());
      expect(outcome).toMatchObject({ kind: "entry", match: { key: "target", shard: 3, similarity: 0.8, scoreBin: 4 } });
    }
    expect(fetchEntry.mock.calls).toEqual([
      [3, "target", "entry"],
      [3, "target", "entry"],
    ]);
    expect(asked).not.toHaveBeenCalled();
    expect(count("served_alias")).toBe(2);
  });

  it("whose entry is gone is dropped, and the search goes on", async () => {
    const { search, aliases } = searchOver([async () => []], { fetchEntry: async () => ({ kind: "gone" }) });
    aliases.put(alias, 0, 0);
    expect((await search.search(requestOf(), questionOf())).outcome.kind).toBe("none");
    expect(aliases.get("asked")).toBeNull();
  });

  it("whose shard cannot be reached is kept", async () => {
    const { search, aliases } = searchOver([async () => []], { fetchEntry: async () => Promise.reject(new Error("overloaded")) });
    aliases.put(alias, 0, 0);
    expect((await search.search(requestOf(), questionOf())).outcome.kind).toBe("none");
    expect(aliases.get("asked")).not.toBeNull();
  });

  it.each([
    ["the caller's", requestOf({ minSimilarity: 0.81 }), {}],
    ["the operator's", requestOf({ minSimilarity: 0.1 }), { operatorMinSimilarity: 0.81 }],
  ])("does not circumvent %s minimum similarity", async (_whose, request, more) => {
    const { search, aliases } = searchOver([async () => []], more);
    aliases.put(alias, 0, 0);
    expect((await search.search(request, questionOf())).outcome.kind).toBe("none");
    expect(aliases.get("asked")).not.toBeNull();
  });
});
