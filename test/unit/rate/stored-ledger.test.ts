import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LimiterLedger } from "../../../durable-objects/rate-limiter/limiter-ledger.ts";
import { advance, creditDrops, heldBy, type Ledger, returnLease } from "../../../shared/domain/rate/lease-ledger.ts";
import { advanceLimit, MAX_STORED_LEASES } from "../../../shared/domain/rate/stored-ledger.ts";
import type { LeaseGrant, LeaseReturn } from "../../../shared/domain/rate/lease-messages.ts";
import { FakeLedgerStorage, START_MS } from "./fake-limiters.ts";
import { type FinitePolicy, finitePolicy } from "./limiter-world.ts";

type Call =
  | { readonly kind: "lease"; readonly want: number; readonly expected: number; readonly times: number; readonly gapMs: number }
  | { readonly kind: "release"; readonly nth: number; readonly unused: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "kill" };

const wait = fc.record({ kind: fc.constant("wait" as const), ms: fc.oneof(fc.nat(500), fc.nat(10_000), fc.nat(100_000)) });
const release = fc.record({ kind: fc.constant("release" as const), nth: fc.nat(60), unused: fc.nat(20) });
const lease = fc.record({
  kind: fc.constant("lease" as const),
  want: fc.integer({ min: 1, max: 3 }),
  expected: fc.nat(20),
  times: fc.integer({ min: 1, max: 12 }),
  gapMs: fc.constantFrom(0, 50, 400),
});
const kill = fc.record({ kind: fc.constant("kill" as const) });
const history = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: lease },
    { weight: 6, arbitrary: release },
    { weight: 4, arbitrary: wait },
    { weight: 1, arbitrary: kill },
  ),
  { minLength: 3, maxLength: 25 },
);
/** Returns come first: later, two ledgers shrink refunds in different orders, each within what an ideal bucket has. */
const future = fc
  .tuple(fc.array(release, { maxLength: 6 }), fc.array(wait, { maxLength: 4 }))
  .map(([returns, waits]) => [...returns, ...waits]);

/** One object, and the leases of its isolates. */
class Limiter {
  readonly storage = new FakeLedgerStorage();
  readonly leases: { readonly leaseId: string; readonly granted: number; unused: number }[] = [];
  nowMs = START_MS;
  readonly #policy: FinitePolicy;
  #ledger = new LimiterLedger(this.storage);
  #attempts = 0;

  constructor(policy: FinitePolicy) {
    this.#policy = policy;
  }

  get actual(): Ledger {
    return this.#ledger.current ?? absent();
  }

  get stored(): Ledger {
    return this.storage.ledger ?? absent();
  }

  /** Calls `afterGrant` after each grant. */
  run(call: Call, afterGrant = (): void => {}): void {
    if (call.kind === "wait") this.nowMs += call.ms;
    else if (call.kind === "kill") this.kill();
    else if (call.kind === "release") this.#release(call.nth, call.unused);
    else
      for (let time = 0; time < call.times; time += 1) {
        if (this.lease(call.want, call.expected).granted > 0) afterGrant();
        this.nowMs += call.gapMs;
      }
  }

  lease(want: number, expected: number, returns: readonly LeaseReturn[] = []): LeaseGrant {
    this.#attempts += 1;
    const grant = this.#ledger.lease({ ...this.#policy, want, expected, attempt: `a${this.#attempts}`, returns }, this.nowMs);
    if (grant.granted > 0) this.leases.push({ leaseId: grant.leaseId, granted: grant.granted, unused: 0 });
    return grant;
  }

  release(ended: LeaseReturn): void {
    this.#ledger.release(ended, this.nowMs);
  }

  kill(): void {
    this.#ledger = new LimiterLedger(this.storage);
  }

  /** The states of a ledger under `calls`. An isolate reports a total that never shrinks. */
  statesOf(ledger: Ledger, calls: readonly Call[]): readonly Ledger[] {
    let state = advance(ledger, this.nowMs);
    const states = [state];
    const reported = new Map(this.leases.map(({ leaseId, unused }) => [leaseId, unused]));
    let { nowMs } = this;
    for (const call of calls) {
      if (call.kind === "wait") nowMs += call.ms;
      state = advance(state, nowMs);
      const chosen = call.kind === "release" ? this.#chosen(call.nth) : undefined;
      if (call.kind === "release" && chosen !== undefined) {
        const unused = Math.min(chosen.granted, Math.max(reported.get(chosen.leaseId) ?? 0, call.unused));
        reported.set(chosen.leaseId, unused);
        state = returnLease(state, { leaseId: chosen.leaseId, unused }, nowMs);
      }
      states.push(state);
    }
    return states;
  }

  #release(nth: number, unused: number): void {
    const chosen = this.#chosen(nth);
    if (chosen === undefined) return;
    chosen.unused = Math.min(chosen.granted, Math.max(chosen.unused, unused));
    this.release({ leaseId: chosen.leaseId, unused: chosen.unused });
  }

  #chosen(nth: number) {
    return this.leases.at(-1 - (nth % Math.max(1, this.leases.length)));
  }
}

function absent(): never {
  throw new Error("there is no ledger before the first lease");
}

function drops(ledger: Ledger): number {
  return ledger.bucket.drops;
}

/** A bucket of one request per second. */
const PER_SECOND: FinitePolicy = { requests: 3600, windowSeconds: 3600, burst: 100 };
const DROPS_PER_REQUEST = 3_600_000;

describe("the stored ledger", () => {
  it("never holds more than the actual one after a grant, whatever isolates return and however long it takes", () => {
    let advanced = 0;
    let merged = 0;
    fc.assert(
      fc.property(finitePolicy, history, future, (policy, calls, later) => {
        const limiter = new Limiter(policy);
        for (const call of calls)
          limiter.run(call, () => {
            const actual = limiter.statesOf(limiter.actual, later);
            const stored = limiter.statesOf(limiter.stored, later);
            for (const [step, state] of stored.entries()) expect(drops(state)).toBeLessThanOrEqual(drops(actual[step] ?? absent()));
            if (drops(limiter.stored) < drops(limiter.actual)) advanced += 1;
            if (limiter.actual.leases.length > MAX_STORED_LEASES) merged += 1;
          });
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(advanced, merged)).toBeGreaterThan(1000);
  });

  it("forfeits at most one advance in a kill, and what leases held when it was written", () => {
    let forfeited = 0;
    fc.assert(
      fc.property(finitePolicy, history, (policy, calls) => {
        const limiter = new Limiter(policy);
        const { shape } = limiter.lease(1, 1).granted > 0 ? limiter.actual.bucket : absent();
        let { rowsWritten } = limiter.storage;
        for (const call of calls) {
          limiter.run(call, () => {
            if (limiter.storage.rowsWritten > rowsWritten)
              expect(drops(limiter.actual) - drops(limiter.stored)).toBeLessThanOrEqual(advanceLimit(shape) * shape.windowMs);
            ({ rowsWritten } = limiter.storage);
          });
          ({ rowsWritten } = limiter.storage);
          const actual = advance(limiter.actual, limiter.nowMs);
          const stored = advance(limiter.stored, limiter.nowMs);
          // Leases that are not stored one by one are part of the reserve.
          let bound = Math.max(advanceLimit(shape), reservedBy(limiter.stored)) * shape.windowMs;
          for (const held of limiter.stored.leases) if (held.leaseId !== null) bound += creditDrops(held, held.granted, shape);
          expect(drops(actual) - drops(stored)).toBeLessThanOrEqual(bound);
          if (drops(stored) < drops(actual)) forfeited += 1;
        }
      }),
      { numRuns: 1000 },
    );
    expect(forfeited).toBeGreaterThan(1000);
  });

  it("is exact after the only lease has been returned, and is written no more by repeated returns", () => {
    const limiter = new Limiter(PER_SECOND);
    limiter.lease(1, 20);
    limiter.nowMs += 5000;
    for (let repeat = 0; repeat < 3; repeat += 1) limiter.release({ leaseId: "a1", unused: 12 });
    expect(limiter.storage.rowsWritten).toBe(2);
    expect(limiter.stored).toEqual(limiter.actual);
    limiter.kill();
    expect(drops(advance(limiter.actual, limiter.nowMs))).toBe(92 * DROPS_PER_REQUEST);
  });

  it("is not written by a return while other leases are outstanding, unless the return is large", () => {
    const limiter = new Limiter(PER_SECOND);
    limiter.lease(1, 10);
    limiter.lease(1, 10);
    limiter.release({ leaseId: "a1", unused: 5 });
    expect(limiter.storage.rowsWritten).toBe(2);
    limiter.release({ leaseId: "a2", unused: 5 });
    expect(limiter.storage.rowsWritten).toBe(3);
    expect(drops(limiter.stored)).toBe(90 * DROPS_PER_REQUEST);
    const slow = new Limiter({ ...PER_SECOND, requests: 60 });
    slow.lease(1, 10);
    slow.lease(1, 10);
    slow.release({ leaseId: "a1", unused: 5 });
    expect(slow.storage.rowsWritten).toBe(3);
  });

  it("is debited in advance for frequent callers only", () => {
    const rare = new Limiter(PER_SECOND);
    for (let call = 0; call < 40; call += 1, rare.nowMs += 9000) rare.lease(1, 1);
    expect(rare.storage.rowsWritten).toBe(40);
    expect(rare.stored).toEqual(ledgerWithNewest(rare.actual));
    const frequent = new Limiter({ ...PER_SECOND, requests: 36_000 });
    for (let call = 0; call < 400; call += 1, frequent.nowMs += 100) frequent.lease(1, 1);
    expect(frequent.storage.rowsWritten).toBeLessThan(20);
  });

  it("leaves at least half of the free capacity to refill after a kill, whatever leases hold", () => {
    let advanced = 0;
    fc.assert(
      fc.property(finitePolicy, history, (policy, calls) => {
        const limiter = new Limiter(policy);
        let { rowsWritten } = limiter.storage;
        for (const call of calls)
          limiter.run(call, () => {
            if (limiter.storage.rowsWritten > rowsWritten && drops(limiter.stored) < drops(limiter.actual)) {
              const before = policy.burst - heldBy(limiter.actual.leases);
              const after = policy.burst - heldBy(limiter.stored.leases);
              expect(after).toBeGreaterThanOrEqual(before / 2);
              advanced += 1;
            }
            ({ rowsWritten } = limiter.storage);
          });
      }),
      { numRuns: 1000 },
    );
    expect(advanced).toBeGreaterThan(1000);
  });

  it("is not written by a denial, unless the wait is so long that the object may lose its memory", () => {
    const quick = new Limiter({ ...PER_SECOND, burst: 40 });
    for (let call = 0; call < 40; call += 1) quick.lease(1, 1);
    let { rowsWritten } = quick.storage;
    expect(quick.lease(1, 1)).toMatchObject({ granted: 0, retryAfterSeconds: 1 });
    expect(quick.storage.rowsWritten).toBe(rowsWritten);
    const slow = new Limiter({ requests: 60, windowSeconds: 3600, burst: 40 });
    slow.lease(40, 40);
    ({ rowsWritten } = slow.storage);
    expect(slow.lease(1, 1)).toMatchObject({ granted: 0, retryAfterSeconds: 60 });
    expect(slow.storage.rowsWritten).toBe(rowsWritten);
    expect(drops(slow.stored)).toBe(0);
  });

  it("is written when the policy changes, even with a denial", () => {
    const limiter = new Limiter({ ...PER_SECOND, burst: 5 });
    limiter.lease(5, 5);
    const before = limiter.storage.rowsWritten;
    const changed = new LimiterLedger(limiter.storage);
    changed.lease({ requests: 10, windowSeconds: 3600, burst: 5, want: 1, expected: 1, attempt: "b", returns: [] }, limiter.nowMs);
    expect(limiter.storage.rowsWritten).toBe(before + 1);
    expect(limiter.stored.bucket.shape.perWindow).toBe(10);
  });
});

function reservedBy(ledger: Ledger): number {
  return ledger.leases.reduce((sum, { leaseId, held }) => sum + (leaseId === null ? held : 0), 0);
}

/** The ledger with only the leases that are stored one by one. */
function ledgerWithNewest(ledger: Ledger): Ledger {
  return { ...ledger, leases: ledger.leases.slice(-MAX_STORED_LEASES) };
}
