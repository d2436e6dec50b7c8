import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import type { RateLimiter } from "../../../durable-objects/rate-limiter/rate-limiter.ts";
import { LEASE_GRACE_MS, LEASE_TTL_SECONDS } from "../../../shared/domain/rate/lease-ledger.ts";
import { aged, ask, bucketRows, newLimiter, rowsOf } from "./limiter-rows.ts";

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
    const written = await bucketRows(limiter);
    expect(written).toMatchObject([{ dimension: "requests", per_window: 1, window_ms: 3_600_000, burst: 50, drops: 0 }]);
    expect(JSON.parse(String(written[0]?.["leases"]))).toEqual([["a", 50, 0, 0, 50 * 3_600_000, expect.any(Number)]]);
    await limiter.lease(ask("b"));
    expect(await bucketRows(limiter)).toEqual(written);
  });

  it("is one row, however many leases there are", async () => {
    const limiter = newLimiter();
    for (let call = 0; call < 40; call += 1) await limiter.lease(ask(`a${call}`));
    expect((await bucketRows(limiter)).length).toBe(1);
    expect(await rowsOf(limiter, "SELECT * FROM leases")).toEqual([]);
  });

  it("costs one row each time it is written", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a"));
    const written = await runInDurableObject(limiter, async (object, { storage }) => {
      const statements = vi.spyOn(storage.sql, "exec");
      await object.lease(ask("last"));
      return statements.mock.results.map(({ value }) => (value as SqlStorageCursor<never>).rowsWritten);
    });
    expect(written).toEqual([1]);
  });

  it("is not written by most grants to frequent callers", async () => {
    const limiter = newLimiter();
    let writes = 0;
    let last = "";
    for (let call = 0; call < 200; call += 1) {
      await limiter.lease(ask(`a${call}`, { requests: 36_000, burst: 1000, expected: 1 }));
      const row = JSON.stringify(await bucketRows(limiter));
      if (row !== last) writes += 1;
      last = row;
    }
    expect(writes).toBeLessThan(40);
  });

  it("no longer includes leases that have expired", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a"));
    await limiter.lease(ask("b"));
    // Age the row instead of waiting. The object is then evicted, because it has the leases in memory.
    const [row] = await bucketRows(limiter);
    await rowsOf(
      limiter,
      "UPDATE buckets SET leases = ?",
      JSON.stringify(aged(row?.["leases"], LEASE_TTL_SECONDS * 1000 + LEASE_GRACE_MS)),
    );
    await evictDurableObject(limiter);
    expect((await limiter.status())?.leased).toBe(0);
    await limiter.lease(ask("c"));
    const [after] = await bucketRows(limiter);
    expect(JSON.parse(String(after?.["leases"]))).toEqual([["c", 5, 5, 0, 0, expect.any(Number)]]);
  });

  it("is read conservatively when its leases are damaged", async () => {
    const limiter = newLimiter();
    // 3600 requests per hour would refill the bucket while its leases are spent.
    await limiter.lease(ask("a", { requests: 3600 }));
    await rowsOf(limiter, "UPDATE buckets SET leases = '[[]', level_at_ms = level_at_ms - 30000, at_ms = at_ms - 30000");
    await evictDurableObject(limiter);
    expect(await limiter.status()).toMatchObject({ remaining: 30, leased: 0 });
  });

  it("is migrated once", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a"));
    await evictDurableObject(limiter);
    await limiter.lease(ask("b"));
    expect(await rowsOf(limiter, "SELECT version FROM schema_migrations")).toEqual([{ version: 1 }, { version: 2 }]);
  });
});

describe("rows of version 0.2.0", () => {
  /** Replaces the state with what version 0.2.0 would have written, and loads it. */
  async function writeAsBefore(limiter: DurableObjectStub<RateLimiter>, atMs: number): Promise<void> {
    await limiter.lease(ask("first"));
    await rowsOf(
      limiter,
      "INSERT OR REPLACE INTO buckets (dimension, per_window, window_ms, burst, drops, at_ms) VALUES ('requests', 1, 3600000, 50, ?, ?)",
      30 * 3_600_000,
      atMs,
    );
    for (const [id, held, expiresAtMs] of [
      ["old-a", 5, atMs + 62_000],
      ["old-b", 10, atMs + 60_000],
    ] as const)
      await rowsOf(limiter, "INSERT INTO leases VALUES ('requests', ?, ?, ?, 0, 0, ?)", id, held, held, expiresAtMs);
    await evictDurableObject(limiter);
  }

  it("are taken over with their leases, which count until they expire or are returned", async () => {
    const limiter = newLimiter();
    await writeAsBefore(limiter, Date.now());
    expect(await limiter.status()).toMatchObject({ remaining: 30, leased: 15 });
    await limiter.release({ leaseId: "old-b", unused: 4 });
    expect(await limiter.status()).toMatchObject({ remaining: 34, leased: 5 });
    expect((await limiter.lease(ask("next", { want: 50 }))).granted).toBe(34);
    expect(await rowsOf(limiter, "SELECT * FROM leases")).toEqual([]);
    await evictDurableObject(limiter);
    expect(await limiter.status()).toMatchObject({ remaining: 0, leased: 5 });
  });

  it("are written again after a rollback, from a bucket that does not refill before its last lease has expired", async () => {
    const limiter = newLimiter();
    const before = Date.now();
    await limiter.lease(ask("a", { requests: 3600 }));
    // Version 0.2.0 reads these two columns and ignores leases that it does not know.
    const [row] = await bucketRows(limiter);
    expect(row).toMatchObject({ drops: 45 * 3_600_000 - 15 * 3_600_000 });
    expect(Number(row?.["at_ms"])).toBeGreaterThanOrEqual(before + (LEASE_TTL_SECONDS * 1000 + LEASE_GRACE_MS));
    expect(Number(row?.["at_ms"]) - Number(row?.["level_at_ms"])).toBe(LEASE_TTL_SECONDS * 1000 + LEASE_GRACE_MS);
    await writeAsBefore(limiter, Date.now());
    expect(await limiter.status()).toMatchObject({ remaining: 30, leased: 15 });
  });
});
