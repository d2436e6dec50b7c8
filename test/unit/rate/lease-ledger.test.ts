import { describe, expect, it } from "vitest";
import { grantLease } from "../../../shared/domain/rate/lease-grant.ts";
import { advance, LEASE_GRACE_MS, LEASE_TTL_SECONDS, ledgerStatus, returnLease } from "../../../shared/domain/rate/lease-ledger.ts";
import { ask, NOW_MS, run } from "./lease-calls.ts";

const HELD_MS = LEASE_TTL_SECONDS * 1000 + LEASE_GRACE_MS;

describe("a ledger", () => {
  it("never lets a bucket and its unspent leases hold more than the burst", () => {
    const { ledger } = run([ask("a")]);
    const beforeExpiry = advance(ledger, NOW_MS + HELD_MS - 1);
    expect(ledgerStatus(beforeExpiry, NOW_MS + HELD_MS - 1)).toMatchObject({ remaining: 45, leased: 5 });
    // The refill after the expiry counts from the expiry, not from the last update.
    const one = advance(ledger, NOW_MS + HELD_MS + 3600);
    expect(ledgerStatus(one, NOW_MS + HELD_MS + 3600)).toMatchObject({ remaining: 46, leased: 0 });
  });
});

describe("returning a lease", () => {
  it("puts unspent requests back once, however often the return is repeated", () => {
    let { ledger } = run([ask("a")]);
    for (let repeat = 0; repeat < 3; repeat += 1) ledger = returnLease(ledger, { leaseId: "a", unused: 3 }, NOW_MS);
    expect(ledgerStatus(ledger, NOW_MS)).toMatchObject({ remaining: 48, leased: 0 });
    ledger = returnLease(ledger, { leaseId: "a", unused: 4 }, NOW_MS);
    expect(ledgerStatus(ledger, NOW_MS).remaining).toBe(49);
  });

  it("never puts back more than was leased, and nothing for an unknown lease", () => {
    let { ledger } = run([ask("a"), ask("b", { want: 20 })]);
    ledger = returnLease(ledger, { leaseId: "a", unused: 1000 }, NOW_MS);
    ledger = returnLease(ledger, { leaseId: "nobody", unused: 20 }, NOW_MS);
    ledger = returnLease(ledger, { leaseId: "b", unused: -7 }, NOW_MS);
    ledger = returnLease(ledger, { leaseId: "b", unused: Number.NaN }, NOW_MS);
    expect(ledgerStatus(ledger, NOW_MS).remaining).toBe(30);
  });

  it("ignores a lease that has expired", () => {
    const { ledger } = run([ask("a", { want: 50 })]);
    const late = returnLease(ledger, { leaseId: "a", unused: 50 }, NOW_MS + HELD_MS);
    expect(ledgerStatus(late, NOW_MS + HELD_MS).remaining).toBe(Math.floor(HELD_MS / 3600));
  });

  it("never fills the bucket beyond its burst", () => {
    const { ledger } = run([ask("a")]);
    const refilled = returnLease(ledger, { leaseId: "a", unused: 0 }, NOW_MS);
    const full = advance(refilled, NOW_MS + HELD_MS - 1);
    expect(ledgerStatus(returnLease(full, { leaseId: "a", unused: 5 }, NOW_MS + HELD_MS - 1), NOW_MS + HELD_MS - 1).remaining).toBe(50);
  });

  it("can be part of the next lease request", () => {
    const { ledger, grants } = run([ask("a"), ask("b", { want: 1, expected: 1, returns: [{ leaseId: "a", unused: 4 }] })]);
    expect(grants[1]?.left).toBe(48);
    expect(ledgerStatus(ledger, NOW_MS).leased).toBe(0);
  });
});

describe("time and policy", () => {
  it("neither refill the bucket nor drop a lease when the clock goes back", () => {
    const { ledger } = run([ask("a", { want: 50 })]);
    const back = grantLease(ledger, ask("b"), NOW_MS - 86_400_000);
    expect(back.grant.granted).toBe(0);
    expect(grantLease(back.ledger, ask("c"), NOW_MS).grant.granted).toBe(0);
  });

  it("clamp an existing bucket to a smaller burst and do not fill it up to a larger one", () => {
    const { ledger } = run([ask("a", { want: 1, expected: 1 })]);
    expect(grantLease(ledger, ask("b", { burst: 10, want: 100 }), NOW_MS).grant.granted).toBe(10);
    expect(grantLease(ledger, ask("b", { burst: 100, want: 100 }), NOW_MS).grant.granted).toBe(49);
  });

  it("count the time before a change at the old rate", () => {
    const { ledger } = run([ask("a", { want: 50 })]);
    const faster = grantLease(ledger, ask("b", { requests: 3_600_000, want: 50 }), NOW_MS + 7200);
    expect(faster.grant.granted).toBe(2);
  });

  it("never admit anything under a policy of zero", () => {
    expect(grantLease(null, ask("a", { requests: 0 }), NOW_MS).grant).toMatchObject({
      granted: 0,
      retryAfterSeconds: Number.POSITIVE_INFINITY,
    });
    expect(grantLease(null, ask("a", { burst: 0 }), NOW_MS).grant.granted).toBe(0);
  });
});
