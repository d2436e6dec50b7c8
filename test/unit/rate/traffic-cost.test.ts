import { describe, expect, it } from "vitest";
import type { RatePolicy } from "../../../shared/domain/rate/lease-messages.ts";
import { costOf } from "./traffic-cost.ts";

/** The default limits of a user and of a tenant. */
const USER: RatePolicy = { requests: 1000, windowSeconds: 3600, burst: 50 };
const TENANT: RatePolicy = { requests: 10_000, windowSeconds: 3600, burst: 500 };

function perSecond(requests: number, burst: number): RatePolicy {
  return { requests, windowSeconds: 1, burst };
}

/** Time between requests whose count per second is `rate` on average, spread as independent clients spread them. */
function randomGaps(rate: number): () => number {
  let state = 7;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.round((-Math.log(1 - state / 2_147_483_648) * 1000) / rate);
  };
}

describe("per admitted request, a bucket costs", () => {
  it.each([
    { bucket: "user" as const, policy: USER, gapMs: 30_000 },
    { bucket: "user" as const, policy: USER, gapMs: 600_000 },
    { bucket: "tenant" as const, policy: TENANT, gapMs: 30_000 },
    { bucket: "tenant" as const, policy: TENANT, gapMs: 600_000 },
  ])("at most one row and one call when a $bucket sends a request every $gapMs ms", async ({ bucket, policy, gapMs }) => {
    const cost = await costOf({ bucket, policy, gapMs: () => gapMs, requests: 120 });
    expect(cost).toMatchObject({ admitted: 120, remaining: policy.burst });
    expect(Math.max(cost.rows, cost.calls)).toBeLessThanOrEqual(1);
  });

  it.each([6000, 8000, 9000, 12_000, 15_000])(
    "at most one row and one call when a user sends a request every %i ms and the isolate becomes idle or nearly so",
    async (gapMs) => {
      const cost = await costOf({ policy: USER, gapMs: () => gapMs, requests: 120 });
      expect(cost).toMatchObject({ admitted: 120, remaining: USER.burst });
      expect(Math.max(cost.rows, cost.calls)).toBeLessThanOrEqual(1);
    },
  );

  it("at most 0.07 rows and calls when a user sends as many requests as the default limits allow", async () => {
    const cost = await costOf({ policy: USER, gapMs: () => 3600, requests: 600 });
    expect(cost.admitted).toBe(600);
    expect(Math.max(cost.rows, cost.calls)).toBeLessThanOrEqual(0.07);
  });

  it.each([
    { rate: 1, burst: 50 },
    { rate: 1, burst: 400 },
    { rate: 10, burst: 50 },
    { rate: 10, burst: 400 },
    { rate: 100, burst: 400 },
    { rate: 100, burst: 5000 },
  ])("at most 0.05 rows and calls for a steady $rate requests per second with a burst of $burst", async ({ rate, burst }) => {
    for (const bucket of ["user", "tenant"] as const) {
      const cost = await costOf({ bucket, policy: perSecond(rate, burst), gapMs: () => 1000 / rate, requests: 2000 });
      expect(cost.admitted).toBe(2000);
      expect(Math.max(cost.rows, cost.calls)).toBeLessThanOrEqual(0.051);
    }
  });

  it.each([
    { rate: 1, burst: 400, isolates: 4, most: 0.07 },
    { rate: 10, burst: 400, isolates: 4, most: 0.05 },
    { rate: 100, burst: 400, isolates: 4, most: 0.05 },
    { rate: 100, burst: 5000, isolates: 16, most: 0.05 },
  ])("at most $most rows and calls for $rate requests per second in $isolates isolates", async ({ rate, burst, isolates, most }) => {
    const cost = await costOf({ policy: perSecond(rate, burst), isolates, gapMs: () => 1000 / rate, requests: 3000 });
    expect(cost.admitted).toBe(3000);
    expect(Math.max(cost.rows, cost.calls)).toBeLessThanOrEqual(most);
  });
});

describe("a user who sends at most half of what the limit allows", () => {
  it.each([1, 2, 4, 8, 16])("is never denied because of leases and advances, in %i isolates that come and go", async (isolates) => {
    for (const policy of [USER, perSecond(1, 50), perSecond(10, 50), perSecond(10, 400), perSecond(100, 400)]) {
      for (const share of [0.1, 0.3, 0.5]) {
        const rate = ((policy.requests ?? 0) / policy.windowSeconds) * share;
        for (const gapMs of [() => 1000 / rate, randomGaps(rate)]) {
          const cost = await costOf({ policy, isolates, gapMs, requests: 600 });
          expect(cost.admitted).toBe(600);
        }
      }
    }
  });
});
