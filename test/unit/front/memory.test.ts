import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WholeAnswer } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import { LATENCY_BUCKETS, latencyBucket } from "../../../shared/domain/figures/latency-histogram.ts";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { AnswerMemory } from "../../../workers/front/memory/answer-memory.ts";
import { PlanMemory } from "../../../workers/front/memory/plan-memory.ts";
import type { AnsweredRequest } from "../../../workers/front/figures/isolate-traffic.ts";
import { IsolateTraffic } from "../../../workers/front/figures/isolate-traffic.ts";
import type { Plan } from "../../../workers/front/request/request-plan.ts";

const TTL_MS = 10_000;

function answer(json: string, changes: Partial<WholeAnswer> = {}): WholeAnswer {
  return {
    kind: "whole",
    json,
    sse: null,
    outcome: "MISS",
    provider: "p",
    createdMs: 0,
    expiresMs: 1e9,
    stored: true,
    forwarded: "miss",
    collapsed: true,
    tokens: 0,
    entryKey: "k",
    similarity: null,
    explanation: null,
    ...changes,
  };
}

describe("answers in isolate memory", () => {
  it("are served as hits, whatever their first outcome was", () => {
    const memory = new AnswerMemory(new IsolateLedger(1e6), 1e6, TTL_MS);
    memory.put("k", "json", answer("x"), 0, 0);
    expect(memory.get("k", "json", 1)).toMatchObject({ outcome: "HIT", forwarded: null, collapsed: false, json: "x" });
    expect(memory.get("k", "sse", 1)).toBeNull();
  });

  it("never exceed their limit, and the ledger always has their bytes", () => {
    const step = fc.record({
      key: fc.nat(8),
      size: fc.nat(3000),
      sse: fc.boolean(),
      act: fc.constantFrom("put", "put", "get", "clear"),
      atMs: fc.nat(30_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const ledger = new IsolateLedger(12_000);
        const memory = new AnswerMemory(ledger, 10_000, TTL_MS);
        const others = ledger.open("flights", "x");
        others.reserve(4000);
        let nowMs = 0;
        for (const { key, size, sse, act, atMs } of steps) {
          nowMs += atMs / 10;
          if (act === "put")
            memory.put(
              `k${key}`,
              sse ? "sse" : "json",
              answer(sse ? "" : "x".repeat(size), { sse: sse ? new Uint8Array(size) : null }),
              memory.generation,
              nowMs,
            );
          else if (act === "get") memory.get(`k${key}`, "json", nowMs);
          else memory.clear();
          expect(memory.bytes).toBeLessThanOrEqual(8000);
          expect(ledger.usedBy("l0")).toBe(memory.bytes);
        }
        memory.clear();
        expect([memory.bytes, ledger.usedBy("l0")]).toEqual([0, 0]);
      }),
      { numRuns: 200 },
    );
  });

  it("are shed for more valuable memory, the oldest first", () => {
    const ledger = new IsolateLedger(10_000);
    const memory = new AnswerMemory(ledger, 10_000, TTL_MS);
    for (const key of ["a", "b", "c"]) memory.put(key, "json", answer("x".repeat(1000)), 0, 0);
    expect(ledger.open("answers", "f").reserve(7000)).toBe(true);
    expect(["a", "b", "c"].map((key) => memory.get(key, "json", 1) !== null)).toEqual([false, true, true]);
  });

  it("are not remembered when they were requested before a purge", () => {
    const memory = new AnswerMemory(new IsolateLedger(1e6), 1e6, TTL_MS);
    const { generation } = memory;
    memory.clear();
    memory.put("k", "json", answer("x"), generation, 0);
    expect(memory.get("k", "json", 1)).toBeNull();
    memory.put("k", "json", answer("x"), memory.generation, 0);
    expect(memory.get("k", "json", 1)).not.toBeNull();
  });

  it("are not kept when they could never be served", () => {
    const memory = new AnswerMemory(new IsolateLedger(1e6), 5000, TTL_MS);
    memory.put("dead", "json", answer("x", { expiresMs: 5 }), 0, 5);
    memory.put("unstored", "json", answer("x", { stored: false }), 0, 0);
    memory.put("large", "json", answer("x".repeat(5000)), 0, 0);
    expect(memory.bytes).toBe(0);
  });
});

describe("plans in isolate memory", () => {
  const plan: Plan = {
    key: "k",
    scope: "s",
    shard: 0,
    provider: "p",
    model: "m",
    body: "{}",
    stream: false,
    includeUsage: false,
    bodyUser: null,
    text: null,
    withheld: "",
  };

  it("are found by their exact identity, and stay within their limit", () => {
    const ledger = new IsolateLedger(1e6);
    const plans = new PlanMemory(ledger, 10_000);
    for (let index = 0; index < 100; index++) plans.put(`identity ${index}`, { ...plan, key: `k${index}` });
    expect(ledger.usedBy("l0")).toBeLessThanOrEqual(10_000);
    expect(plans.get("identity 99")?.key).toBe("k99");
    expect(plans.get("identity 0")).toBeNull();
    expect(plans.get("identity 9")).toBeNull();
  });

  it("are not kept for long bodies, nor when there is no room", () => {
    const plans = new PlanMemory(new IsolateLedger(1e6), 1e6);
    expect([plans.remembers("x".repeat(16 * 1024)), plans.remembers("x".repeat(16 * 1024 + 1))]).toEqual([true, false]);
    const none = new PlanMemory(new IsolateLedger(1e6), 0);
    none.put("x", plan);
    expect(none.get("x")).toBeNull();
  });

  it("are counted once when put twice, and shed when memory is short", () => {
    const ledger = new IsolateLedger(2000);
    const plans = new PlanMemory(ledger, 1e6);
    plans.put("a", plan);
    plans.put("a", plan);
    plans.put("b", plan);
    const { usedBytes } = ledger;
    expect(ledger.open("answers", "f").reserve(2000 - usedBytes + 1)).toBe(true);
    expect([plans.get("a"), plans.get("b")?.key]).toEqual([null, "k"]);
  });
});

describe("the traffic of an isolate", () => {
  const answered = (changes: Partial<AnsweredRequest>): AnsweredRequest => ({
    tenant: "acme",
    shard: 1,
    provider: "openai",
    model: "m",
    kind: "memory_hit",
    durationMs: 0,
    tokensSaved: 0,
    ...changes,
  });

  it("rides on the next request to its shard, once it is two seconds old", () => {
    const traffic = new IsolateTraffic();
    traffic.noteReply(1, [], true);
    traffic.count(answered({ tokensSaved: 5 }), 10_000);
    traffic.count(answered({ tokensSaved: 7 }), 10_500);
    traffic.count(answered({ shard: 2, kind: "bypass", durationMs: 100 }), 10_000);
    traffic.count(answered({ tenant: "globex", kind: "hit", durationMs: 3 }), 10_000);
    traffic.count(answered({ tenant: "globex", kind: "miss", durationMs: 900 }), 10_000);
    expect(traffic.takeFor(1, 11_999)).toBeUndefined();
    const reports = traffic.takeFor(1, 12_000) ?? [];
    expect(reports).toMatchObject([
      {
        tenant: "acme",
        memoryHits: 2,
        bypasses: 0,
        tokensSaved: 12,
        lines: [{ provider: "openai", model: "m", outcome: "HIT", requests: 2, tokensSaved: 12 }],
      },
      { tenant: "globex", memoryHits: 0, bypasses: 0, lines: [] },
    ]);
    expect(reports[1]?.hitLatency[latencyBucket(3)]).toBe(1);
    expect(reports[1]?.missLatency[latencyBucket(900)]).toBe(1);
    expect(reports[1]?.hitLatency).toHaveLength(LATENCY_BUCKETS);
    expect(traffic.takeFor(1, 20_000)).toBeUndefined();
    expect(traffic.takeAll()).toMatchObject([{ shard: 2, report: { tenant: "acme", bypasses: 1 } }]);
  });

  it("is overdue when no request to its shard has come for fifteen seconds", () => {
    const traffic = new IsolateTraffic();
    expect(traffic.isOverdue(1e12)).toBe(false);
    traffic.count(answered({}), 1000);
    traffic.count(answered({ shard: 2 }), 9000);
    expect([traffic.isOverdue(15_999), traffic.isOverdue(16_000)]).toEqual([false, true]);
    traffic.noteReply(1, [], true);
    traffic.takeFor(1, 16_000);
    expect([traffic.isOverdue(23_999), traffic.isOverdue(24_000)]).toEqual([false, true]);
    traffic.takeAll();
    expect(traffic.isOverdue(1e12)).toBe(false);
  });

  it("does not ride to a shard that has not said that it counts it, and comes back from one that has not counted it", () => {
    const traffic = new IsolateTraffic();
    traffic.count(answered({}), 0);
    expect(traffic.takeFor(1, 5000)).toEqual([]);
    traffic.noteReply(1, [], true);
    const rode = traffic.takeFor(1, 5000) ?? [];
    expect(rode).toMatchObject([{ memoryHits: 1 }]);
    expect(traffic.isOverdue(5000)).toBe(false);
    traffic.noteReply(1, rode, false);
    expect(traffic.isOverdue(5000)).toBe(true);
    traffic.count(answered({}), 5000);
    expect(traffic.takeFor(1, 9000)).toEqual([]);
    expect(traffic.takeAll()).toMatchObject([
      { shard: 1, report: { memoryHits: 1 } },
      { shard: 1, report: { memoryHits: 1 } },
    ]);
    expect([traffic.isOverdue(9000), traffic.takeAll()]).toEqual([false, []]);
  });

  it("is bounded when there are many tenants or many models", () => {
    const traffic = new IsolateTraffic();
    for (let tenant = 0; tenant < 5000; tenant++) traffic.count(answered({ tenant: `t${tenant}` }), 0);
    expect(traffic.takeAll()).toHaveLength(1000);
    for (let model = 0; model < 200; model++) traffic.count(answered({ model: `m${model}` }), 0);
    const [{ report } = { report: null }] = traffic.takeAll();
    expect(report?.lines).toHaveLength(50);
    expect(report?.memoryHits).toBe(200);
  });
});
