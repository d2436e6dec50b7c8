import { describe, expect, it, vi } from "vitest";
import { PurgeLog } from "../../../../durable-objects/cache-shard/purging/purge-log.ts";
import { AliasStore } from "../../../../durable-objects/cache-shard/semantic/judging/alias-store.ts";
import { Judge } from "../../../../durable-objects/cache-shard/semantic/judging/model-judge.ts";
import type { PairReviewParts } from "../../../../durable-objects/cache-shard/semantic/judging/pair-review.ts";
import { PairReview } from "../../../../durable-objects/cache-shard/semantic/judging/pair-review.ts";
import { SemanticCounters } from "../../../../durable-objects/cache-shard/semantic/semantic-counters.ts";
import type { PurgeSelector } from "../../../../shared/domain/caching/purge-selector.ts";
import { completionOf, FakeClock, fetchedEntry, requestOf, candidateOf } from "./fixtures.ts";
import { shardTables } from "../../../support/node-sql.ts";

function reviewWith(
  content: string,
  more: { meanwhile?: (log: PurgeLog) => void; random?: number; fetchEntry?: PairReviewParts["fetchEntry"] } = {},
) {
  const sql = shardTables();
  const log = new PurgeLog(sql);
  const clock = new FakeClock();
  const aliases = new AliasStore(sql, log);
  const counters = new SemanticCounters();
  const call = vi.fn<() => void>();
  const judge = new Judge(
    { provider: "openai", model: "small", callsPerHour: 10, auditShare: 0.5 },
    {
      clock,
      call: async () => {
        call();
        more.meanwhile?.(log);
        const body = new Response(completionOf(content)).body;
        return { kind: "response", status: 200, contentType: "application/json", retryAfter: null, body };
      },
    },
  );
  const quarantine = vi.fn<PairReviewParts["quarantine"]>(async () => undefined);
  const observe = vi.fn<PairReviewParts["observe"]>(async () => undefined);
  const fetchEntry = more.fetchEntry ?? (async () => fetchedEntry());
  const review = new PairReview({
    judge,
    aliases,
    counters,
    log,
    nowMs: () => clock.nowMs(),
    random: () => more.random ?? 0,
    fetchEntry,
    quarantine,
    observe,
  });
  const count = (name: string): number => counters.all().find(({ counter }) => counter === name)?.count ?? 0;
  return { review, aliases, log, count, call, quarantine, observe };
}

const GREY = candidateOf({ shard: 2, key: "target", verdict: "grey", scoreBin: 6, similarity: 0.77 });

describe("a grey pair", () => {
  it("judged yes becomes an alias, and the scope is told", async () => {
    const { review, aliases, count, observe } = reviewWith("yes");
    await review.considerAlias(requestOf(), GREY);
    expect(aliases.get("asked")).toEqual({
      key: "asked",
      scope: "scope",
      tenant: "tenant",
      shard: 2,
      target: "target",
      similarity: 0.77,
      scoreBin: 6,
    });
    expect(observe.mock.calls).toEqual([[{ scope: "scope", scoreBin: 6, right: true, source: "judge" }]]);
    expect([count("judged"), count("aliased")]).toEqual([1, 1]);
  });

  it("judged no does not become an alias, and the scope is told", async () => {
    const { review, aliases, count, observe } = reviewWith("no");
    await review.considerAlias(requestOf(), GREY);
    expect(aliases.get("asked")).toBeNull();
    expect(observe.mock.calls).toEqual([[{ scope: "scope", scoreBin: 6, right: false, source: "judge" }]]);
    expect(count("aliased")).toBe(0);
  });

  it("without a verdict changes nothing", async () => {
    const { review, aliases, count, observe } = reviewWith("Perhaps.");
    await review.considerAlias(requestOf(), GREY);
    expect(aliases.get("asked")).toBeNull();
    expect(observe).not.toHaveBeenCalled();
    expect([count("judged"), count("judge_failed")]).toEqual([0, 1]);
  });

  it.each<PurgeSelector>([
    { kind: "all" },
    { kind: "key", value: "asked" },
    { kind: "scope", value: "scope" },
    { kind: "tenant", value: "tenant" },
    { kind: "model", value: "model" },
    { kind: "tag", value: "tag" },
  ])("makes no alias when a purge of $kind covers it during the review", async (selector) => {
    const { review, aliases } = reviewWith("yes", { meanwhile: (log) => log.admit(log.append(selector, 0, "freed", 0)) });
    await review.considerAlias(requestOf({ tags: ["tag"] }), GREY);
    expect(aliases.get("asked")).toBeNull();
  });

  it("becomes an alias despite an earlier purge and a purge of something else", async () => {
    const { review, aliases, log } = reviewWith("yes", {
      meanwhile: (inner) => inner.admit(inner.append({ kind: "scope", value: "other" }, 0, "freed", 0)),
    });
    log.admit(log.append({ kind: "all" }, 0, "freed", 0));
    await review.considerAlias(requestOf(), GREY);
    expect(aliases.get("asked")).not.toBeNull();
  });

  it.each<readonly [string, PairReviewParts["fetchEntry"]]>([
    ["is gone", async () => ({ kind: "gone" })],
    ["cannot be fetched", async () => Promise.reject(new Error("unreachable"))],
  ])("is not judged when the entry %s", async (_what, fetchEntry) => {
    const { review, call, aliases } = reviewWith("yes", { fetchEntry });
    await review.considerAlias(requestOf(), GREY);
    expect(call).not.toHaveBeenCalled();
    expect(aliases.get("asked")).toBeNull();
  });
});

describe("an audit", () => {
  const source = { key: "target", shard: 2, similarity: 0.9, scoreBin: 15 };

  it("that finds a wrong answer quarantines the entry in its shard, and tells the scope", async () => {
    const { review, count, quarantine, observe } = reviewWith("no");
    await review.audit(requestOf(), source);
    expect(quarantine.mock.calls).toEqual([[2, "target"]]);
    expect(observe.mock.calls).toEqual([[{ scope: "scope", scoreBin: 15, right: false, source: "audit" }]]);
    expect([count("audited"), count("audited_wrong")]).toEqual([1, 1]);
  });

  it("that finds a right answer tells the scope", async () => {
    const { review, quarantine, observe } = reviewWith("yes");
    await review.audit(requestOf(), source);
    expect(quarantine).not.toHaveBeenCalled();
    expect(observe.mock.calls).toEqual([[{ scope: "scope", scoreBin: 15, right: true, source: "audit" }]]);
  });

  it("is made only of the configured share of hits", async () => {
    const { review, call } = reviewWith("no", { random: 0.5 });
    await review.audit(requestOf(), source);
    expect(call).not.toHaveBeenCalled();
  });
});
