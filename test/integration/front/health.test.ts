import { afterEach, describe, expect, it, vi } from "vitest";
import type { ProviderRecord } from "../../../shared/domain/figures/provider-health.ts";
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

async function healthOf(front: Front): Promise<Record<string, unknown>> {
  const answer = await front.fetch("/health");
  expect(answer.status).toBe(200);
  return jsonOf(answer);
}

describe("GET /health", () => {
  it("reports the state of every tier, without internal details of errors", async () => {
    const none = { lastAnswerAt: null, lastError: null };
    expect(await healthOf(new Front())).toMatchObject({
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
    expect(await healthOf(front)).toMatchObject({ status: "degraded", tiers: { shards: { state: "failing", lastError: "unreachable" } } });
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
    expect(await healthOf(front)).toMatchObject({
      status: "degraded",
      tiers: { shards: { state: "ok" }, providers: { openai: { state: "failing", lastAnswerAt: answeredAt, lastError } } },
    });
    front.cluster.providers = () => [record({ lastAnswerMs: NOW_MS, lastErrorMs: NOW_MS - 1000, lastErrorReason: "timeout" })];
    at(NOW_MS + 5000);
    expect(await healthOf(front)).toMatchObject({
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
    await healthOf(front);
    await healthOf(front);
    at(NOW_MS + 4999);
    await healthOf(front);
    expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    at(NOW_MS + 5000);
    await healthOf(front);
    expect(asked).toHaveLength(16);
  });
});
