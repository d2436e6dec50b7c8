import { describe, expect, it, vi } from "vitest";
import { PurgeLog } from "../../../durable-objects/cache-shard/purge-log.ts";
import { AliasStore } from "../../../durable-objects/cache-shard/semantic/alias-store.ts";
import { Judge } from "../../../durable-objects/cache-shard/semantic/judge.ts";
import type { DeskParts } from "../../../durable-objects/cache-shard/semantic/judge-desk.ts";
import { JudgeDesk } from "../../../durable-objects/cache-shard/semantic/judge-desk.ts";
import { SemanticCounters } from "../../../durable-objects/cache-shard/semantic/semantic-counters.ts";
import type { PurgeSelector } from "../../../shared/domain/purge.ts";
import { completionOf, FakeClock, lentEntry, requestOf, resemblanceOf } from "./fixtures.ts";
import { shardTables } from "./node-sql.ts";

function deskWith(content: string, more: { meanwhile?: (log: PurgeLog) => void; random?: number; lend?: DeskParts["lend"] } = {}) {
  const sql = shardTables();
  const log = new PurgeLog(sql);
  const clock = new FakeClock();
  const aliases = new AliasStore(sql);
  const counters = new SemanticCounters();
  const call = vi.fn<() => void>();
  const judge = new Judge(
    { provider: "openai", model: "small", callsPerHour: 10, auditShare: 0.5 },
    {
      nowMs: () => clock.nowMs(),
      after: (delayMs, work) => clock.after(delayMs, work),
      call: async () => {
        call();
        more.meanwhile?.(log);
        const body = new Response(completionOf(content)).body;
        return { kind: "response", status: 200, contentType: "application/json", retryAfter: null, body };
      },
    },
  );
  const quarantine = vi.fn<DeskParts["quarantine"]>(async () => undefined);
  const observe = vi.fn<DeskParts["observe"]>(async () => undefined);
  const lend = more.lend ?? (async () => lentEntry());
  const desk = new JudgeDesk({
    judge,
    aliases,
    counters,
    log,
    nowMs: () => clock.nowMs(),
    random: () => more.random ?? 0,
    lend,
    quarantine,
    observe,
  });
  const count = (name: string): number => counters.all().find(({ counter }) => counter === name)?.count ?? 0;
  return { desk, aliases, log, count, call, quarantine, observe };
}

const GREY = resemblanceOf({ shard: 2, key: "target", verdict: "grey", band: 6, similarity: 0.77 });

describe("a grey pair", () => {
  it("judged yes becomes an alias, and the scope hears of it", async () => {
    const { desk, aliases, count, observe } = deskWith("yes");
    await desk.considerAlias(requestOf(), GREY);
    expect(aliases.get("asked")).toEqual({
      key: "asked",
      scope: "scope",
      tenant: "tenant",
      shard: 2,
      target: "target",
      similarity: 0.77,
      band: 6,
    });
    expect(observe.mock.calls).toEqual([[{ scope: "scope", band: 6, right: true, source: "judge" }]]);
    expect([count("judged"), count("aliased")]).toEqual([1, 1]);
  });

  it("judged no becomes none; the scope hears of that too", async () => {
    const { desk, aliases, count, observe } = deskWith("no");
    await desk.considerAlias(requestOf(), GREY);
    expect(aliases.get("asked")).toBeNull();
    expect(observe.mock.calls).toEqual([[{ scope: "scope", band: 6, right: false, source: "judge" }]]);
    expect(count("aliased")).toBe(0);
  });

  it("without a verdict teaches nothing", async () => {
    const { desk, aliases, count, observe } = deskWith("Perhaps.");
    await desk.considerAlias(requestOf(), GREY);
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
  ])("makes no alias when a purge of $kind covers it while the judge thinks", async (selector) => {
    const { desk, aliases } = deskWith("yes", { meanwhile: (log) => log.append(selector, 0, 0) });
    await desk.considerAlias(requestOf({ tags: ["tag"] }), GREY);
    expect(aliases.get("asked")).toBeNull();
  });

  it("is not kept from its alias by purges of something else, or from before", async () => {
    const { desk, aliases, log } = deskWith("yes", { meanwhile: (inner) => inner.append({ kind: "scope", value: "other" }, 0, 0) });
    log.append({ kind: "all" }, 0, 0);
    await desk.considerAlias(requestOf(), GREY);
    expect(aliases.get("asked")).not.toBeNull();
  });

  it.each<readonly [string, DeskParts["lend"]]>([
    ["is gone", async () => ({ kind: "gone" })],
    ["cannot be had", async () => Promise.reject(new Error("unreachable"))],
  ])("is not judged when the entry %s", async (_what, lend) => {
    const { desk, call, aliases } = deskWith("yes", { lend });
    await desk.considerAlias(requestOf(), GREY);
    expect(call).not.toHaveBeenCalled();
    expect(aliases.get("asked")).toBeNull();
  });
});

describe("an audit", () => {
  const source = { key: "target", shard: 2, similarity: 0.9, band: 15 };

  it("that finds a wrong answer quarantines the entry where it is, and tells the scope", async () => {
    const { desk, count, quarantine, observe } = deskWith("no");
    await desk.audit(requestOf(), source);
    expect(quarantine.mock.calls).toEqual([[2, "target"]]);
    expect(observe.mock.calls).toEqual([[{ scope: "scope", band: 15, right: false, source: "audit" }]]);
    expect([count("audited"), count("audited_wrong")]).toEqual([1, 1]);
  });

  it("that finds a right one tells the scope", async () => {
    const { desk, quarantine, observe } = deskWith("yes");
    await desk.audit(requestOf(), source);
    expect(quarantine).not.toHaveBeenCalled();
    expect(observe.mock.calls).toEqual([[{ scope: "scope", band: 15, right: true, source: "audit" }]]);
  });

  it("is made of the configured share only", async () => {
    const { desk, call } = deskWith("no", { random: 0.5 });
    await desk.audit(requestOf(), source);
    expect(call).not.toHaveBeenCalled();
  });
});
