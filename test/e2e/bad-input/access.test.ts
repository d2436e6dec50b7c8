import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postChat, userPrompt } from "../../support/chat-client.ts";
import { startTestCluster } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";
import { openRaw } from "../../support/raw-client.ts";
import { startRefusedServer } from "../../support/start-server.ts";

const KEY = { authorization: "Bearer acme-key-one" };
/** All tests share one address, and 20 failed authentications block it. So the failures are spread over two servers. */
let cluster: TestCluster;
let administered: TestCluster;

beforeAll(async () => {
  const vars = { AUTH: "keys", API_KEYS: "acme:acme-key-one" };
  [cluster, administered] = await Promise.all([startTestCluster({ vars }), startTestCluster({ vars })]);
});
afterAll(async () => {
  await Promise.all([cluster[Symbol.asyncDispose](), administered[Symbol.asyncDispose]()]);
});

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
}

describe("a client without a valid key", () => {
  test.each<[string, Record<string, string>]>([
    ["no key", {}],
    ["an empty key", { authorization: "Bearer " }],
    ["a wrong key", { authorization: "Bearer wrong-key-one" }],
    ["the start of a key", { authorization: "Bearer acme-key-on" }],
    ["the digest of a key", { authorization: `Bearer ${"0".repeat(64)}` }],
    ["another scheme", { authorization: "Basic YWNtZTphY21lLWtleS1vbmU=" }],
    ["two keys", { authorization: "Bearer acme-key-one acme-key-one" }],
  ])("(%s) gets a 401 and no answer", async (_name, headers) => {
    const response = await postChat(cluster.url, userPrompt("secret"), headers);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer/);
    expect(await response.json()).toMatchObject({ error: { type: "authentication_error", code: "invalid_api_key" } });
    expect(cluster.upstream.callsFor("secret")).toHaveLength(0);
  });

  test("gets the 401 in the error format of each route, before the body is read", async () => {
    const chat = await fetch(`${cluster.url}/chat`, { method: "POST", body: "{" });
    expect(chat.status).toBe(401);
    expect(await chat.json()).toMatchObject({ success: false, error: { code: "invalid_api_key" } });
    expect((await fetch(`${cluster.url}/v1/models`)).status).toBe(401);
    expect((await fetch(`${cluster.url}/stats`)).status).toBe(401);
    expect((await fetch(`${cluster.url}/health`)).status).toBe(200);
  });

  test("does not include one that writes `bearer` in lower case", async () => {
    expect((await postChat(cluster.url, userPrompt("case"), { authorization: "bearer   acme-key-one" })).status).toBe(200);
  });
});

describe("an admin route", () => {
  test.each(["/admin/shards", "/admin/shards/0", "/admin/entries/abc", "/admin/nothing", "/admin"])(
    "%s is a 401 without the token",
    async (path) => {
      for (const headers of [{}, KEY, { authorization: "Bearer x" }]) {
        const response = await fetch(`${administered.url}${path}`, { headers });
        expect(response.status).toBe(401);
        expect(response.headers.get("content-type")).toBe("application/problem+json");
        expect(await response.json<Problem>()).toMatchObject({
          status: response.status,
          requestId: response.headers.get("refrain-request-id"),
        });
      }
    },
  );

  test("has a token that is not accepted as a client key", async () => {
    const response = await postChat(administered.url, userPrompt("admin"), { authorization: `Bearer ${administered.server.adminToken}` });
    expect(response.status).toBe(401);
  });

  test.each<[string, string, number]>([
    ["GET", "/admin/shards/99", 404],
    ["GET", "/admin/shards/-1", 400],
    ["GET", "/admin/shards/1e1", 400],
    ["GET", "/admin/shards/%00", 400],
    ["DELETE", "/admin/shards/8", 404],
    ["DELETE", "/admin/shards/0?mode=none", 400],
    ["DELETE", "/admin/shards/0?hard=true", 400],
    ["GET", `/admin/entries/${"0".repeat(64)}`, 404],
    ["DELETE", `/admin/entries/${"0".repeat(64)}`, 404],
    ["GET", "/admin/entries/xyz", 400],
    ["GET", `/admin/entries/${"Z".repeat(64)}`, 400],
    ["GET", "/admin/entries/%E0%A4%A", 400],
    ["PUT", "/admin/shards/0", 405],
    ["GET", "/admin/purge", 405],
    ["GET", "/admin/no-such-thing", 404],
  ])("%s %s is a %i with a problem that gives the reason", async (method, path, status) => {
    const response = await administered.admin(method, path);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const problem = await response.json<Problem>();
    expect(problem).toMatchObject({ status, type: expect.stringMatching(/^urn:refrain:problem:/) as string });
    expect(problem.detail.length).toBeGreaterThan(10);
  });

  test("refuses other origins even with the token", async () => {
    const authorization = `Bearer ${administered.server.adminToken}`;
    for (const origin of ["http://localhost:3000", "https://evil.example", "null"]) {
      const response = await fetch(`${administered.url}/admin/shards`, { headers: { authorization, origin } });
      expect(response.status).toBe(403);
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  test("gets no CORS permission in a preflight", async () => {
    const response = await fetch(`${cluster.url}/admin/shards/0`, {
      method: "OPTIONS",
      headers: { origin: "http://localhost:3000", "access-control-request-method": "DELETE" },
    });
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("blocks an address that guesses its token", async () => {
    await using guessed = await startTestCluster();
    const guess = (token: string): Promise<Response> =>
      fetch(`${guessed.url}/admin/shards`, { headers: { authorization: `Bearer ${token}` } });
    const statuses: number[] = [];
    for (let tried = 0; tried < 25; tried++) statuses.push((await guess(`guess-${tried}`)).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
    const slowed = await guess(guessed.server.adminToken);
    expect(slowed.status).toBe(429);
    expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("a browser", () => {
  test("may call from a page on a loopback origin, and the preflight allows it", async () => {
    const origin = "http://localhost:5173";
    const preflight = await fetch(`${cluster.url}/v1/chat/completions`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,refrain-user",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe(origin);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("refrain-user");
    const answer = await postChat(cluster.url, userPrompt("browser"), { ...KEY, origin });
    expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
    expect(answer.headers.get("vary")).toContain("Origin");
    expect(answer.headers.get("access-control-expose-headers")).toContain("refrain-cache");
    const refused = await postChat(cluster.url, userPrompt("browser"), { origin });
    expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, origin]);
  });

  test.each(["https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "null", "file://"])(
    "at %s may not read answers",
    async (origin) => {
      const preflight = await fetch(`${cluster.url}/v1/chat/completions`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
      expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
      const answer = await postChat(cluster.url, userPrompt("foreign"), { ...KEY, origin });
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    },
  );

  test("at another origin cannot make provider calls while AUTH is open", async () => {
    await using open = await startTestCluster({ vars: { AUTH: "open" } });
    const response = await fetch(`${open.url}/v1/chat/completions`, {
      method: "POST",
      headers: { origin: "https://evil.example", "content-type": "text/plain" },
      body: JSON.stringify(userPrompt("forged by a page")),
    });
    expect(response.status).toBe(403);
    expect(open.upstream.calls).toHaveLength(0);
  });

  test.each(["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "169.254.169.254"])(
    "whose page resolves to this machine by DNS rebinding (%s) is refused",
    async (host) => {
      for (const path of ["/v1/chat/completions", "/chat", "/admin/shards", "/health"]) {
        const client = await openRaw(cluster.url, { path, headers: { host, ...KEY }, body: JSON.stringify(userPrompt("rebound")) });
        await client.waitFor("\r\n\r\n");
        expect(client.received()).toMatch(/^HTTP\/1\.1 403/);
        client.close();
      }
    },
  );

  test.each(["localhost:1", "app.localhost", "127.8.9.1:80", "[::1]:9"])("may use the loopback name %s", async (host) => {
    const client = await openRaw(cluster.url, { method: "GET", path: "/health", headers: { host } });
    await client.waitFor("\r\n\r\n");
    expect(client.received()).toMatch(/^HTTP\/1\.1 200/);
    client.close();
  });
});

describe("an invalid configuration", () => {
  test.each<[string, string]>([
    ["SHARD_COUNT", "many"],
    ["SHARD_COUNT", "NaN"],
    ["CACHE_TTL_SECONDS", "-1"],
    ["RATE_LIMIT_REQUESTS", "1e3"],
    ["RATE_LIMIT_BURST", "Infinity"],
    ["MAX_BODY_BYTES", "0x10"],
    ["AUTH", "maybe"],
    ["ADMIN_TOKEN", "short"],
    ["API_KEYS", "no-colon"],
    ["ALLOWED_ORIGINS", "example.com"],
    ["OPENAI_BASE_URL", "ftp://x"],
    ["DEFAULT_PROVIDER", "nobody"],
  ])("is refused at the start with the name of %s=%s and without quoting secrets", async (name, value) => {
    const dataDir = await mkdtemp(join(tmpdir(), "refrain-config-"));
    const refused = await startRefusedServer({ dataDir, vars: { [name]: value } });
    await rm(dataDir, { recursive: true, force: true });
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(name);
    // Other values are not secret and may be quoted.
    expect(["ADMIN_TOKEN", "API_KEYS"].includes(name) && refused.output.includes(value)).toBe(false);
  });
});
