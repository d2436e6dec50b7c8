import { describe, expect, it } from "vitest";
import { bucketDeletion, UNUSED_BUCKET_MS } from "../../../shared/domain/rate/bucket-deletion.ts";
import { grantLease } from "../../../shared/domain/rate/lease-grant.ts";
import type { Lease, Ledger } from "../../../shared/domain/rate/lease-ledger.ts";
import { ask, NOW_MS, run } from "./lease-calls.ts";

const HOUR_MS = 3_600_000;
const MAX_CHECK_INTERVAL_MS = 30 * UNUSED_BUCKET_MS;

describe("a bucket", () => {
  it("is deleted after a day without a call", () => {
    const { ledger } = run([ask("a")]);
    expect(bucketDeletion(ledger, NOW_MS + UNUSED_BUCKET_MS)).toEqual({ kind: "delete" });
    expect(bucketDeletion(ledger, NOW_MS + UNUSED_BUCKET_MS - HOUR_MS)).toEqual({ kind: "keep", checkInMs: HOUR_MS });
  });

  it("is not deleted before it is full, and is checked again when it is", () => {
    // 50 requests at one per hour.
    const { ledger } = run([ask("a", { want: 50, requests: 1 })]);
    const decision = bucketDeletion(ledger, NOW_MS + UNUSED_BUCKET_MS);
    expect(decision).toEqual({ kind: "keep", checkInMs: 26 * HOUR_MS });
    expect(bucketDeletion(ledger, NOW_MS + 50 * HOUR_MS - 1)).toMatchObject({ kind: "keep" });
    expect(bucketDeletion(ledger, NOW_MS + 50 * HOUR_MS)).toEqual({ kind: "delete" });
  });

  it("is not deleted while a lease may be spent or returned", () => {
    const { ledger } = run([ask("a")]);
    const [lease] = ledger.leases;
    const lasting = (changes: Partial<Lease>): Ledger => ({
      bucket: ledger.bucket,
      leases: [{ ...lease!, expiresAtMs: NOW_MS + 2 * UNUSED_BUCKET_MS, ...changes }],
    });
    expect(bucketDeletion(lasting({}), NOW_MS + UNUSED_BUCKET_MS).kind).toBe("keep");
    expect(bucketDeletion(lasting({ held: 0 }), NOW_MS + UNUSED_BUCKET_MS).kind).toBe("keep");
    // Its requests flow in from its expiry on.
    expect(bucketDeletion(lasting({}), NOW_MS + 2 * UNUSED_BUCKET_MS).kind).toBe("keep");
    expect(bucketDeletion(lasting({}), NOW_MS + 2 * UNUSED_BUCKET_MS + HOUR_MS)).toEqual({ kind: "delete" });
  });

  it("is not deleted while its time is ahead of a clock that was set back", () => {
    const { ledger } = run([ask("a", { want: 50 })]);
    expect(bucketDeletion(ledger, NOW_MS - UNUSED_BUCKET_MS)).toMatchObject({ kind: "keep", checkInMs: 2 * UNUSED_BUCKET_MS });
  });

  it("is checked at most every hour and at least every thirty days", () => {
    const { ledger } = run([ask("a")]);
    expect(bucketDeletion(ledger, NOW_MS + UNUSED_BUCKET_MS - 1)).toEqual({ kind: "keep", checkInMs: HOUR_MS });
    const slow = run([ask("a", { want: 50, requests: 1, windowSeconds: 2_678_400 })]).ledger;
    expect(bucketDeletion(slow, NOW_MS)).toEqual({ kind: "keep", checkInMs: MAX_CHECK_INTERVAL_MS });
  });

  it("whose policy admits nothing is never deleted, because a new one could start full under a later policy", () => {
    const { ledger } = grantLease(null, ask("a", { requests: 0 }), NOW_MS);
    expect(bucketDeletion(ledger, NOW_MS + 100 * UNUSED_BUCKET_MS)).toEqual({ kind: "keep", checkInMs: null });
  });
});
