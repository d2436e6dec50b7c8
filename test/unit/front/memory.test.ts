import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WholeAnswer } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import { LATENCY_BUCKETS, latencyBucket } from "../../../shared/domain/figures/latency-histogram.ts";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { AnswerMemory } from "../../../workers/front/memory/answer-memory.ts";
import { PlanMemory } from "../../../workers/front/memory/plan-memory.ts";
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
    expect(ledger.open("flights", "f").reserve(4000)).toBe(true);
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
    const ledger = new IsolateLedger(1e6);
    const plans = new PlanMemory(ledger, 1e6);
    plans.put("x".repeat(16 * 1024 + 1), plan);
    const none = new PlanMemory(new IsolateLedger(1e6), 0);
    none.put("x", plan);
    expect([ledger.usedBytes, none.get("x")]).toEqual([0, null]);
  });

  it("are counted once when put twice, and shed when memory is short", () => {
    const ledger = new IsolateLedger(2000);
    const plans = new PlanMemory(ledger, 1e6);
    plans.put("a", plan);
    plans.put("a", plan);
    plans.put("b", plan);
    const { usedBytes } = ledger;
    expect(ledger.open("flights", "f").reserve(2000 - usedBytes + 1)).toBe(true);
    expect([plans.get("a"), plans.get("b")?.key]).toEqual([null, "k"]);
  });
});

describe("the traffic of an isolate", () => {
  it("is reported once per tenant and shard, at most every two seconds", () => {
    const report = new IsolateTraffic();
    expect(report.due(10_000)).toBe(false);
    report.answered("acme", 1, "memory_hit", 0, 5);
    report.answered("acme", 1, "memory_hit", 0, 7);
    report.answered("acme", 2, "bypass", 100);
    report.answered("globex", 1, "hit", 3);
    report.answered("globex", 1, "miss", 900);
    expect(report.due(10_000)).toBe(true);
    const reports = report.drain(10_000);
    expect(reports).toMatchObject([
      { tenant: "acme", shard: 1, memoryHits: 2, bypasses: 0, tokensSaved: 12 },
      { tenant: "acme", shard: 2, memoryHits: 0, bypasses: 1 },
      { tenant: "globex", shard: 1, memoryHits: 0, bypasses: 0 },
    ]);
    expect(reports[2]?.hitLatency[latencyBucket(3)]).toBe(1);
    expect(reports[2]?.missLatency[latencyBucket(900)]).toBe(1);
    expect(reports[2]?.hitLatency).toHaveLength(LATENCY_BUCKETS);
    report.answered("acme", 1, "memory_hit", 0);
    expect([report.due(11_999), report.due(12_000)]).toEqual([false, true]);
  });

  it("is bounded when there are many tenants", () => {
    const report = new IsolateTraffic();
    for (let tenant = 0; tenant < 5000; tenant++) report.answered(`t${tenant}`, 0, "memory_hit", 0);
    expect(report.drain(0)).toHaveLength(1000);
  });
});
