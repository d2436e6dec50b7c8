import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outcomeOf, startTestCluster, sumOf } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster({ vars: { L0_TTL_SECONDS: "3600" } });
});
afterAll(() => cluster[Symbol.asyncDispose]());

type Headers = Readonly<Record<string, string>>;

/** Outcome of one request, or status, code and field of its error. */
async function outcome(prompt: string, headers: Headers = {}, more: object = {}): Promise<string> {
  const response = await cluster.ask(prompt, more, headers);
  const text = await response.text();
  if (response.ok) return outcomeOf(response);
  const body = JSON.parse(text) as { error: { code: string; param: string | null } }; // every error of this route has this shape
  return `${response.status} ${body.error.code} ${body.error.param ?? "-"}`;
}

/** Outcomes of requests sent one after the other. */
async function outcomes(prompt: string, ...requests: readonly Headers[]): Promise<readonly string[]> {
  const seen: string[] = [];
  for (const headers of requests) seen.push(await outcome(prompt, headers));
  return seen;
}

describe("Cache-Control of a request", () => {
  test("no-store neither reads, joins nor stores", async () => {
    expect(await outcomes("no-store", { "cache-control": "no-store" }, {}, { "cache-control": "no-store" }, {})).toEqual([
      "BYPASS",
      "MISS",
      "BYPASS",
      "HIT",
    ]);
    const response = await cluster.ask("no-store", {}, { "cache-control": "no-store" });
    expect(response.headers.get("cache-status")).toBe("refrain; fwd=bypass");
    expect(response.headers.get("refrain-entry")).toBeNull();
  });

  test("no-cache makes a new call, and its answer replaces the entry, in the isolate's memory too", async () => {
    expect(await outcomes("no-cache", {}, {}, {}, { "cache-control": "no-cache" })).toEqual(["MISS", "HIT", "HIT", "MISS"]);
    const newest = cluster.upstream.callsFor("no-cache").length;
    expect(newest).toBe(2);
    expect(await (await cluster.ask("no-cache")).text()).toContain(`Answer ${cluster.upstream.calls.length} to`);
  });

  test("max-age and min-fresh refuse answers that are too old or expire too soon", async () => {
    await outcome("ages", { "refrain-cache-ttl": "600" });
    expect(await outcomes("ages", { "cache-control": "max-age=600" }, { "cache-control": "min-fresh=300" })).toEqual(["HIT", "HIT"]);
    expect(await outcomes("ages", { "cache-control": "min-fresh=601" })).toEqual(["MISS"]);
    const refused = await cluster.ask("ages", {}, { "cache-control": "min-fresh=86401" });
    expect(refused.headers.get("cache-status")).toBe("refrain; fwd=request; stored");
  });

  test("max-stale and unknown directives do not affect a fresh hit", async () => {
    await outcome("lenient");
    const controls = ["max-stale", "max-stale=10", "no-transform", "stale-if-error=5", "private, x=y", "", 'max-age="60"'];
    expect(await outcomes("lenient", ...controls.map((control) => ({ "cache-control": control })))).toEqual(controls.map(() => "HIT"));
  });

  test("only-if-cached is a 504 when nothing is stored, and makes no call", async () => {
    const only = { "cache-control": "only-if-cached" };
    expect(await outcomes("only", only, {}, only)).toEqual(["504 not_cached -", "MISS", "HIT"]);
    expect(cluster.upstream.callsFor("only")).toHaveLength(1);
    expect(await outcome("only", { "cache-control": "only-if-cached, no-store" })).toMatch(/^504/);
    expect(await outcome("only", { "cache-control": "only-if-cached, no-cache" })).toMatch(/^504/);
    expect(cluster.upstream.callsFor("only")).toHaveLength(1);
  });
});

describe("refrain-cache-* of a request", () => {
  test("mode off bypasses the cache; exact uses it", async () => {
    const off = { "refrain-cache-mode": "off" };
    const exact = { "refrain-cache-mode": "exact" };
    expect(await outcomes("mode", off, exact, exact, off, { "refrain-cache-mode": "EXACT" })).toEqual([
      "BYPASS",
      "MISS",
      "HIT",
      "BYPASS",
      "HIT",
    ]);
  });

  test("ttl sets the TTL of the stored answer; 0 stores nothing but still reads", async () => {
    expect(await outcomes("ttl", { "refrain-cache-ttl": "0" }, {}, { "refrain-cache-ttl": "0" })).toEqual(["MISS", "MISS", "HIT"]);
    await outcome("ttl 1000", { "refrain-cache-ttl": "1000" });
    const hit = await cluster.ask("ttl 1000");
    const left = Number(/ttl=(\d+)$/.exec(hit.headers.get("cache-status") ?? "")?.[1]);
    expect(left).toBeGreaterThan(900);
    expect(left).toBeLessThanOrEqual(1000);
  });

  test("an answer with a short TTL expires and is requested again", async () => {
    expect(await outcome("short", { "refrain-cache-ttl": "1" })).toBe("MISS");
    // The slow upstream serves as the clock: its answer takes longer than the TTL of the other one.
    await using slow = await startTestCluster({
      vars: { STALE_IF_ERROR_SECONDS: "0" },
      script: (call) => ({ kind: "answer", text: call.prompt, firstByteDelayMs: call.prompt === "wait" ? 1100 : 0 }),
    });
    await (await slow.ask("short", {}, { "refrain-cache-ttl": "1" })).text();
    await (await slow.ask("wait")).text();
    expect(outcomeOf(await slow.ask("short"))).toBe("MISS");
    expect(slow.upstream.callsFor("short")).toHaveLength(2);
  });

  test("key replaces the final user text and nothing else", async () => {
    const key = { "refrain-cache-key": "question-7" };
    expect(await outcome("asked one way", key)).toBe("MISS");
    expect(await outcome("asked another way", key)).toBe("HIT");
    expect(await outcome("asked another way", { "cf-aig-cache-key": "question-7" })).toBe("HIT");
    expect(await outcome("asked another way", { "cf-aig-cache-key": "else", "refrain-cache-key": "question-7" })).toBe("HIT");
    expect(await outcome("asked another way", key, { temperature: 1 })).toBe("MISS");
    expect(await outcome("asked another way")).toBe("MISS");
    expect(await outcome("question-7")).toBe("MISS");
  });

  test("tags can be purged", async () => {
    await outcome("tagged", { "refrain-cache-tags": "alpha, team:blue , alpha" });
    const purge = await cluster.admin("POST", "/admin/purge", { tag: "team:blue", dryRun: true });
    expect(await purge.json()).toEqual({ dryRun: true, matched: 1 });
    const entry = await cluster.admin("GET", `/admin/entries/${(await cluster.ask("tagged")).headers.get("refrain-entry")}`);
    expect(await entry.json()).toMatchObject({ tags: ["alpha", "team:blue"], tenant: "default", model: "test-model", location: "shard" });
  });

  test("partition user separates a user's answers from other users' and the tenant's", async () => {
    const own = (user: string): Headers => ({ "refrain-partition": "user", "refrain-user": user });
    expect(
      await outcomes(
        "mine",
        own("ann"),
        own("ann"),
        own("bob"),
        {},
        own("ann"),
        { "refrain-user": "ann" },
        { "refrain-partition": "tenant" },
      ),
    ).toEqual(["MISS", "HIT", "MISS", "MISS", "HIT", "HIT", "HIT"]);
    expect(await outcome("mine", { "refrain-partition": "user" }, { user: "ann" })).toBe("HIT");
    expect(await outcome("mine", { "refrain-partition": "user" }, { user: "eve" })).toBe("MISS");
  });
});

describe("AI Gateway's header names", () => {
  test("mean the same as at AI Gateway, and Refrain's take precedence", async () => {
    expect(
      await outcomes("aig", { "cf-aig-skip-cache": "true" }, { "cf-aig-skip-cache": "false" }, { "cf-aig-skip-cache": "true" }),
    ).toEqual(["BYPASS", "MISS", "BYPASS"]);
    await outcome("aig ttl", { "cf-aig-cache-ttl": "777" });
    expect((await cluster.ask("aig ttl")).headers.get("cache-status")).toMatch(/ttl=77\d$/);
    await outcome("aig both", { "cf-aig-cache-ttl": "777", "refrain-cache-ttl": "99" });
    expect((await cluster.ask("aig both")).headers.get("cache-status")).toMatch(/ttl=9\d$/);
  });
});

describe("an invalid header", () => {
  test.each<[string, Headers]>([
    ["refrain-cache-ttl", { "refrain-cache-ttl": "-1" }],
    ["refrain-cache-ttl", { "refrain-cache-ttl": "NaN" }],
    ["refrain-cache-ttl", { "refrain-cache-ttl": "1.5" }],
    ["refrain-cache-ttl", { "refrain-cache-ttl": "31536001" }],
    ["refrain-cache-ttl", { "refrain-cache-ttl": "" }],
    ["cf-aig-cache-ttl", { "cf-aig-cache-ttl": "soon" }],
    ["refrain-cache-mode", { "refrain-cache-mode": "on" }],
    ["refrain-partition", { "refrain-partition": "world" }],
    ["refrain-cache-tags", { "refrain-cache-tags": "with space" }],
    ["refrain-cache-tags", { "refrain-cache-tags": Array.from({ length: 33 }, (_, index) => `t${index}`).join() }],
    ["refrain-cache-tags", { "refrain-cache-tags": "x".repeat(129) }],
    ["refrain-cache-key", { "refrain-cache-key": "k".repeat(1025) }],
    ["refrain-user", { "refrain-user": "u".repeat(257) }],
    ["cf-aig-skip-cache", { "cf-aig-skip-cache": "yes" }],
    ["cache-control", { "cache-control": "max-age=NaN" }],
    ["cache-control", { "cache-control": "max-age" }],
    ["cache-control", { "cache-control": "min-fresh=-1" }],
    ["cache-control", { "cache-control": "max-stale=x" }],
  ])("is a 400 that names %s: %j", async (field, headers) => {
    expect(await outcome("wrong header", headers)).toBe(`400 invalid_header ${field}`);
    expect(cluster.upstream.callsFor("wrong header")).toHaveLength(0);
  });
});

test("the counted entries are exactly those that a purge of everything matches", async () => {
  const shards = await cluster.shards();
  const purge = await cluster.admin("POST", "/admin/purge", { all: true, dryRun: true });
  expect(await purge.json()).toEqual({ dryRun: true, matched: sumOf(shards, "entries") });
});
