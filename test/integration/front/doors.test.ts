import { afterEach, describe, expect, it, vi } from "vitest";
import { ADMIN_TOKEN, chatBody, Front, jsonOf } from "../../support/shard-front.ts";

afterEach(() => vi.useRealTimers());

const KEYS = { AUTH: "keys", API_KEYS: "acme:key-of-acme-1 globex:key-of-globex" };

describe("clients", () => {
  it("need no key while AUTH is open, but a known key still selects its tenant", async () => {
    const front = new Front({ API_KEYS: KEYS.API_KEYS });
    await front.chat(chatBody("a"));
    await front.chat(chatBody("a"), { authorization: "Bearer key-of-acme-1" });
    await front.chat(chatBody("a"), { authorization: "Bearer somebody-elses-key", "cache-control": "no-cache" });
    expect(front.cluster.asked.map(({ tenant }) => tenant)).toEqual(["default", "acme", "default"]);
  });

  it("need a valid key with AUTH=keys, on every client route", async () => {
    const front = new Front(KEYS);
    for (const [path, method] of [
      ["/v1/chat/completions", "POST"],
      ["/chat", "POST"],
      ["/v1/models", "GET"],
      ["/v1/models/m", "GET"],
      ["/stats", "GET"],
      ["/v1/feedback", "POST"],
    ] as const) {
      const answer = await front.fetch(path, { method, ...(method === "POST" ? { body: "{}" } : {}) });
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.headers.get("www-authenticate") ?? "Bearer").toContain("Bearer");
    }
    expect((await front.chat(chatBody("a"), { authorization: "Bearer key-of-acme-1" })).status).toBe(200);
    expect((await front.chat(chatBody("a"), { authorization: "Basic key-of-acme-1" })).status).toBe(401);
    expect((await front.chat(chatBody("a"), { authorization: `Bearer ${ADMIN_TOKEN}` })).status).toBe(401);
    expect((await front.fetch("/health")).status).not.toBe(401);
  });

  it("are blocked for a while after too many wrong keys, and a correct key is then refused as well", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const front = new Front(KEYS);
    const from = (address: string, token: string): ReturnType<Front["chat"]> =>
      front.chat(chatBody("a"), { authorization: `Bearer ${token}`, "cf-connecting-ip": address });
    for (let guess = 0; guess < 20; guess++) expect((await from("192.0.2.1", `wrong-${guess}`)).status).toBe(401);
    const slowed = await from("192.0.2.1", "wrong");
    expect(slowed.status).toBe(429);
    expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await from("192.0.2.1", "key-of-acme-1")).status).toBe(429);
    expect((await from("192.0.2.2", "key-of-acme-1")).status).toBe(200);
    vi.setSystemTime(Date.now() + 61_000);
    expect((await from("192.0.2.1", "key-of-acme-1")).status).toBe(200);
  });
});

describe("admin routes", () => {
  it("need the admin token and refuse client keys", async () => {
    const front = new Front(KEYS);
    expect((await front.fetch("/admin/shards")).status).toBe(401);
    expect((await front.fetch("/admin/shards", { headers: { authorization: "Bearer key-of-acme-1" } })).status).toBe(401);
    expect((await front.admin("/admin/shards")).status).toBe(200);
    expect((await front.fetch("/admin/nothing")).status).toBe(401);
  });

  it("say that the admin token is missing or wrong, where to send it and which variable sets it", async () => {
    const front = new Front(KEYS);
    for (const headers of [{}, { authorization: "Bearer key-of-acme-1" }]) {
      const refused = await front.fetch("/admin/shards", { headers });
      expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="refrain"']);
      expect(jsonOf(refused)).toMatchObject({
        type: "urn:refrain:problem:invalid_admin_token",
        detail: expect.stringMatching(/Authorization.*ADMIN_TOKEN/) as string,
      });
    }
  });

  it("are disabled when no admin token is set", async () => {
    const front = new Front({ ADMIN_TOKEN: undefined });
    const refused = await front.admin("/admin/shards");
    expect(refused.status).toBe(403);
    expect(jsonOf(refused)).toMatchObject({ status: 403, type: expect.stringContaining("urn:refrain:problem:") as string });
  });

  it("refuse requests from pages of other origins, whatever token they send", async () => {
    const front = new Front({ ALLOWED_ORIGINS: "https://app.example" });
    expect((await front.admin("/admin/shards", { headers: { origin: "https://app.example" } })).status).toBe(403);
    const own = await front.admin("/admin/shards", { headers: { origin: "https://refrain.test" } });
    expect(own.status).toBe(200);
    expect(own.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("report errors as RFC 9457 problems", async () => {
    const answer = await new Front().admin("/admin/shards/99");
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const problem = jsonOf(answer);
    expect(problem).toMatchObject({ status: 404, title: expect.any(String) as string, detail: expect.stringContaining("99") as string });
    expect(problem.requestId).toBe(answer.headers.get("refrain-request-id"));
  });
});

describe("the server", () => {
  it("answers only requests for its own host names when it is local", async () => {
    const front = new Front({ LOCAL: "1", LISTEN_HOST: "127.0.0.1" });
    for (const host of ["127.0.0.1:8787", "localhost:8787", "[::1]:8787", "a.localhost"])
      expect((await front.fetch(`http://${host}/health`)).status).toBe(200);
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1"])
      expect((await front.fetch(`http://${host}/v1/models`)).status).toBe(403);
    const open = new Front({ LOCAL: "1", LISTEN_HOST: "0.0.0.0" });
    expect((await open.fetch("http://my-machine/v1/models")).status).toBe(200);
  });

  it("accepts requests from pages of allowed origins only, and exposes its headers to them", async () => {
    const front = new Front({ ALLOWED_ORIGINS: "https://app.example loopback" });
    const allowed = await front.chat(chatBody("a"), { origin: "https://app.example" });
    expect([allowed.status, allowed.headers.get("access-control-allow-origin"), allowed.headers.get("vary")]).toEqual([
      200,
      "https://app.example",
      "Origin",
    ]);
    expect(allowed.headers.get("access-control-expose-headers")).toContain("refrain-cache");
    expect((await front.chat(chatBody("a"), { origin: "http://localhost:3000" })).headers.get("access-control-allow-origin")).toBe(
      "http://localhost:3000",
    );
    const evil = await front.chat(chatBody("a"), { origin: "https://evil.example", "content-type": "text/plain" });
    expect([evil.status, evil.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    expect(
      (await new Front({ ALLOWED_ORIGINS: "*" }).chat(chatBody("a"), { origin: "https://any.example" })).headers.get(
        "access-control-allow-origin",
      ),
    ).toBe("https://any.example");
  });

  it("answers preflights for allowed origins, but never for admin routes", async () => {
    const front = new Front({ ALLOWED_ORIGINS: "https://app.example" });
    const ask = (path: string, origin: string): ReturnType<Front["fetch"]> =>
      front.fetch(path, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "refrain-user" },
      });
    const allowed = await ask("/v1/chat/completions", "https://app.example");
    expect([
      allowed.status,
      allowed.headers.get("access-control-allow-origin"),
      allowed.headers.get("access-control-allow-headers"),
    ]).toEqual([204, "https://app.example", "refrain-user"]);
    for (const [path, origin] of [
      ["/v1/chat/completions", "https://evil.example"],
      ["/admin/purge", "https://app.example"],
    ] as const)
      expect((await ask(path, origin)).headers.get("access-control-allow-origin")).toBeNull();
  });

  it.each([
    ["GET", "/v1/chat/completions", 405, "POST"],
    ["DELETE", "/chat", 405, "POST"],
    ["POST", "/health", 405, "GET"],
    ["PUT", "/v1/models/x", 405, "GET"],
    ["GET", "/nowhere", 404, null],
    ["GET", "/", 404, null],
  ] as const)("answers %s %s with %i", async (method, path, status, allow) => {
    const answer = await new Front().fetch(path, { method, ...(method === "GET" ? {} : { body: "{}" }) });
    expect(answer.status).toBe(status);
    if (allow !== null) expect(answer.headers.get("allow")).toContain(allow);
    expect(jsonOf(answer)).toHaveProperty("error");
  });

  it("answers HEAD like GET, without the body", async () => {
    const answer = await new Front().fetch("/v1/models", { method: "HEAD" });
    expect([answer.status, answer.text]).toEqual([200, ""]);
  });
});
