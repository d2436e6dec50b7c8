import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { RateLimiter } from "../../../durable-objects/rate-limiter/rate-limiter.ts";
import type { LeaseRequest } from "../../../shared/domain/rate/lease-messages.ts";

let names = 0;

function newLimiter(): DurableObjectStub<RateLimiter> {
  names += 1;
  return env.RATE_LIMITER.getByName(`user:4:acme:limiter-${names}`);
}

function ask(attempt: string, changes: Partial<LeaseRequest> = {}): LeaseRequest {
  // One request per hour: the bucket does not refill while a test runs.
  return { requests: 1, windowSeconds: 3600, burst: 50, want: 1, expected: 1000, attempt, returns: [], ...changes };
}

/** What happens between two calls: nothing, or an eviction of the object. Both must give the same results. */
const TWINS = [
  { twin: "without eviction", between: async () => {} },
  { twin: "evicted between calls", between: (limiter: DurableObjectStub<RateLimiter>) => evictDurableObject(limiter) },
] as const;

describe.each(TWINS)("the limiter object, $twin", ({ between }) => {
  it("grants exactly the burst", async () => {
    const limiter = newLimiter();
    let granted = 0;
    for (let call = 0; call < 40; call += 1) {
      granted += (await limiter.lease(ask(`a${call}`))).granted;
      await between(limiter);
    }
    expect(granted).toBe(50);
    const denial = await limiter.lease(ask("last"));
    expect(denial.granted).toBe(0);
    expect(denial.retryAfterSeconds).toBeGreaterThan(3590);
    expect(denial.retryAfterSeconds).toBeLessThanOrEqual(3600);
  });

  it("answers a repeated attempt with the same lease and charges it once", async () => {
    const limiter = newLimiter();
    const first = await limiter.lease(ask("a"));
    await between(limiter);
    expect(await limiter.lease(ask("a"))).toMatchObject({ leaseId: first.leaseId, granted: first.granted });
    expect(await limiter.status()).toMatchObject({ remaining: 45, leased: 5 });
  });

  it("accepts the return of a lease once, and only of a lease it knows", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a"));
    await between(limiter);
    for (let repeat = 0; repeat < 3; repeat += 1) {
      await limiter.release({ leaseId: "a", unused: 4 });
      await between(limiter);
    }
    await limiter.release({ leaseId: "someone-else", unused: 40 });
    await between(limiter);
    expect(await limiter.status()).toMatchObject({ remaining: 49, leased: 0 });
    await limiter.lease(ask("b", { want: 10, returns: [{ leaseId: "a", unused: 5 }] }));
    await between(limiter);
    expect((await limiter.status())?.remaining).toBe(40);
  });

  it("refunds a late return only as far as the bucket had room for it", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a", { want: 20, requests: 1_000_000, burst: 20 }));
    await expect.poll(async () => (await limiter.status())?.remaining, { interval: 20 }).toBe(20);
    await limiter.lease(ask("b", { want: 20, requests: 1, burst: 20 }));
    await between(limiter);
    await limiter.release({ leaseId: "a", unused: 20 });
    await between(limiter);
    expect((await limiter.status())?.remaining).toBe(0);
  });

  it("clamps the bucket to a new policy", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a"));
    await between(limiter);
    expect((await limiter.lease(ask("b", { burst: 20, want: 50 }))).granted).toBe(15);
    await between(limiter);
    expect((await limiter.lease(ask("c", { burst: 1000, want: 50 }))).granted).toBe(0);
  });

  it("charges each of many concurrent callers exactly once", async () => {
    const limiter = newLimiter();
    const grants = await Promise.all(Array.from({ length: 60 }, (_, call) => limiter.lease(ask(`a${call}`, { expected: 1 }))));
    expect(grants.filter(({ granted }) => granted === 1).length).toBe(50);
    await between(limiter);
    expect(await limiter.status()).toMatchObject({ remaining: 0 });
  });
});

describe("what the limiter object stores", () => {
  it("is nothing before the first lease, and status returns null", async () => {
    const limiter = newLimiter();
    expect(await limiter.status()).toBeNull();
    await limiter.release({ leaseId: "a", unused: 1 });
    expect(await limiter.status()).toBeNull();
  });

  it("is written before a grant and not changed by a denial", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a", { want: 50 }));
    const written = await runInDurableObject(limiter, (_, state) => state.storage.sql.exec("SELECT * FROM buckets").toArray());
    expect(written).toMatchObject([{ dimension: "requests", per_window: 1, window_ms: 3_600_000, burst: 50, drops: 0 }]);
    await limiter.lease(ask("b"));
    expect(await runInDurableObject(limiter, (_, state) => state.storage.sql.exec("SELECT * FROM buckets").toArray())).toEqual(written);
    expect(await runInDurableObject(limiter, (_, state) => state.storage.sql.exec("SELECT lease_id FROM leases").toArray())).toEqual([
      { lease_id: "a" },
    ]);
  });

  it("no longer includes leases that have expired", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a"));
    await limiter.lease(ask("b"));
    // Age the rows instead of waiting. The object is then evicted, because it has them in memory.
    await runInDurableObject(limiter, (_, state) =>
      state.storage.sql.exec("UPDATE leases SET expires_at_ms = expires_at_ms - 60000").toArray(),
    );
    await evictDurableObject(limiter);
    expect((await limiter.status())?.leased).toBe(0);
    await limiter.lease(ask("c"));
    expect(await runInDurableObject(limiter, (_, state) => state.storage.sql.exec("SELECT lease_id FROM leases").toArray())).toEqual([
      { lease_id: "c" },
    ]);
  });

  it("is migrated once", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a"));
    await evictDurableObject(limiter);
    await limiter.lease(ask("b"));
    expect(
      await runInDurableObject(limiter, (_, state) => state.storage.sql.exec("SELECT version FROM schema_migrations").toArray()),
    ).toEqual([{ version: 1 }]);
  });
});
