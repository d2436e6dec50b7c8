/**
 * The isolate's side of one bucket: the current lease, a remembered denial, and ended leases that
 * were not returned yet. It reads no clock: every method is given the time.
 */
import type { LeaseGrant, LeaseReturn } from "./lease-messages.ts";
import type { RateState } from "./rate-state.ts";
import { admitsNothing, type BucketShape } from "./token-bucket.ts";
import { MS_PER_SECOND } from "../units.ts";

/** How long an unreachable limiter is not called again, in milliseconds. */
export const UNAVAILABLE_MEMORY_MS = 1000;

/** Clocks of concurrent requests differ slightly. A clock further behind than this was set back. In milliseconds. */
export const CLOCK_TOLERANCE_MS = 1000;

/**
 * Longest mean time between requests, in milliseconds, for which an isolate keeps requests in advance. A slower user
 * takes only what waits, and has nothing to return when the isolate becomes idle.
 */
export const STEADY_GAP_MS = 5000;

/** Requests in a row from which on a user counts as steady. After fewer, a surplus would mostly be returned unspent. */
const STEADY_RUN = 3;

/** A steady user whose lease ran out early is expected to send this many times the requests sent so far. */
const RUN_GROWTH = 2;

/** Ended leases kept until the next call returns them. When there are more, the oldest are forfeited. */
export const MAX_OWED_LEASES = 8;

/** A lease that the isolate holds. An admission keeps a reference, so that a refund reaches its lease. */
export interface LocalLease {
  readonly leaseId: string;
  readonly granted: number;
  /** When the isolate asked for the lease. */
  readonly sentAtMs: number;
  readonly untilMs: number;
  /** Whether the isolate may keep unspent requests for later (see `LeaseGrant.granted`). */
  readonly pooled: boolean;
  unused: number;
}

/** Why a bucket refuses a request without a call. */
export type Refusal = "denied" | "unavailable";

/** Contents of the next lease request. */
export interface LeaseDemand {
  readonly expected: number;
  readonly returns: readonly LeaseReturn[];
}

export class HeldLeases {
  readonly #shape: BucketShape;
  #lease: LocalLease | null = null;
  #owed: LocalLease[] = [];
  #deniedUntilMs = 0;
  #unavailableUntilMs = 0;
  /** Level of the limiter's bucket at the last grant, in requests. */
  #left: number;
  #leftAtMs = 0;
  #seenMs = 0;
  /** Requests that were spent without a longer pause. */
  #run = 0;

  constructor(shape: BucketShape) {
    this.#shape = shape;
    this.#left = shape.burst;
  }

  /** Why a request at `nowMs` is refused without a call; null when it is not refused. */
  refusal(nowMs: number): Refusal | null {
    const now = this.#clock(nowMs);
    if (admitsNothing(this.#shape) || now < this.#deniedUntilMs) return "denied";
    return now < this.#unavailableUntilMs ? "unavailable" : null;
  }

  /** Spends one request of the current lease. Null when the limiter must be called. */
  take(nowMs: number): LocalLease | null {
    const lease = this.#lease;
    if (lease === null || lease.unused === 0 || this.#clock(nowMs) >= lease.untilMs) return null;
    lease.unused -= 1;
    return lease;
  }

  /** Ends the current lease and returns the contents of the next lease request. */
  demand(nowMs: number, waiting: number): LeaseDemand {
    const expected = this.#expected(this.#clock(nowMs));
    this.#end();
    return { expected: Math.max(waiting, expected), returns: this.#owed.map(returnOf) };
  }

  /** Applies the grant for a lease request that was sent at `sentAtMs` for `waiting` requests. */
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
    // Grants of overlapping calls may arrive in any order. The lease in hand is ended, so that it is still returned.
    this.#end();
    this.#lease = {
      leaseId: grant.leaseId,
      granted: grant.granted,
      sentAtMs,
      untilMs: sentAtMs + grant.ttlSeconds * MS_PER_SECOND,
      pooled: grant.granted > waiting,
      unused: grant.granted,
    };
  }

  /** Called when the waiting requests have been served. Ends a lease without a surplus, whose rest must be returned. */
  served(): void {
    if (this.#lease !== null && !this.#lease.pooled && this.#lease.unused > 0) this.#end();
  }

  unreachable(nowMs: number): void {
    this.#unavailableUntilMs = this.#clock(nowMs) + UNAVAILABLE_MEMORY_MS;
  }

  /**
   * Puts a request back into its lease. The isolate may spend it again only if the limiter still counts it as unspent.
   */
  refund(lease: LocalLease): void {
    lease.unused += 1;
    if (lease === this.#lease && lease.pooled) return;
    if (lease === this.#lease) this.#lease = null;
    this.#owe(lease);
    // Returning the request gives the limiter more than it had at the denial, so the next request may ask again.
    this.#deniedUntilMs = 0;
  }

  /**
   * Ends all leases and returns what to report to the limiter, which has forgotten leases that have expired. For a
   * bucket that is idle or evicted.
   */
  relinquish(nowMs: number): readonly LeaseReturn[] {
    const now = this.#clock(nowMs);
    this.#end();
    const returns = this.#owed.filter(({ untilMs }) => now < untilMs).map(returnOf);
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

  /**
   * The latest time seen. When the clock was set back, all leases are dropped unspent:
   * they could outlive the limiter's record.
   */
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

  /**
   * Requests that the isolate probably needs after the current lease: as many as it spent of it, or more if it ran out
   * early. A slow user is expected to need only what waits.
   */
  #expected(nowMs: number): number {
    const lease = this.#lease;
    const used = lease === null ? 0 : lease.granted - lease.unused;
    const quiet = lease === null || nowMs - lease.sentAtMs >= used * STEADY_GAP_MS;
    this.#run = quiet ? 0 : this.#run + used;
    if (this.#run < STEADY_RUN) return 0;
    return lease?.unused === 0 && nowMs < lease.untilMs ? this.#run * RUN_GROWTH : used;
  }

  #end(): void {
    const lease = this.#lease;
    this.#lease = null;
    if (lease !== null) this.#owe(lease);
  }

  /**
   * Queues a lease for return.
   * One with a surplus is returned even when fully spent, so that the limiter stops holding it.
   */
  #owe(lease: LocalLease): void {
    if ((lease.unused === 0 && !lease.pooled) || this.#owed.includes(lease)) return;
    this.#owed.push(lease);
    if (this.#owed.length > MAX_OWED_LEASES) this.#owed.shift();
  }

  /** Drops the leases that a call has returned. A lease that got a refund during the call is kept for the next one. */
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
