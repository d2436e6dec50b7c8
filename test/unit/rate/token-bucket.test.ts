import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bucketShape,
  capacityDrops,
  deposit,
  fullBucket,
  MAX_BURST,
  MAX_WINDOW_SECONDS,
  refill,
  refillMs,
  reshape,
  wholeRequests,
  withdraw,
} from "../../../shared/domain/rate/token-bucket.ts";

const HOURLY = bucketShape(1000, 3600, 50);
const NOW_MS = 1_800_000_000_000;

describe("a token bucket", () => {
  it("starts full and refills at exactly its rate", () => {
    const empty = withdraw(fullBucket(HOURLY, NOW_MS), 50);
    expect(wholeRequests(empty)).toBe(0);
    expect(wholeRequests(refill(empty, 0, NOW_MS + 3599))).toBe(0);
    expect(wholeRequests(refill(empty, 0, NOW_MS + 3600))).toBe(1);
    expect(wholeRequests(refill(empty, 0, NOW_MS + 180_000))).toBe(50);
    expect(wholeRequests(refill(empty, 0, NOW_MS + 10 ** 12))).toBe(50);
  });

  it("has the same level whether it is refilled in many steps or in one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.nat(50_000), { maxLength: 20 }),
        (perWindow, windowSeconds, steps) => {
          const start = withdraw(fullBucket(bucketShape(perWindow, windowSeconds, 1000), NOW_MS), 1000);
          let stepwise = start;
          for (const step of steps) stepwise = refill(stepwise, 0, stepwise.atMs + step);
          expect(stepwise.drops).toBe(refill(start, 0, stepwise.atMs).drops);
        },
      ),
    );
  });

  it("is not refilled by a clock that goes back", () => {
    const bucket = withdraw(fullBucket(HOURLY, NOW_MS), 50);
    const back = refill(bucket, 0, NOW_MS - 1_000_000);
    expect(back).toBe(bucket);
    expect(wholeRequests(refill(back, 0, NOW_MS))).toBe(0);
  });

  it("fills only up to the room that unspent leases leave", () => {
    const bucket = withdraw(fullBucket(HOURLY, NOW_MS), 5);
    expect(wholeRequests(refill(bucket, 5, NOW_MS + 3_600_000))).toBe(45);
    expect(wholeRequests(deposit(bucket, 5 * HOURLY.windowMs, 0))).toBe(50);
    expect(wholeRequests(deposit(bucket, 500 * HOURLY.windowMs, 2))).toBe(48);
  });

  it("computes the exact time of a refill", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 ** 6 }),
        fc.integer({ min: 1, max: MAX_WINDOW_SECONDS }),
        fc.nat(10 ** 9),
        (perWindow, windowSeconds, drops) => {
          const shape = bucketShape(perWindow, windowSeconds, 10);
          const level = Math.min(drops, shape.windowMs - 1);
          const waitMs = refillMs(shape, level, shape.windowMs);
          const bucket = { shape, drops: level, atMs: 0 };
          expect(wholeRequests(refill(bucket, 0, waitMs))).toBeGreaterThanOrEqual(1);
          expect(wholeRequests(refill(bucket, 0, waitMs - 1))).toBe(0);
        },
      ),
    );
  });

  it("keeps its level under a new policy, up to the new burst", () => {
    const bucket = withdraw(fullBucket(HOURLY, NOW_MS), 10);
    expect(wholeRequests(reshape(bucket, bucketShape(1000, 3600, 20), 0))).toBe(20);
    expect(wholeRequests(reshape(bucket, bucketShape(1000, 3600, 20), 5))).toBe(15);
    expect(wholeRequests(reshape(bucket, bucketShape(1000, 3600, 500), 0))).toBe(40);
    expect(wholeRequests(reshape(bucket, bucketShape(7, 60, 50), 0))).toBe(40);
  });

  it("admits nothing under a policy of zero", () => {
    expect(capacityDrops(bucketShape(0, 3600, 50), 0)).toBe(0);
    expect(capacityDrops(bucketShape(1000, 3600, 0), 0)).toBe(0);
    expect(wholeRequests(fullBucket(bucketShape(0, 60, 50), NOW_MS))).toBe(0);
    expect(refillMs(bucketShape(0, 60, 50), 0, 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it("clamps values out of range", () => {
    expect(bucketShape(Number.NaN, Number.NaN, Number.NaN)).toEqual({ perWindow: 0, windowMs: 1, burst: 0 });
    expect(bucketShape(-1, -1, -1)).toEqual({ perWindow: 0, windowMs: 1, burst: 0 });
    const largest = bucketShape(Number.POSITIVE_INFINITY, 10 ** 12, 10 ** 12);
    expect(largest.burst).toBe(MAX_BURST);
    expect(Number.isSafeInteger(capacityDrops(largest, 0))).toBe(true);
  });
});
