import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readJsonContent, readStream } from "../../support/chat-client.ts";
import { outcomeOf, startTestCluster, sumOf } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";

const TOKEN_ACME = { authorization: "Bearer acme-key-one" };
const TOKEN_GLOBEX = { authorization: "Bearer globex-key-one" };
let cluster: TestCluster;
let gate: Promise<undefined> | null = null;

beforeAll(async () => {
  cluster = await startTestCluster({
    // L0 keeps answers for an hour here, so the purge must clear the memory of the isolate that handles it.
    vars: { AUTH: "open", API_KEYS: "acme:acme-key-one globex:globex-key-one", SHARD_COUNT: "4", L0_TTL_SECONDS: "3600" },
    script: (call, index) => ({
      kind: "answer",
      text: `answer ${index} to ${call.prompt}`,
      beforeChunk: async (chunk) => {
        if (chunk === 2) await gate;
      },
    }),
  });
});
afterAll(() => cluster[Symbol.asyncDispose]());
beforeEach(async () => {
  gate = null;
  await cluster.admin("POST", "/admin/purge", { all: true, mode: "hard" });
});

async function purge(body: object): Promise<unknown> {
  const response = await cluster.admin("POST", "/admin/purge", body);
  expect(response.status).toBe(200);
  return response.json();
}

async function outcome(prompt: string, headers: Readonly<Record<string, string>> = {}, more: object = {}): Promise<string> {
  const response = await cluster.ask(prompt, more, headers);
  await response.text();
  return outcomeOf(response);
}

async function entryKey(prompt: string): Promise<string> {
  return (await cluster.ask(prompt, {}, { "cache-control": "only-if-cached" })).headers.get("refrain-entry") ?? "";
}

/** Stores six entries that differ in everything that a purge can select. */
async function seed(): Promise<void> {
  await outcome("a", { "refrain-cache-tags": "red" });
  await outcome("b", { "refrain-cache-tags": "red,blue" });
  await outcome("c", {}, { model: "model-two" });
  await outcome("d", TOKEN_ACME);
  await outcome("d", TOKEN_GLOBEX);
  await outcome("e", {}, { temperature: 1 });
}

describe("a purge", () => {
  test.each<[string, () => object | Promise<object>, number, readonly string[]]>([
    ["everything", () => ({ all: true }), 6, ["a", "b", "c", "d", "d", "e"]],
    ["a tag", () => ({ tag: "red" }), 2, ["a", "b"]],
    ["another tag", () => ({ tag: "blue" }), 1, ["b"]],
    ["a tag nobody has", () => ({ tag: "green" }), 0, []],
    ["a model", () => ({ model: "model-two" }), 1, ["c"]],
    ["a tenant", () => ({ tenant: "acme" }), 1, ["d"]],
    ["a key", async () => ({ key: await entryKey("a") }), 1, ["a"]],
    ["a request", () => ({ request: { messages: [{ content: "b", role: "user" }], stream: true, model: "test-model" } }), 1, ["b"]],
    [
      "a tenant's request",
      () => ({ request: { model: "test-model", messages: [{ role: "user", content: "d" }] }, requestTenant: "globex" }),
      1,
      ["d"],
    ],
    ["what is older than now", () => ({ olderThanSeconds: 0 }), 6, ["a", "b", "c", "d", "d", "e"]],
    ["what is older than an hour", () => ({ olderThanSeconds: 3600 }), 0, []],
  ])("of %s covers exactly those entries, and its dry run counts them without purging", async (_name, body, purged, prompts) => {
    await seed();
    const wanted = await body();
    expect(await purge({ ...wanted, dryRun: true })).toEqual({ dryRun: true, matched: purged });
    expect(await purge({ all: true, dryRun: true })).toEqual({ dryRun: true, matched: 6 });
    expect(await purge(wanted)).toEqual({ purged });
    expect(await purge({ all: true, dryRun: true })).toEqual({ dryRun: true, matched: 6 - purged });
    const now = [
      await outcome("a"),
      await outcome("b"),
      await outcome("c", {}, { model: "model-two" }),
      await outcome("d", TOKEN_ACME),
      await outcome("d", TOKEN_GLOBEX),
      await outcome("e", {}, { temperature: 1 }),
    ];
    expect(now.filter((seen) => seen === "MISS")).toHaveLength(prompts.length);
    expect(now.filter((seen) => seen === "HIT")).toHaveLength(6 - prompts.length);
  });

  test("of a scope covers all requests that differ only in the final user text", async () => {
    await seed();
    const detail = await (await cluster.admin("GET", `/admin/entries/${await entryKey("a")}`)).json<{ scope: string }>();
    expect(await purge({ scope: detail.scope })).toEqual({ purged: 2 });
    expect([await outcome("e", {}, { temperature: 1 }), await outcome("a")]).toEqual(["HIT", "MISS"]);
  });

  test("in hard mode frees the entries and still raises the sequence", async () => {
    await seed();
    const before = await cluster.shards();
    expect(await purge({ all: true, mode: "hard" })).toEqual({ purged: 6 });
    const after = await cluster.shards();
    expect(sumOf(after, "entries")).toBe(0);
    expect(sumOf(after, "bytes")).toBe(0);
    expect(after.map(({ sequence }) => sequence)).toEqual(before.map(({ sequence }) => sequence + 1));
  });

  test("of one shard does not affect the others", async () => {
    await seed();
    const before = await cluster.shards();
    const victim = before.find(({ entries }) => entries > 0);
    const reply = await cluster.admin("DELETE", `/admin/shards/${victim?.shard ?? 0}`);
    expect(await reply.json()).toEqual({ shard: victim?.shard, sequence: (victim?.sequence ?? 0) + 1, purged: victim?.entries });
    expect(sumOf(await cluster.shards(), "entries")).toBe(6 - (victim?.entries ?? 0));
    const hard = await cluster.admin("DELETE", `/admin/shards/${victim?.shard ?? 0}?mode=hard`);
    expect(await hard.json()).toMatchObject({ purged: 0 });
  });

  test("of one entry by its key removes it, and a second purge is a 404", async () => {
    await outcome("one");
    const path = `/admin/entries/${await entryKey("one")}`;
    expect((await cluster.admin("GET", path)).status).toBe(200);
    expect((await cluster.admin("DELETE", path)).status).toBe(200);
    expect((await cluster.admin("DELETE", path)).status).toBe(404);
    expect((await cluster.admin("GET", path)).status).toBe(404);
    expect(await outcome("one")).toBe("MISS");
  });
});

describe("a purge while an answer is in flight", () => {
  test.each<[string, (key: string) => object, boolean]>([
    ["everything", () => ({ all: true }), true],
    ["everything, hard", () => ({ all: true, mode: "hard" }), true],
    ["its tag", () => ({ tag: "live" }), true],
    ["the tag of a follower", () => ({ tag: "joined" }), true],
    ["its model", () => ({ model: "test-model" }), true],
    ["its tenant", () => ({ tenant: "default" }), true],
    ["its request", () => ({ request: { model: "test-model", messages: [{ role: "user", content: "live" }] } }), true],
    ["another tag", () => ({ tag: "other" }), false],
    ["another tenant", () => ({ tenant: "acme" }), false],
  ])("of %s does not interrupt its clients, and keeps the answer out of the store if it covers it", async (_name, body, covered) => {
    const opened = Promise.withResolvers<undefined>();
    gate = opened.promise;
    const leader = await cluster.ask("live", { stream: true }, { "refrain-cache-tags": "live" });
    const follower = cluster.ask("live", {}, { "refrain-cache-tags": "joined" });
    await cluster.settle((shards) => sumOf(shards, "subscribers") === 2);
    await purge(body(""));
    opened.resolve(undefined);
    const streamed = await readStream(leader);
    expect(streamed).toMatchObject({ done: true, error: null, finishReason: "stop" });
    expect(await readJsonContent(await follower)).toBe(streamed.content);
    expect(await outcome("live")).toBe(covered ? "MISS" : "HIT");
    expect(sumOf(await cluster.shards(), "fencedCommits") > 0 || !covered).toBe(true);
  });

  test("of its shard has the same effect", async () => {
    const opened = Promise.withResolvers<undefined>();
    gate = opened.promise;
    const only = await cluster.ask("live shard", { stream: true });
    const flying = (await cluster.shards()).find(({ flights }) => flights > 0);
    await cluster.admin("DELETE", `/admin/shards/${flying?.shard ?? 0}`);
    opened.resolve(undefined);
    expect((await readStream(only)).done).toBe(true);
    expect(await outcome("live shard")).toBe("MISS");
  });

  test("is not undone by requests that arrive after it", async () => {
    const opened = Promise.withResolvers<undefined>();
    gate = opened.promise;
    const before = await cluster.ask("fence", { stream: true });
    await purge({ all: true });
    const after = cluster.ask("fence", { stream: true });
    opened.resolve(undefined);
    const texts = await Promise.all([readStream(before), after.then((response) => readStream(response))]);
    expect(texts.every(({ done }) => done)).toBe(true);
    gate = null;
    const calls = cluster.upstream.callsFor("fence").length;
    const next = await outcome("fence");
    // A request after the purge either made its own call (stored) or shared the fenced one (not stored).
    expect([calls, next]).toEqual(calls === 2 ? [2, "HIT"] : [1, "MISS"]);
  });
});

describe("an invalid purge", () => {
  test.each<[string | null, unknown]>([
    [null, {}],
    [null, []],
    [null, "all"],
    ["tag", { all: true, tag: "x" }],
    ["all", { all: false }],
    ["tag", { tag: "" }],
    ["tag", { tag: 7 }],
    ["key", { key: "xyz" }],
    ["scope", { scope: "A".repeat(64) }],
    ["olderThanSeconds", { olderThanSeconds: -1 }],
    ["olderThanSeconds", { olderThanSeconds: "10" }],
    ["olderThanSeconds", { olderThanSeconds: null }],
    ["dryRun", { all: true, dryRun: "yes" }],
    ["mode", { all: true, mode: "harder" }],
    ["everything", { everything: true }],
    ["request.messages", { request: { model: "m" } }],
    ["request", { request: 7 }],
  ])("is a 400 that names the field %s: %j", async (field, body) => {
    await outcome("stays");
    const response = await cluster.admin("POST", "/admin/purge", body);
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const problem = await response.json<{ field?: string; status: number; title: string; detail: string; type: string }>();
    expect(problem.field ?? null).toBe(field);
    expect(problem).toMatchObject({ status: 400, type: expect.stringMatching(/^urn:refrain:problem:/) as string });
    expect(await outcome("stays")).toBe("HIT");
  });
});
