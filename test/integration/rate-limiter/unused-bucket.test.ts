import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import type { RateLimiter } from "../../../durable-objects/rate-limiter/rate-limiter.ts";
import { aged, ask, bucketRows, newLimiter, rowsOf } from "./limiter-rows.ts";

describe("a bucket that is not used", () => {
  const DAY_MS = 24 * 3_600_000;

  /** Makes the stored bucket older, and loads it. */
  async function age(limiter: DurableObjectStub<RateLimiter>, ms: number): Promise<void> {
    const [row] = await bucketRows(limiter);
    const leases = JSON.stringify(aged(row?.["leases"], ms));
    await rowsOf(limiter, "UPDATE buckets SET at_ms = at_ms - ?, level_at_ms = level_at_ms - ?, leases = ?", ms, ms, leases);
    await evictDurableObject(limiter);
    await limiter.status();
  }

  const alarmOf = (limiter: DurableObjectStub<RateLimiter>) => runInDurableObject(limiter, (_, state) => state.storage.getAlarm());
  const tablesOf = (limiter: DurableObjectStub<RateLimiter>) =>
    rowsOf(limiter, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'");

  it("is deleted by its alarm with all its tables when it is full, and starts full again", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a", { requests: 3600 }));
    await age(limiter, DAY_MS);
    expect(await runDurableObjectAlarm(limiter)).toBe(true);
    expect(await limiter.status()).toBeNull();
    expect(await tablesOf(limiter)).toEqual([]);
    expect(await alarmOf(limiter)).toBeNull();
    expect((await limiter.lease(ask("b", { want: 50 }))).granted).toBe(50);
    await expect.poll(() => alarmOf(limiter)).not.toBeNull();
  });

  it("keeps its state while it counts, and is checked again", async () => {
    const limiter = newLimiter();
    // It is full again 50 hours later.
    await limiter.lease(ask("a", { want: 50 }));
    await age(limiter, DAY_MS);
    expect(await runDurableObjectAlarm(limiter)).toBe(true);
    expect((await limiter.status())?.remaining).toBe(24);
    expect(Number(await alarmOf(limiter)) - Date.now()).toBeGreaterThan(25.9 * 3_600_000);
  });

  it("has one alarm, which calls do not move", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a"));
    await expect.poll(() => alarmOf(limiter)).not.toBeNull();
    const planned = await alarmOf(limiter);
    expect(Number(planned) - Date.now()).toBeGreaterThan(0.99 * DAY_MS);
    for (let call = 0; call < 5; call += 1) {
      await limiter.lease(ask(`b${call}`));
      await evictDurableObject(limiter);
    }
    expect(await alarmOf(limiter)).toBe(planned);
  });

  it("counts a request that arrives while it is being deleted", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a", { requests: 3600 }));
    await age(limiter, DAY_MS);
    const [, grant] = await Promise.all([runDurableObjectAlarm(limiter), limiter.lease(ask("b", { want: 20 }))]);
    expect(grant.granted).toBe(20);
    await evictDurableObject(limiter);
    expect(await limiter.status()).toMatchObject({ remaining: 30 });
  });

  it("counts a request that arrives between the start and the end of its deletion", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a", { requests: 3600 }));
    await age(limiter, DAY_MS);
    await runInDurableObject(limiter, async (object) => {
      const checked = object.alarm();
      await object.lease(ask("b", { want: 20 }));
      await checked;
    });
    await evictDurableObject(limiter);
    expect(await limiter.status()).toMatchObject({ remaining: 30 });
  });

  it("is checked again after a failed check", async () => {
    const limiter = newLimiter();
    await limiter.lease(ask("a", { requests: 3600 }));
    await age(limiter, DAY_MS);
    const planned = await runInDurableObject(limiter, async (object, state) => {
      await state.storage.deleteAlarm();
      const { storage } = state;
      const broken = vi.spyOn(storage, "deleteAll").mockRejectedValueOnce(new Error("storage failed"));
      await object.alarm();
      broken.mockRestore();
      return await storage.getAlarm();
    });
    expect(Number(planned) - Date.now()).toBeGreaterThan(0.9 * 3_600_000);
    expect(await runDurableObjectAlarm(limiter)).toBe(true);
    expect(await limiter.status()).toBeNull();
  });
});
