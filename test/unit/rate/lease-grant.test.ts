import { describe, expect, it } from "vitest";
import { grantLease } from "../../../shared/domain/rate/lease-grant.ts";
import { LEASE_GRACE_MS, LEASE_TTL_SECONDS, ledgerStatus, MAX_LEASES } from "../../../shared/domain/rate/lease-ledger.ts";
import type { LeaseRequest } from "../../../shared/domain/rate/lease-messages.ts";
import { ask, NOW_MS, run } from "./lease-calls.ts";

const HELD_MS = LEASE_TTL_SECONDS * 1000 + LEASE_GRACE_MS;

describe("granting a lease", () => {
  it("grants at most a tenth of a bucket that refills slowly, and a quarter of what is left", () => {
    const { grants } = run(Array.from({ length: 40 }, (_, index) => ask(`a${index}`, { requests: 1, expected: 1000 })));
    let left = 50;
    for (const { granted } of grants) {
      // From two fifths of the burst on, two thirds of what is left is more than a tenth of the burst.
      const bound = left >= 20 ? 5 : Math.min(5, Math.floor(left / 4));
      expect(granted).toBe(Math.min(left, Math.max(1, bound)));
      left -= granted;
    }
    expect(left).toBe(0);
  });

  it("grants more when refill restores it within the lease's TTL, so that a steady user needs few calls", () => {
    const perSecond = (burst: number): LeaseRequest => ask("a", { requests: 3600, burst, expected: 1000 });
    expect(run([perSecond(50)]).grants[0]?.granted).toBe(20);
    expect(run([perSecond(100)]).grants[0]?.granted).toBe(25);
    expect(run([perSecond(400)]).grants[0]?.granted).toBe(40);
    // 1000 requests per hour are 16 per TTL.
    expect(run([ask("a", { expected: 1000 })]).grants[0]?.granted).toBe(16);
  });

  it("leaves a share of a nearly empty bucket to other isolates", () => {
    const steady = { requests: 3600, expected: 1000 };
    const { grants } = run([ask("a", { ...steady, want: 31 }), ask("b", steady), ask("c", steady)]);
    expect(grants.map(({ granted }) => granted)).toEqual([31, 4, 3]);
  });

  it("grants no more than the isolate expects to need", () => {
    expect(run([ask("a", { expected: 2 })]).grants[0]?.granted).toBe(2);
    expect(run([ask("a", { expected: 0 })]).grants[0]?.granted).toBe(1);
  });

  it("serves as many waiting requests as the bucket holds", () => {
    expect(run([ask("a", { want: 30 })]).grants[0]?.granted).toBe(30);
    expect(run([ask("a", { want: 30 }), ask("b", { want: 30 })]).grants[1]?.granted).toBe(20);
  });

  it("answers a repeated attempt with the same grant and charges it once", () => {
    const { ledger, grants } = run([ask("a"), ask("a")]);
    expect(grants[1]).toEqual(grants[0]);
    expect(ledgerStatus(ledger, NOW_MS)).toEqual({ remaining: 45, leased: 5, resetSeconds: HELD_MS / 1000 + 5 * 3.6 });
  });

  it("gives the wait for an empty bucket to the millisecond", () => {
    const { ledger, grants } = run([ask("a", { want: 50 }), ask("b")]);
    expect(grants[1]).toMatchObject({ granted: 0, left: 0, retryAfterSeconds: 3.6 });
    expect(grantLease(ledger, ask("c"), NOW_MS + 3599).grant).toMatchObject({ granted: 0, retryAfterSeconds: 0.001 });
    expect(grantLease(ledger, ask("c"), NOW_MS + 3600).grant.granted).toBe(1);
  });

  it("drops the oldest ended lease at its limit, but never one that may still be spent", () => {
    const many = { burst: 1_000_000, want: 1, expected: 1 };
    const filled = run(Array.from({ length: MAX_LEASES }, (_, index) => ask(`a${index}`, many))).ledger;
    const more = grantLease(filled, ask("b", many), NOW_MS).ledger;
    expect(more.leases.length).toBe(MAX_LEASES);
    expect(more.leases.at(-1)?.leaseId).toBe("b");
    const open = run(Array.from({ length: MAX_LEASES }, (_, index) => ask(`a${index}`, { ...many, expected: 2 }))).ledger;
    const decision = grantLease(open, ask("b", { ...many, expected: 2 }), NOW_MS);
    expect(decision.grant.granted).toBe(1);
    expect(decision.ledger.leases).toBe(open.leases);
  });
});
