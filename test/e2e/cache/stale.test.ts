import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outcomeOf, startTestCluster, sumOf } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";
import type { UpstreamPlan } from "../../support/start-upstream.ts";

/** A little longer than the shortest TTL of one second. The slow upstream serves as the clock of these tests. */
const PAST_ONE_SECOND_MS = 1100;
const ONE_SECOND = { "refrain-cache-ttl": "1" };

let failing = false;
let gate: Promise<undefined> | null = null;

function plan(prompt: string, index: number): UpstreamPlan {
  if (prompt.startsWith("wait")) return { kind: "answer", text: prompt, firstByteDelayMs: PAST_ONE_SECOND_MS };
  if (failing) return { kind: "status", status: 503 };
  return {
    kind: "answer",
    text: `answer ${index}`,
    beforeChunk: async () => {
      await gate;
    },
  };
}

async function outcomes(
  cluster: TestCluster,
  prompt: string,
  ...requests: readonly Readonly<Record<string, string>>[]
): Promise<readonly string[]> {
  const seen: string[] = [];
  for (const headers of requests) {
    const response = await cluster.ask(prompt, {}, headers);
    await response.text();
    seen.push(outcomeOf(response));
  }
  return seen;
}

describe("an expired answer", () => {
  let kept: TestCluster;
  let refreshed: TestCluster;

  beforeAll(async () => {
    const script = (call: { readonly prompt: string }, index: number): UpstreamPlan => plan(call.prompt, index);
    [kept, refreshed] = await Promise.all([
      startTestCluster({ script, vars: { STALE_IF_ERROR_SECONDS: "600" } }),
      startTestCluster({ script, vars: { STALE_WHILE_REVALIDATE_SECONDS: "600", STALE_IF_ERROR_SECONDS: "600" } }),
    ]);
    await Promise.all(["a", "b", "c", "d"].map((prompt) => outcomes(kept, prompt, ONE_SECOND)));
    await outcomes(refreshed, "swr", ONE_SECOND);
    await outcomes(kept, "wait", {});
  });
  afterAll(async () => {
    await Promise.all([kept[Symbol.asyncDispose](), refreshed[Symbol.asyncDispose]()]);
  });

  test("is requested again while the provider works", async () => {
    expect(await outcomes(kept, "a", {}, {})).toEqual(["MISS", "HIT"]);
  });

  test("is served with its age when the provider fails, as JSON and as a stream", async () => {
    failing = true;
    const stale = await kept.ask("b");
    const stream = await kept.ask("b", { stream: true });
    failing = false;
    expect([outcomeOf(stale), outcomeOf(stream)]).toEqual(["STALE", "STALE"]);
    expect(Number(stale.headers.get("age"))).toBeGreaterThanOrEqual(1);
    expect(stale.headers.get("cache-status")).toMatch(/^refrain; hit; ttl=-\d+$/);
    expect(await stream.text()).toContain("[DONE]");
    expect(await outcomes(kept, "b", {}, {})).toEqual(["MISS", "HIT"]);
  });

  test("is served to a caller that sends max-stale, without a call", async () => {
    const calls = kept.upstream.calls.length;
    expect(await outcomes(kept, "c", { "cache-control": "max-stale" }, { "cache-control": "max-stale=600, only-if-cached" })).toEqual([
      "STALE",
      "STALE",
    ]);
    expect((await kept.ask("c", {}, { "cache-control": "only-if-cached" })).status).toBe(504);
    expect(kept.upstream.calls.length).toBe(calls);
  });

  test("is not served to a caller that requires a fresh answer, even when the provider fails", async () => {
    failing = true;
    const refused = await kept.ask("d", {}, { "cache-control": "max-age=0" });
    failing = false;
    expect(refused.status).toBe(503);
  });

  test("is served at once to all callers while a single call refreshes it", async () => {
    const opened = Promise.withResolvers<undefined>();
    gate = opened.promise;
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => refreshed.ask("swr", index % 2 === 0 ? { stream: true } : {})),
    );
    expect(answers.map(outcomeOf)).toEqual(answers.map(() => "STALE"));
    opened.resolve(undefined);
    gate = null;
    await Promise.all(answers.map((answer) => answer.text()));
    await refreshed.settle((shards) => sumOf(shards, "flights") === 0);
    expect(refreshed.upstream.callsFor("swr")).toHaveLength(2);
    expect(await outcomes(refreshed, "swr", {})).toEqual(["HIT"]);
  });
});
