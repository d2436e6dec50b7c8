/**
 * The isolate's side of one bucket: the lease it spends, the denial it remembers, the leases it
 * still owes back. Pure but stateful: every method is handed the time.
 */
import type { LeaseGrant, LeaseReturn } from "./lease.ts";
import type { RateState } from "./rate-state.ts";
import { admitsNothing, type BucketShape } from "./token-bucket.ts";
import { MS_PER_SECOND } from "../units.ts";

/** How long an unreachable limiter is not asked again, in milliseconds. */
export const UNAVAILABLE_MEMORY_MS = 1000;

/** Requests of one isolate see clocks that differ by a little; a clock this much behind was set back. */
export const CLOCK_TOLERANCE_MS = 1000;

/** Ended leases remembered until the next call carries them home; older ones are forfeited. */
export const MAX_OWED_LEASES = 8;

/** A lease in hand. Admissions keep a reference, so that a refund finds its way back. */
export interface LocalLease {
  readonly leaseId: string;
  readonly granted: number;
  readonly untilMs: number;
  /** Whether unspent requests may be kept for later ones (see `LeaseGrant.granted`). */
  readonly pooled: boolean;
  unused: number;
}

/** Why a bucket refuses without asking. */
export type Refusal = "denied" | "unavailable";

/** What the next lease request should say. */
export interface LeaseDemand {
  readonly expected: number;
  readonly returns: readonly LeaseReturn[];
}

export class LocalBucket {
  readonly #shape: BucketShape;
  #lease: LocalLease | null = null;
  #owed: LocalLease[] = [];
  #deniedUntilMs = 0;
  #unavailableUntilMs = 0;
  /** Level of the limiter's bucket, in requests, when it was last heard of. */
  #left: number;
  #leftAtMs = 0;
  #seenMs = 0;

  constructor(shape: BucketShape) {
    this.#shape = shape;
    this.#left = shape.burst;
  }

  /** Whether a request at `nowMs` is refused without asking the limiter. */
  refusal(nowMs: number): Refusal | null {
    const now = this.#clock(nowMs);
    if (admitsNothing(this.#shape) || now < this.#deniedUntilMs) return "denied";
    return now < this.#unavailableUntilMs ? "unavailable" : null;
  }

  /** Spends one request of the lease in hand; null when the limiter has to be asked. */
  take(nowMs: number): LocalLease | null {
    const lease = this.#lease;
    if (lease === null || lease.unused === 0 || this.#clock(nowMs) >= lease.untilMs) return null;
    lease.unused -= 1;
    return lease;
  }

  /** Ends the lease in hand and says what to ask for. Doubles while leases run out before their end, shrinks to what was used otherwise. */
  demand(nowMs: number, waiting: number): LeaseDemand {
    const lease = this.#lease;
    const now = this.#clock(nowMs);
    const used = lease === null ? 0 : lease.granted - lease.unused;
    const exhausted = lease !== null && lease.unused === 0 && now < lease.untilMs;
    this.#end();
    return { expected: Math.max(waiting, exhausted ? used * 2 : used), returns: this.#owed.map(returnOf) };
  }

  /** Takes in what the limiter answered to a request sent at `sentAtMs` for `waiting` requests. */
  accept(grant: LeaseGrant, waiting: number, sentAtMs: number, nowMs: number, told: readonly LeaseReturn[]): void {
    const now = this.#clock(nowMs);
    this.#forgetTold(told);
    this.#left = grant.left;
    this.#leftAtMs = now;
    this.#unavailableUntilMs = 0;
    if (grant.granted === 0) {
      this.#deniedUntilMs = now + grant.retryAfterSeconds * MS_PER_SECOND;
      return;
    }
    this.#deniedUntilMs = 0;
    // An answer to an overtaken call may come second: the lease it finds is ended, not forgotten.
    this.#end();
    this.#lease = {
      leaseId: grant.leaseId,
      granted: grant.granted,
      untilMs: sentAtMs + grant.ttlSeconds * MS_PER_SECOND,
      pooled: grant.granted > waiting,
      unused: grant.granted,
    };
  }

  /** Called once the waiting requests have been served: what a lease without surplus has left over goes home. */
  served(): void {
    if (this.#lease !== null && !this.#lease.pooled && this.#lease.unused > 0) this.#end();
  }

  unreachable(nowMs: number): void {
    this.#unavailableUntilMs = this.#clock(nowMs) + UNAVAILABLE_MEMORY_MS;
  }

  /** Puts one request back into the lease it came from; it is spendable again only where the limiter still counts it as unspent. */
  refund(lease: LocalLease): void {
    lease.unused += 1;
    if (lease === this.#lease && lease.pooled) return;
    if (lease === this.#lease) this.#lease = null;
    this.#owe(lease);
    // The limiter has more than when it refused, or will once it hears of this: ask again.
    this.#deniedUntilMs = 0;
  }

  /** Ends everything and says what to give back: for a bucket that is idle or forgotten. */
  relinquish(): readonly LeaseReturn[] {
    this.#end();
    const returns = this.#owed.filter((lease) => lease.unused > 0).map(returnOf);
    this.#owed = [];
    return returns;
  }

  state(nowMs: number): RateState {
    const now = this.#clock(nowMs);
    const { burst, perWindow, windowMs } = this.#shape;
    const lease = this.#lease;
    const inHand = unspent(lease, now) + this.#owed.reduce((sum, owed) => sum + unspent(owed, now), 0);
    const flowedIn = (Math.max(0, now - this.#leftAtMs) * perWindow) / windowMs;
    const level = Math.max(0, Math.min(burst - inHand, this.#left + flowedIn));
    const denied = this.refusal(now) === "denied";
    const waitMs = admitsNothing(this.#shape) ? windowMs : this.#deniedUntilMs - now;
    return {
      limit: perWindow,
      burst,
      windowSeconds: windowMs / MS_PER_SECOND,
      remaining: denied ? 0 : Math.min(burst, Math.floor(level) + inHand),
      resetSeconds:
        perWindow === 0
          ? windowMs / MS_PER_SECOND
          : Math.ceil((Math.max(0, burst - inHand - level) * windowMs) / perWindow) / MS_PER_SECOND,
      retryAfterSeconds: denied ? Math.max(1, Math.ceil(waitMs / MS_PER_SECOND)) : 0,
    };
  }

  /** The latest time seen. A clock set back could keep a lease alive after the limiter let go of it: such a lease is dropped unspent. */
  #clock(nowMs: number): number {
    if (nowMs + CLOCK_TOLERANCE_MS < this.#seenMs) {
      this.#lease = null;
      this.#owed = [];
      this.#deniedUntilMs = 0;
      this.#unavailableUntilMs = 0;
      this.#leftAtMs = nowMs;
      this.#seenMs = nowMs;
    } else if (nowMs > this.#seenMs) this.#seenMs = nowMs;
    return this.#seenMs;
  }

  #end(): void {
    const lease = this.#lease;
    this.#lease = null;
    if (lease !== null) this.#owe(lease);
  }

  /** A surplus lease is reported even when it was spent to the end: the limiter then stops counting it as unspent. */
  #owe(lease: LocalLease): void {
    if ((lease.unused === 0 && !lease.pooled) || this.#owed.includes(lease)) return;
    this.#owed.push(lease);
    if (this.#owed.length > MAX_OWED_LEASES) this.#owed.shift();
  }

  /** A lease that was refunded while the call was under way is still owed. */
  #forgetTold(told: readonly LeaseReturn[]): void {
    this.#owed = this.#owed.filter((lease) => !told.some((ended) => ended.leaseId === lease.leaseId && ended.unused === lease.unused));
  }
}

function returnOf(lease: LocalLease): LeaseReturn {
  return { leaseId: lease.leaseId, unused: lease.unused };
}

function unspent(lease: LocalLease | null, nowMs: number): number {
  return lease !== null && nowMs < lease.untilMs ? lease.unused : 0;
}
