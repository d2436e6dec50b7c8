import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Front, wholeAnswer } from "../../support/shard-front.ts";
import { userLimiterName } from "../../../workers/limits/limiter-port.ts";
import { ISOLATE_IDLE_MS } from "../../../workers/front/idle-task.ts";

let waits: { readonly ms: number; readonly end: () => void }[] = [];

beforeEach(() => {
  waits = [];
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.spyOn(scheduler, "wait").mockImplementation((ms) => new Promise((end) => waits.push({ ms, end })));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Lets the time pass that the idle tasks wait for. */
function idle(): void {
  vi.setSystemTime(Date.now() + ISOLATE_IDLE_MS);
  for (const { end } of waits.splice(0)) end();
}

describe("an isolate that receives no more requests", () => {
  it("returns its leases", async () => {
    const front = new Front({ RATE_LIMIT_REQUESTS: "1" });
    front.cluster.answering = () => wholeAnswer();
    for (let request = 0; request < 6; request += 1) await front.chat(undefined, { "refrain-user": "idle-user" });
    const limiter = env.RATE_LIMITER.getByName(userLimiterName("default", "idle-user"));
    expect((await limiter.status())?.leased).toBeGreaterThan(0);
    expect(waits.map(({ ms }) => ms)).toEqual([ISOLATE_IDLE_MS]);
    idle();
    await expect.poll(() => limiter.status()).toMatchObject({ leased: 0, remaining: 44 });
  });

  it("sends its last figures once", async () => {
    const front = new Front();
    front.cluster.answering = () => wholeAnswer();
    for (let request = 0; request < 3; request += 1) await front.chat();
    expect(front.cluster.reports).toEqual([]);
    idle();
    await expect.poll(() => front.cluster.reports).toMatchObject([{ memoryHits: 2 }]);
    await front.fetch("/health");
    idle();
    await expect.poll(() => waits.length).toBe(0);
    expect(front.cluster.reports.length).toBe(1);
  });

  it("sends the figures of a last request that took longer than the isolate waited", async () => {
    const front = new Front();
    const slow = Promise.withResolvers<void>();
    front.cluster.answering = async () => {
      await slow.promise;
      return wholeAnswer({ outcome: "MISS", forwarded: "miss" });
    };
    const answer = front.chat();
    await expect.poll(() => front.cluster.asked.length).toBe(1);
    idle();
    slow.resolve();
    expect((await answer).status).toBe(200);
    idle();
    await expect
      .poll(() => front.cluster.reports.map(({ missLatency }) => missLatency.reduce((sum, count) => sum + count, 0)))
      .toEqual([1]);
  });

  it("does not hold back the answer of the request that waits for it", async () => {
    const front = new Front();
    expect((await front.fetch("/health")).status).toBe(200);
    expect(waits.length).toBe(1);
  });
});
