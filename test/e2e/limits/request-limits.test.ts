import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI, { RateLimitError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postChat, userPrompt } from "../../support/chat-client.ts";
import { startServer } from "../../support/start-server.ts";
import type { TestServer } from "../../support/start-server.ts";
import { startUpstream } from "../../support/start-upstream.ts";
import type { TestUpstream } from "../../support/start-upstream.ts";

const BURST = 50;
const TENANT_BURST = 130;
const WINDOW_SECONDS = 86_400;
/** One request per day is refilled, so there is no refill during the test. */
const VARS = {
  SEMANTIC: "off",
  RATE_LIMIT_REQUESTS: "1",
  RATE_LIMIT_WINDOW_SECONDS: String(WINDOW_SECONDS),
  RATE_LIMIT_BURST: String(BURST),
  TENANT_RATE_LIMIT_REQUESTS: "1",
  TENANT_RATE_LIMIT_BURST: String(TENANT_BURST),
  AUTH: "keys",
  API_KEYS: "acme:acme-key-one initech:initech-key globex:globex-key hooli:hooli-key",
};

let dataDir = "";
let upstream: TestUpstream;
let server: TestServer;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "refrain-limits-"));
  upstream = await startUpstream();
  server = await startServer({ dataDir, vars: { ...VARS, OPENAI_BASE_URL: upstream.baseUrl } });
});
afterAll(async () => {
  await server.stop();
  await upstream.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function ask(key: string, user: string | null, prompt = "limited", more: object = {}): Promise<Response> {
  return postChat(server.url, userPrompt(prompt, more), {
    authorization: `Bearer ${key}`,
    ...(user === null ? {} : { "refrain-user": user }),
    // Every request uses a new connection.
    connection: "close",
  });
}

/** Statuses of `count` concurrent requests, in ascending order. */
async function burst(count: number, send: (index: number) => Promise<Response>): Promise<readonly number[]> {
  const responses = await Promise.all(Array.from({ length: count }, (_, index) => send(index)));
  await Promise.all(responses.map((response) => response.text()));
  return responses.map(({ status }) => status).sort((a, b) => a - b);
}

function statuses(admitted: number, denied: number): readonly number[] {
  return [...Array.from({ length: admitted }, () => 200), ...Array.from({ length: denied }, () => 429)];
}

describe("a user with a burst of fifty", () => {
  test("gets exactly fifty of fifty-one concurrent requests admitted, hits and misses alike", async () => {
    const seen = await burst(BURST + 1, (index) => ask("acme-key-one", "ann", index % 2 === 0 ? "limited" : `limited ${index}`));
    expect(seen).toEqual(statuses(BURST, 1));
  });

  test("is then told how long to wait, in each route's error format and in matching headers", async () => {
    const denied = await ask("acme-key-one", "ann");
    expect(denied.status).toBe(429);
    const retryAfter = Number(denied.headers.get("retry-after"));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(WINDOW_SECONDS);
    expect(denied.headers.get("ratelimit-policy")).toBe(`"user";q=1;w=${WINDOW_SECONDS};refrain-burst=${BURST}`);
    expect(denied.headers.get("ratelimit")).toBe(`"user";r=0;t=${retryAfter}`);
    expect(denied.headers.get("x-ratelimit-limit-requests")).toBe(String(BURST));
    expect(denied.headers.get("x-ratelimit-remaining-requests")).toBe("0");
    expect(denied.headers.get("x-ratelimit-reset-requests")).toMatch(/^\d+h\d+m[\d.]+s$/);
    const body = await denied.json<{ error: { message: string; type: string; code: string } }>();
    expect(body.error).toMatchObject({ type: "rate_limit_error", code: "rate_limit_exceeded", param: null });
    expect(body.error.message).toContain("RATE_LIMIT_REQUESTS");

    const plain = await fetch(`${server.url}/chat`, {
      method: "POST",
      headers: { authorization: "Bearer acme-key-one", "refrain-user": "ann" },
      body: JSON.stringify({ prompt: "limited" }),
    });
    expect(plain.status).toBe(429);
    const shape = await plain.json<{ error: { retryAfter: number } }>();
    expect(shape).toMatchObject({ success: false, error: { type: "rate_limit_error", code: "rate_limit_exceeded" }, metadata: {} });
    expect(String(shape.error.retryAfter)).toBe(plain.headers.get("retry-after"));
  });

  test("raises RateLimitError in the openai package", async () => {
    const client = new OpenAI({
      baseURL: `${server.url}/v1`,
      apiKey: "acme-key-one",
      maxRetries: 0,
      defaultHeaders: { "refrain-user": "ann" },
    });
    const failure = await client.chat.completions
      .create({ model: "m", messages: [{ role: "user", content: "x" }] })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RateLimitError);
    expect(failure).toMatchObject({ status: 429, code: "rate_limit_exceeded", type: "rate_limit_error" });
  });

  test("is the same user, whether the header, `user` or `safety_identifier` names it", async () => {
    expect((await ask("acme-key-one", null, "named", { user: "ann" })).status).toBe(429);
    expect((await ask("acme-key-one", null, "named", { safety_identifier: "ann", user: "somebody" })).status).toBe(429);
    expect((await ask("acme-key-one", "bob", "named", { user: "ann" })).status).toBe(200);
  });

  test("gets no refill from a restart after SIGKILL", async () => {
    await server.kill();
    server = await startServer({ dataDir, vars: { ...VARS, OPENAI_BASE_URL: upstream.baseUrl } });
    expect(await burst(5, () => ask("acme-key-one", "ann"))).toEqual(statuses(0, 5));
  });

  test("gets no more than the rest of the burst when the server is killed in between", async () => {
    expect(await burst(30, () => ask("initech-key", "cut"))).toEqual(statuses(30, 0));
    await server.kill();
    server = await startServer({ dataDir, vars: { ...VARS, OPENAI_BASE_URL: upstream.baseUrl } });
    const after = await burst(40, () => ask("initech-key", "cut"));
    const admitted = after.filter((status) => status === 200).length;
    // The user loses what a lease still held when the process died, and never gains.
    expect(admitted).toBeLessThanOrEqual(BURST - 30);
    expect(admitted).toBeGreaterThanOrEqual(BURST - 30 - BURST / 10);
  });

  test("causes no provider call when denied", async () => {
    const before = upstream.calls.length;
    await burst(10, (index) => ask("acme-key-one", "ann", `denied ${index}`));
    expect(upstream.calls.length).toBe(before);
  });
});

describe("a tenant", () => {
  test("gains nothing by inventing users", async () => {
    const seen = await burst(TENANT_BURST + 40, (index) => ask("globex-key", `invented-${index}`));
    expect(seen).toEqual(statuses(TENANT_BURST, 40));
    const denied = await ask("globex-key", "yet-another");
    expect(denied.status).toBe(429);
    expect((await denied.json<{ error: { message: string } }>()).error.message).toContain("TENANT_RATE_LIMIT");
    expect(Number(denied.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("does not affect the limits of other tenants", async () => {
    expect((await ask("hooli-key", "invented-1")).status).toBe(200);
  });
});

describe("limits", () => {
  test("of 0 admit no request, with a whole number in Retry-After", async () => {
    await using closed = await startServer({ vars: { RATE_LIMIT_REQUESTS: "0", SEMANTIC: "off" } });
    const denied = await postChat(closed.url, userPrompt("closed"));
    expect(denied.status).toBe(429);
    expect(denied.headers.get("retry-after")).toMatch(/^\d+$/);
    expect((await fetch(`${closed.url}/health`)).status).toBe(200);
  });

  test("ignore address headers that a client sends to a local server", async () => {
    await using open = await startServer({
      vars: { ...VARS, AUTH: "open", API_KEYS: "", RATE_LIMIT_BURST: "3", OPENAI_BASE_URL: upstream.baseUrl },
    });
    const seen = await burst(6, (index) =>
      postChat(open.url, userPrompt("forged"), { "cf-connecting-ip": `192.0.2.${index}`, "x-forwarded-for": `192.0.2.${index}` }),
    );
    expect(seen).toEqual(statuses(3, 3));
  });
});
