import { describe, expect, it } from "vitest";
import type { LeaseGrant, LeaseRequest } from "../../../shared/domain/rate/lease-messages.ts";
import {
  advance,
  grantLease,
  LEASE_GRACE_MS,
  LEASE_TTL_SECONDS,
  type Ledger,
  ledgerStatus,
  MAX_LEASES,
  returnLease,
} from "../../../shared/domain/rate/granted-leases.ts";

const NOW_MS = 1_800_000_000_000;
const HELD_MS = LEASE_TTL_SECONDS * 1000 + LEASE_GRACE_MS;

function ask(attempt: string, changes: Partial<LeaseRequest> = {}): LeaseRequest {
  return { requests: 1000, windowSeconds: 3600, burst: 50, want: 1, expected: 1000, attempt, returns: [], ...changes };
}

/** Runs requests one after another at the same time. */
function run(requests: readonly LeaseRequest[], nowMs = NOW_MS, start: Ledger | null = null): { ledger: Ledger; grants: LeaseGrant[] } {
  let ledger = start;
  const grants: LeaseGrant[] = [];
  for (const request of requests) {
    const decision = grantLease(ledger, request, nowMs);
    ledger = decision.ledger;
    grants.push(decision.grant);
  }
  if (ledger === null) throw new Error("no request was made");
  return { ledger, grants };
}

describe("granting a lease", () => {
  it("grants at most a tenth of what is left, and at least one request", () => {
    const { grants } = run(Array.from({ length: 30 }, (_, index) => ask(`a${index}`)));
    let left = 50;
    for (const { granted } of grants) {
      expect(granted).toBe(Math.min(left, Math.max(1, Math.floor(left / 10))));
      left -= granted;
    }
    expect(left).toBe(0);
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

  it("needs no write for a plain denial", () => {
    const { ledger } = run([ask("a", { want: 50 })]);
    expect(grantLease(ledger, ask("b"), NOW_MS + 10).store).toBe(false);
    expect(grantLease(ledger, ask("b", { burst: 40 }), NOW_MS + 10).store).toBe(true);
    expect(grantLease(ledger, ask("b"), NOW_MS + 3600).store).toBe(true);
  });

  it("never lets a bucket and its unspent leases hold more than the burst", () => {
    const { ledger } = run([ask("a")]);
    const beforeExpiry = advance(ledger, NOW_MS + HELD_MS - 1);
    expect(ledgerStatus(beforeExpiry, NOW_MS + HELD_MS - 1)).toMatchObject({ remaining: 45, leased: 5 });
    // The refill after the expiry counts from the expiry, not from the last update.
    const one = advance(ledger, NOW_MS + HELD_MS + 3600);
    expect(ledgerStatus(one, NOW_MS + HELD_MS + 3600)).toMatchObject({ remaining: 46, leased: 0 });
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
