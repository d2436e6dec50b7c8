import { afterEach, describe, expect, it, vi } from "vitest";
import type { ProviderRecord } from "../../../shared/domain/figures/provider-health.ts";
import { VERSION } from "../../../shared/config/version.ts";
import { Front, jsonOf } from "../../support/shard-front.ts";

const NOW_MS = 1_800_000_000_000;

afterEach(() => vi.useRealTimers());

function at(ms: number): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(ms);
}

function record(changes: Partial<ProviderRecord>): ProviderRecord {
  return { provider: "openai", lastAnswerMs: null, lastErrorMs: null, lastErrorReason: null, lastErrorStatus: null, ...changes };
}

async function checkedBy(front: Front): Promise<Record<string, unknown>> {
  const answer = await front.admin("/admin/health");
  expect(answer.status).toBe(200);
  return jsonOf(answer);
}

const BOUND = { state: "bound" };

async function healthOf(front: Front): Promise<Record<string, unknown>> {
  const answer = await front.fetch("/health");
  expect(answer.status).toBe(200);
  return jsonOf(answer);
}

describe("GET /health", () => {
  it("reports what the Worker knows by itself, without any secret or address", async () => {
    const front = new Front({ OPENAI_API_KEY: "sk-secret", SHARD_LOCATION: "weur" });
    const answer = await front.fetch("/health");
    expect(jsonOf(answer)).toEqual({
      status: "ok",
      version: VERSION,
      versionId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      placement: { jurisdiction: null, location: "weur" },
      tiers: {
        memory: { state: "ok" },
        shards: BOUND,
        kv: BOUND,
        limiter: BOUND,
        embedder: { state: "off" },
        providers: { openai: { state: "configured" }, demo: { state: "embedded" } },
      },
    });
    expect(answer.text).not.toMatch(/sk-secret|upstream\.test/);
  });

  it("asks no object and not KV, however often it is called", async () => {
    const front = new Front({ RATE_LIMIT_REQUESTS: "10" });
    const touched: string[] = [];
    const untouchable = (binding: string): object =>
      new Proxy({}, { get: (_target, member) => (touched.push(`${binding}.${String(member)}`), undefined) });
    Object.assign(front.env, {
      CACHE_SHARD: untouchable("CACHE_SHARD"),
      RATE_LIMITER: untouchable("RATE_LIMITER"),
      SPILL: untouchable("SPILL"),
    });
    for (let call = 0; call < 50; call++) expect(await healthOf(front)).toMatchObject({ status: "ok" });
    expect((await front.fetch("/health", { method: "HEAD" })).status).toBe(200);
    expect(touched).toEqual([]);
    expect(front.stubs).toEqual([]);
  });

  it.each([
    ["CACHE_SHARD", "shards"],
    ["RATE_LIMITER", "limiter"],
    ["SPILL", "kv"],
  ])("is degraded, not an error, when the binding %s is missing", async (binding, tier) => {
    const front = new Front({ [binding]: undefined });
    Object.assign(front.env, { [binding]: undefined });
    expect(await healthOf(front)).toMatchObject({ status: "degraded", tiers: { [tier]: { state: "missing" } } });
  });

  it("needs the binding of an embedder that is used, and KV only where it is used", async () => {
    const embedder = (vars: Record<string, string>): Promise<Record<string, unknown>> => healthOf(new Front(vars));
    expect(await embedder({ SEMANTIC: "on" })).toMatchObject({ status: "ok", tiers: { embedder: BOUND } });
    expect(await embedder({ SEMANTIC: "on", EMBEDDER: "workers-ai/bge-m3" })).toMatchObject({
      status: "degraded",
      tiers: { embedder: { state: "missing" } },
    });
    expect(await embedder({ SEMANTIC: "on", EMBEDDER: "openai/small", EMBEDDER_BASE_URL: "http://embedder.test" })).toMatchObject({
      status: "ok",
      tiers: { embedder: { state: "configured" } },
    });
    for (const vars of [{ JURISDICTION: "eu" }, { SPILL_WRITES_PER_DAY: "0" }]) {
      const front = new Front(vars);
      Object.assign(front.env, { SPILL: undefined });
      expect(await healthOf(front)).toMatchObject({ status: "ok", tiers: { kv: { state: "off" } } });
    }
  });
});

describe("GET /admin/health", () => {
  it("needs the admin token", async () => {
    expect((await new Front().fetch("/admin/health")).status).toBe(401);
  });

  it("reports which binding is missing, and does not ask a KV that is not used", async () => {
    const front = new Front();
    Object.assign(front.env, { SPILL: undefined, RATE_LIMITER: undefined });
    const missing = { state: "failing", lastError: "missing" };
    expect(await checkedBy(front)).toMatchObject({ status: "degraded", tiers: { shards: { state: "ok" }, kv: missing, limiter: missing } });
    expect(await checkedBy(new Front({ JURISDICTION: "eu" }))).toMatchObject({ tiers: { kv: { state: "off", lastError: null } } });
  });

  it("reports the state of every tier, without internal details of errors", async () => {
    const none = { lastAnswerAt: null, lastError: null };
    expect(await checkedBy(new Front())).toMatchObject({
      status: "ok",
      version: expect.any(String) as string,
      tiers: {
        memory: { state: "ok" },
        shards: { state: "ok" },
        kv: { state: "ok" },
        limiter: { state: "ok" },
        providers: { demo: { state: "embedded" }, openai: { state: "idle", ...none } },
      },
    });
    const front = new Front();
    front.cluster.dead.add(3);
    expect(await checkedBy(front)).toMatchObject({ status: "degraded", tiers: { shards: { state: "failing", lastError: "unreachable" } } });
  });

  it("reports how and when a provider's last call failed, whichever shard made it", async () => {
    at(NOW_MS);
    const front = new Front();
    front.cluster.providers = (shard) =>
      shard === 2
        ? [record({ lastErrorMs: NOW_MS - 1000, lastErrorReason: "status", lastErrorStatus: 503 })]
        : [record({ lastAnswerMs: NOW_MS - 2000 - shard })];
    const answeredAt = new Date(NOW_MS - 2000).toISOString();
    const lastError = { at: new Date(NOW_MS - 1000).toISOString(), reason: "status", status: 503 };
    expect(await checkedBy(front)).toMatchObject({
      status: "degraded",
      tiers: { shards: { state: "ok" }, providers: { openai: { state: "failing", lastAnswerAt: answeredAt, lastError } } },
    });
    front.cluster.providers = () => [record({ lastAnswerMs: NOW_MS, lastErrorMs: NOW_MS - 1000, lastErrorReason: "timeout" })];
    at(NOW_MS + 5000);
    expect(await checkedBy(front)).toMatchObject({
      status: "ok",
      tiers: { providers: { openai: { state: "ok", lastError: { reason: "timeout", status: null } } } },
    });
  });

  it("checks at most every five seconds, and at most eight shards", async () => {
    at(NOW_MS);
    const asked: number[] = [];
    const front = new Front({ SHARD_COUNT: "20" });
    front.cluster.providers = (shard) => {
      asked.push(shard);
      return [];
    };
    await checkedBy(front);
    await checkedBy(front);
    at(NOW_MS + 4999);
    await checkedBy(front);
    expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    at(NOW_MS + 5000);
    await checkedBy(front);
    expect(asked).toHaveLength(16);
  });
});
