import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LeaseRequest } from "../../../shared/domain/rate/lease-messages.ts";
import { errorAnswer } from "../../support/shard-provider.ts";
import { ask, purgeOf } from "../../support/shard-bench.ts";
import { Meter } from "./meter/meter.ts";
import { MeteredCluster } from "./meter/metered-cluster.ts";
import { loadTable } from "./request-paths.ts";

const QUIET_MS = 600_000;
const FIRST_BYTE_TIMEOUT_MS = 300_000;
const SEARCH_DEADLINE_MS = 50;
const PROMPT = "How do I dry a tent after the rain?";

const meter = new Meter();
let cluster: MeteredCluster;

beforeAll(async () => {
  await meter.start();
  await loadTable();
});
afterAll(() => meter.stop());
beforeEach(async () => {
  cluster = await MeteredCluster.create(meter, { SEMANTIC: "on", RATE_LIMIT_BURST: "1000" });
});

/** Nothing keeps an object awake now, and nothing does later: only alarms are set. */
async function expectIdle(): Promise<void> {
  await meter.settle();
  expect(meter.pending()).toEqual([]);
  meter.take();
  await meter.advance(QUIET_MS);
  expect(meter.take().usage.objectSeconds).toBe(0);
}

/** A request to a shard itself, to a provider that answers with an error or not at all. */
function askShard(prompt: string, changes: Parameters<typeof ask>[1] = {}) {
  return cluster.shard(0).answer(ask(prompt, changes));
}

function lease(attempt: string, changes: Partial<LeaseRequest> = {}): LeaseRequest {
  return { requests: 1, windowSeconds: 3600, burst: 5, want: 1, expected: 1, attempt, returns: [], ...changes };
}

describe("after its last request, an idle shard has nothing pending but its alarm", () => {
  it("when it has answered misses, exact hits and semantic hits of a whole cluster", async () => {
    await cluster.warmUp();
    const outcomes = [PROMPT, `${PROMPT.toLowerCase()}!`, PROMPT].map((prompt) => () => cluster.ask(prompt, "ann"));
    const seen: string[] = [];
    for (const next of outcomes) seen.push(await next());
    expect(seen).toEqual(["MISS", "SEMANTIC", "HIT"]);
    await expectIdle();
  });

  it("when it has streamed an answer, to a client and its followers", async () => {
    cluster.answerWithin(5000);
    const asked = Array.from({ length: 3 }, () => cluster.ask(PROMPT, "ann", { stream: true }));
    await meter.untilCalls("CACHE_SHARD", 1);
    await meter.advance(5000);
    expect((await Promise.all(asked)).toSorted()).toEqual(["COALESCED", "COALESCED", "MISS"]);
    await expectIdle();
  });

  it("when the client of a stream has left, and the answer has been stored without it", async () => {
    cluster.answerWithin(5000);
    const opened = cluster.open({ model: "m", stream: true, messages: [{ role: "user", content: PROMPT }] }, "ann");
    await meter.untilCalls("CACHE_SHARD", 1);
    await meter.advance(1000);
    await (await opened).body?.cancel();
    await meter.advance(4000);
    await expectIdle();
  });

  it("when it has refused a request", async () => {
    expect((await askShard(PROMPT, { onlyIfCached: true })).kind).toBe("failed");
    expect((await askShard(PROMPT, { mayCallUpstream: false })).kind).toBe("failed");
    await expectIdle();
  });

  it.each([
    ["with an error", () => Promise.resolve(errorAnswer(503))],
    ["with a broken connection", () => Promise.reject(new Error("connection refused"))],
    ["with something that is no answer", () => Promise.resolve(new Response("<html>"))],
  ])("when the provider has replied %s", async (_how, provider) => {
    meter.provider = provider;
    expect((await askShard(PROMPT)).kind).toBe("failed");
    await expectIdle();
  });

  it("when the provider has not replied before the deadline", async () => {
    meter.provider = (init) => new Promise((_resolve, fail) => init.signal?.addEventListener("abort", () => fail(new Error("aborted"))));
    const asked = askShard(PROMPT);
    await meter.untilCalls("CACHE_SHARD", 1);
    expect(meter.pending()).not.toEqual([]);
    await meter.advance(FIRST_BYTE_TIMEOUT_MS);
    expect(await asked).toMatchObject({ kind: "failed", error: { kind: "upstream_timeout" } });
    await expectIdle();
  });

  it("when another shard has not replied to a similarity search before the deadline", async () => {
    await cluster.warmUp();
    cluster.instead = (binding, name) =>
      binding === "CACHE_SHARD" && name === "shard-5" ? { searchSimilar: () => new Promise(() => undefined) } : null;
    const asked = askShard(PROMPT, { text: PROMPT, withheld: "" });
    await meter.untilCalls("CACHE_SHARD", 1);
    await meter.advance(SEARCH_DEADLINE_MS);
    expect((await asked).kind).toBe("whole");
    await expectIdle();
  });

  it.each([
    ["a purge of everything", purgeOf("all")],
    ["a hard purge of a model", purgeOf("model", "test-model", { hard: true })],
    ["a purge of a tenant", purgeOf("tenant", "default")],
    ["a dry run", purgeOf("model", "test-model", { dryRun: true })],
  ])("when it has carried out %s", async (_what, purge) => {
    for (let at = 0; at < 5; at++) await askShard(`${PROMPT} ${at}`, { tenant: "default" });
    expect((await cluster.shard(0).purge(purge)).purged).toBe(5);
    await expectIdle();
  });

  it("when it has taken the last report of an isolate, and has been asked for its figures", async () => {
    await askShard(PROMPT);
    await cluster.shard(0).report({ tenant: "acme", memoryHits: 1, bypasses: 0, tokensSaved: 1, hitLatency: [1], missLatency: [] });
    await cluster.shard(0).stats(null);
    await cluster.shard(0).detail();
    await expectIdle();
  });
});

describe("after its last request, an idle limiter has nothing pending but its alarm", () => {
  it("when it has granted and refused leases, taken one back and told its state", async () => {
    const limiter = cluster.limiter("ann");
    expect((await limiter.lease(lease("a", { want: 4, expected: 4 }))).granted).toBe(4);
    expect((await limiter.lease(lease("b", { want: 4 }))).granted).toBe(1);
    expect((await limiter.lease(lease("c"))).granted).toBe(0);
    await limiter.release({ leaseId: "a", unused: 1 });
    expect(await limiter.status()).not.toBeNull();
    await expectIdle();
  });

  it("when its alarm has deleted the bucket", async () => {
    await cluster.limiter("ann").lease(lease("a"));
    await meter.advance(4 * 24 * 3_600_000);
    expect(await cluster.limiter("ann").status()).toBeNull();
    await expectIdle();
  });
});

describe("the meter", () => {
  it("sees a timer, a call and deferred work that an object leaves behind", async () => {
    meter.provider = () => {
      setTimeout(() => undefined, QUIET_MS);
      return Promise.resolve(errorAnswer(500));
    };
    await askShard(PROMPT);
    await meter.settle();
    expect(meter.pending()).toEqual([expect.stringMatching(/: timer$/)]);
    meter.take();
    await meter.advance(2 * QUIET_MS);
    expect(meter.take().usage.objectSeconds).toBe(QUIET_MS / 1000);
  });
});
