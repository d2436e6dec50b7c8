import { describe, expect, it } from "vitest";
import { chatBody, Front, jsonOf } from "../../support/shard-front.ts";

const KEY = "a".repeat(64);

describe("POST /admin/purge", () => {
  it.each([
    [{ all: true }, { kind: "all", value: "" }],
    [{ key: KEY }, { kind: "key", value: KEY }],
    [{ tag: "docs" }, { kind: "tag", value: "docs" }],
    [{ model: "m" }, { kind: "model", value: "m" }],
    [{ tenant: "acme" }, { kind: "tenant", value: "acme" }],
    [{ scope: KEY }, { kind: "scope", value: KEY }],
  ])("%j is sent to every shard, once", async (body, selector) => {
    const front = new Front();
    const answer = await front.purge(body);
    expect([answer.status, jsonOf(answer)]).toEqual([200, { purged: 4 }]);
    expect(front.cluster.purged.map(({ shard }) => shard).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect(front.cluster.purged[0]).toMatchObject({ ...selector, hard: false, dryRun: false });
  });

  it("by age converts seconds into a point in time", async () => {
    const front = new Front();
    const before = Date.now();
    await front.purge({ olderThanSeconds: 60, mode: "hard" });
    expect(front.cluster.purged[0]).toMatchObject({ kind: "created_before", hard: true });
    expect(Math.abs(Number(front.cluster.purged[0]?.value) - (before - 60_000))).toBeLessThan(2000);
  });

  it("by request body purges the key of that request on every shard", async () => {
    const front = new Front();
    await front.chat(chatBody("hi", { temperature: 0.7, stream: true, user: "ann" }));
    const asked = front.cluster.asked[0];
    await front.purge({ request: chatBody("hi", { temperature: 0.700001 }) });
    expect(front.cluster.purged.map(({ kind, value, shard }) => [kind, value, shard])).toEqual(
      [0, 1, 2, 3].map((shard) => ["key", asked?.key, shard]),
    );
    await front.chat(chatBody("hi"), { "refrain-cache-key": "menu", "refrain-user": "ann", "refrain-partition": "user" });
    await front.purge({ request: chatBody("whatever"), requestKey: "menu", requestUser: "ann" });
    expect(front.cluster.purged.at(-1)?.value).toBe(front.cluster.asked[1]?.key);
    await front.purge({ request: chatBody("hi"), requestTenant: "acme" });
    expect(front.cluster.purged.at(-1)?.value).not.toBe(asked?.key);
  });

  it.each([
    [{}, null],
    [{ all: false }, "all"],
    [{ all: true, tag: "x" }, "tag"],
    [{ colour: "red" }, "colour"],
    [{ all: true, force: true }, "force"],
    [{ key: "abc" }, "key"],
    [{ key: 7 }, "key"],
    [{ tag: "" }, "tag"],
    [{ scope: KEY.toUpperCase() }, "scope"],
    [{ olderThanSeconds: -1 }, "olderThanSeconds"],
    [{ olderThanSeconds: "60" }, "olderThanSeconds"],
    [{ olderThanSeconds: 1e12 }, "olderThanSeconds"],
    [{ all: true, dryRun: "yes" }, "dryRun"],
    [{ all: true, mode: "gentle" }, "mode"],
    [{ request: 5 }, "request"],
    [{ request: { model: "m" } }, "request.messages"],
    [{ request: { messages: [{ role: "user", content: "x" }] }, requestUser: "" }, "requestUser"],
  ] as const)("%j is a 400 that names the field, and purges nothing", async (body, field) => {
    const front = new Front();
    const answer = await front.purge(body);
    expect(answer.status).toBe(400);
    expect(jsonOf(answer).field ?? null).toBe(field);
    expect(front.cluster.purged).toHaveLength(0);
  });

  it.each(["[]", "null", "{", '"all"'])("a body of %s is a 400", async (body) => {
    expect((await new Front().admin("/admin/purge", { method: "POST", body })).status).toBe(400);
  });

  it("lists the shards that it could not reach, and returns 503", async () => {
    const front = new Front();
    front.cluster.dead.add(1).add(3);
    const answer = await front.purge({ all: true });
    expect([answer.status, jsonOf(answer)]).toEqual([503, { purged: 2, failedShards: [1, 3] }]);
    expect(answer.headers.get("retry-after")).toBe("1");
  });

  it("also reaches shards that SHARD_COUNT no longer includes, and counts their entries", async () => {
    const front = new Front();
    front.cluster.knownShards = 7;
    front.cluster.dead.add(5);
    const answer = await front.purge({ tag: "docs" });
    expect([answer.status, jsonOf(answer)]).toEqual([503, { purged: 6, failedShards: [5] }]);
    front.cluster.dead.clear();
    expect(jsonOf(await front.purge({ all: true, dryRun: true }))).toEqual({ dryRun: true, matched: 7 });
  });

  it("returns 503 while the shard that keeps the registry cannot be reached", async () => {
    const front = new Front();
    front.cluster.dead.add(0);
    expect((await front.purge({ all: true })).status).toBe(503);
  });
});

describe("/admin/shards", () => {
  it("lists every shard", async () => {
    const { shards } = jsonOf(await new Front().admin("/admin/shards"));
    expect(shards).toHaveLength(4);
    expect(shards).toMatchObject([{ shard: 0, entries: 2, bytes: 10, sequence: 3, hits: 1, misses: 1, flights: 0 }, {}, {}, {}]);
  });

  it("reports which shards could not be reached", async () => {
    const front = new Front();
    front.cluster.dead.add(2);
    const answer = await front.admin("/admin/shards");
    expect([answer.status, jsonOf(answer).failedShards]).toEqual([503, [2]]);
    for (const method of ["GET", "DELETE"]) {
      const one = await front.admin("/admin/shards/2", { method });
      expect([one.status, one.headers.get("retry-after"), one.headers.get("content-type")]).toEqual([503, "1", "application/problem+json"]);
      expect(jsonOf(one)).toMatchObject({ type: "urn:refrain:problem:shard_unreachable", detail: "Shard 2 could not be reached." });
    }
  });

  it("shows the details of one shard", async () => {
    expect(jsonOf(await new Front().admin("/admin/shards/3"))).toMatchObject({ shard: 3, residentEntries: 2 });
  });

  it("purges one shard, softly by default", async () => {
    const front = new Front();
    expect(jsonOf(await front.admin("/admin/shards/1", { method: "DELETE" }))).toEqual({ shard: 1, sequence: 4, purged: 1 });
    await front.admin("/admin/shards/1?mode=hard", { method: "DELETE" });
    expect(front.cluster.purged).toMatchObject([
      { shard: 1, kind: "all", hard: false },
      { shard: 1, kind: "all", hard: true },
    ]);
  });

  it.each([
    ["GET", "/admin/shards/4", 404],
    ["GET", "/admin/shards/999999", 404],
    ["DELETE", "/admin/shards/4", 404],
    ["GET", "/admin/shards/-1", 400],
    ["GET", "/admin/shards/one", 400],
    ["GET", "/admin/shards/1.5", 400],
    ["GET", "/admin/shards/0x1", 400],
    ["GET", "/admin/shards/%E0%A4%A", 400],
    ["DELETE", "/admin/shards/1?mode=rough", 400],
    ["DELETE", "/admin/shards/1?force=1", 400],
    ["POST", "/admin/shards/1", 405],
  ] as const)("%s %s is %i", async (method, path, status) => {
    const front = new Front();
    expect((await front.admin(path, { method, ...(method === "POST" ? { body: "{}" } : {}) })).status).toBe(status);
    expect(front.cluster.purged).toHaveLength(0);
  });
});

describe("/admin/entries", () => {
  it("finds an entry in whichever shard holds it", async () => {
    const front = new Front();
    expect(jsonOf(await front.admin(`/admin/entries/${KEY}`))).toMatchObject({ key: KEY, shard: 2, createdAt: "1970-01-01T00:00:00.000Z" });
    expect((await front.admin(`/admin/entries/${"b".repeat(64)}`)).status).toBe(404);
    expect((await front.admin("/admin/entries/xyz")).status).toBe(400);
  });

  it("does not report that an entry is missing while a shard cannot be reached", async () => {
    const front = new Front();
    front.cluster.dead.add(2);
    expect((await front.admin(`/admin/entries/${KEY}`)).status).toBe(503);
  });

  it("removes an entry from every shard", async () => {
    const front = new Front();
    expect((await front.admin(`/admin/entries/${KEY}`, { method: "DELETE" })).status).toBe(200);
    expect(front.cluster.purged.map(({ kind, value, shard }) => [kind, value, shard])).toEqual(
      [0, 1, 2, 3].map((shard) => ["key", KEY, shard]),
    );
  });
});

describe("GET /stats", () => {
  it("sums up the shards, and the outcomes add up to the number of requests", async () => {
    const stats = jsonOf(await new Front().fetch("/stats"));
    expect(stats).toMatchObject({
      requests: 36,
      hits: 8,
      semantic: 4,
      coalesced: 4,
      stale: 4,
      misses: 8,
      bypasses: 4,
      errors: 4,
      hitRate: 20 / 36,
      entries: 8,
      bytes: 40,
      evictions: 4,
      spills: 4,
      promotions: 4,
      since: new Date(1000).toISOString(),
    });
    const { requests, hits, semantic, coalesced, stale, misses, bypasses, errors } = stats as Record<string, number>;
    expect((hits ?? 0) + (semantic ?? 0) + (coalesced ?? 0) + (stale ?? 0) + (misses ?? 0) + (bypasses ?? 0) + (errors ?? 0)).toBe(
      requests,
    );
    expect(stats.latency).toMatchObject({ hit: { p50: expect.any(Number) as number }, miss: { p99: expect.any(Number) as number } });
  });

  it("reports which shards are missing from the sum", async () => {
    const front = new Front();
    front.cluster.dead.add(0);
    const answer = await front.fetch("/stats");
    expect([answer.status, jsonOf(answer)]).toMatchObject([503, { requests: 27, failedShards: [0] }]);
    expect(answer.headers.get("retry-after")).toBe("1");
  });

  it("shows tenants their own figures and the admin all figures", async () => {
    const front = new Front({ AUTH: "keys", API_KEYS: "acme:key-of-acme-1" });
    const own = jsonOf(await front.fetch("/stats", { headers: { authorization: "Bearer key-of-acme-1" } }));
    const all = jsonOf(await front.admin("/stats"));
    expect([own.tokensSaved, all.tokensSaved]).toEqual([20, 40]);
  });

  it.each([
    ["a client key", { AUTH: "keys", API_KEYS: "stats-tenant:key-of-stats-tenant" }],
    ["anyone while AUTH is open", { AUTH: "open" }],
  ])("costs %s one request of the rate limit, and the admin none", async (_who, vars) => {
    const limits = { RATE_LIMIT_REQUESTS: "1", RATE_LIMIT_WINDOW_SECONDS: "86400", RATE_LIMIT_BURST: "2" };
    const front = new Front({ ...vars, ...limits });
    const headers = { authorization: "Bearer key-of-stats-tenant", "cf-connecting-ip": "198.51.100.77" };
    const statuses: number[] = [];
    for (let request = 0; request < 3; request++) statuses.push((await front.fetch("/stats", { headers })).status);
    const denied = await front.fetch("/stats", { headers });
    expect(statuses).toEqual([200, 200, 429]);
    expect(jsonOf(denied)).toMatchObject({
      error: { code: "rate_limit_exceeded", message: expect.stringContaining("Rate limit") as string },
    });
    expect(Number(denied.headers.get("retry-after"))).toBeGreaterThan(80_000);
    for (let request = 0; request < 3; request++) expect((await front.admin("/stats")).status).toBe(200);
  });
});

describe("GET /v1/models", () => {
  it("lists the models of the configured providers, in OpenAI's format", async () => {
    const front = new Front({ DEFAULT_MODEL: "house-model" });
    const list = jsonOf(await front.fetch("/v1/models")) as { readonly object: string; readonly data: readonly { readonly id: string }[] };
    expect(list.object).toBe("list");
    expect(list.data.map(({ id }) => id)).toEqual(expect.arrayContaining(["house-model", "openai/house-model", "demo/demo"]));
    expect((await front.fetch("/v1/models/demo/demo")).status).toBe(200);
    expect((await front.fetch("/v1/models/demo%2Fdemo")).status).toBe(200);
    const unknown = await front.fetch("/v1/models/nothing");
    expect([unknown.status, jsonOf(unknown)]).toMatchObject([404, { error: { code: "model_not_found" } }]);
  });
});
