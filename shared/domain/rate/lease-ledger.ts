/**
 * The limiter's ledger: a bucket, and what isolates may still spend from its leases.
 *
 * Invariant: level + held ≤ burst. While an isolate may still spend a lease, its requests count
 * against the bucket's capacity. Otherwise the bucket could refill while leases are unspent, and
 * both together would admit more than the burst.
 */
import type { LeaseReturn, LimiterStatus } from "./lease-messages.ts";
import { type BucketShape, capacityDrops, deposit, refill, refillMs, reshape, type TokenBucket, wholeRequests } from "./token-bucket.ts";
import { MS_PER_SECOND } from "../units.ts";

/** How long an isolate may spend a lease, in seconds, counted from before it sent the request. */
export const LEASE_TTL_SECONDS = 60;

/**
 * How much longer the limiter counts a lease as unspent, in milliseconds.
 * Clocks in an isolate stand still while code runs.
 */
export const LEASE_GRACE_MS = 2000;

/** Leases that one bucket remembers. Beyond it, grants cover only the waiting requests, and their refunds are lost. */
export const MAX_LEASES = 1024;

/** One lease. `held`: requests that the isolate may still spend; 0 when the lease has ended. */
export interface Lease {
  /** Null for a reserve: requests that unknown leases may still spend. A reserve cannot be returned. */
  readonly leaseId: string | null;
  readonly granted: number;
  readonly held: number;
  /** Unspent requests reported so far. */
  readonly returned: number;
  /** Drops that a return may put back when nothing is held. See {@link withinHeadroom}. */
  readonly returnableDrops: number;
  readonly expiresAtMs: number;
}

/** A bucket and its unexpired leases, in the order in which they expire. */
export interface Ledger {
  readonly bucket: TokenBucket;
  readonly leases: readonly Lease[];
}

/** Requests that may still be spent from `leases`. */
export function heldBy(leases: readonly Lease[]): number {
  let held = 0;
  for (const lease of leases) held += lease.held;
  return held;
}

/** Adds a lease in the order of expiry. */
export function withLease(leases: readonly Lease[], added: Lease): readonly Lease[] {
  const before = leases.findLastIndex((lease) => lease.expiresAtMs <= added.expiresAtMs);
  return leases.toSpliced(before + 1, 0, added);
}

/**
 * Limits what refunds of spent requests may put back to the room left in the bucket, oldest leases
 * first. If the request had never been taken, the bucket would have been full earlier and would have
 * lost the refill since. Without the limit, a late refund would lift the bucket above that level.
 */
function withinHeadroom(leases: readonly Lease[], bucket: TokenBucket, held: number): readonly Lease[] {
  let excess = -(capacityDrops(bucket.shape, held) - bucket.drops);
  for (const lease of leases) excess += lease.returnableDrops;
  if (excess <= 0) return leases;
  return leases.map((lease) => {
    const shrink = Math.min(Math.max(0, excess), lease.returnableDrops);
    excess -= shrink;
    return shrink === 0 ? lease : { ...lease, returnableDrops: lease.returnableDrops - shrink };
  });
}

/** The ledger at `nowMs`. The refill goes from expiry to expiry, because each expired lease gives capacity back. */
export function advance(ledger: Ledger, nowMs: number): Ledger {
  let { bucket, leases } = ledger;
  let held = heldBy(leases);
  for (let oldest = leases[0]; oldest !== undefined && oldest.expiresAtMs <= nowMs; oldest = leases[0]) {
    bucket = refill(bucket, held, oldest.expiresAtMs);
    leases = withinHeadroom(leases.slice(1), bucket, held);
    held -= oldest.held;
  }
  const refilled = refill(bucket, held, nowMs);
  return refilled === bucket && leases === ledger.leases ? ledger : { bucket: refilled, leases: withinHeadroom(leases, refilled, held) };
}

/**
 * Milliseconds from the bucket's time until it holds `requests`; Infinity if it never does. While a clock that was set
 * back is behind the bucket's time, the wait is therefore too short. A longer one would outlast the clock's correction.
 */
export function msUntil(ledger: Ledger, requests: number): number {
  const target = requests * ledger.bucket.shape.windowMs;
  let { bucket } = ledger;
  let held = heldBy(ledger.leases);
  const startMs = bucket.atMs;
  for (const lease of ledger.leases) {
    const waitMs = refillMs(bucket.shape, bucket.drops, target);
    if (target <= capacityDrops(bucket.shape, held) && bucket.atMs + waitMs <= lease.expiresAtMs) return bucket.atMs + waitMs - startMs;
    bucket = refill(bucket, held, lease.expiresAtMs);
    held -= lease.held;
  }
  if (target > capacityDrops(bucket.shape, held)) return Number.POSITIVE_INFINITY;
  return bucket.atMs + refillMs(bucket.shape, bucket.drops, target) - startMs;
}

/** Drops that the bucket gets back when an isolate reports `unused` unspent requests of a lease. */
export function creditDrops(lease: Lease, unused: number, shape: BucketShape): number {
  const unspentDrops = Math.max(0, unused - lease.returned) * shape.windowMs;
  // Held requests come back in full. Requests that counted as spent come back only up to `returnableDrops`.
  return lease.held > 0 ? unspentDrops : Math.min(unspentDrops, lease.returnableDrops);
}

function settle(ledger: Ledger, lease: Lease, unused: number): Ledger {
  const { bucket } = ledger;
  const reported = Math.min(Math.floor(unused), lease.granted);
  const returned = reported > lease.returned ? reported : lease.returned;
  if (returned === lease.returned && lease.held === 0) return ledger;
  const credit = creditDrops(lease, returned, bucket.shape);
  const spentDrops = (lease.granted - returned) * bucket.shape.windowMs;
  const returnableDrops = lease.held > 0 ? spentDrops : lease.returnableDrops - credit;
  const settled: Lease = { ...lease, held: 0, returned, returnableDrops };
  const leases = ledger.leases.map((other) => (other === lease ? settled : other));
  return { bucket: deposit(bucket, credit, heldBy(leases)), leases };
}

/** Ends a lease. Ignores unknown and expired leases. A repeated return changes nothing but the time. */
export function returnLease(ledger: Ledger, ended: LeaseReturn, nowMs: number): Ledger {
  const current = advance(ledger, nowMs);
  const lease = current.leases.find((candidate) => candidate.leaseId === ended.leaseId);
  return lease === undefined ? current : settle(current, lease, ended.unused);
}

/** The ledger under another policy. Refunds of spent requests lapse, because they were measured under the old one. */
export function underPolicy(ledger: Ledger, shape: BucketShape): Ledger {
  const bucket = reshape(ledger.bucket, shape, heldBy(ledger.leases));
  if (bucket === ledger.bucket) return ledger;
  return { bucket, leases: ledger.leases.map((lease) => (lease.returnableDrops === 0 ? lease : { ...lease, returnableDrops: 0 })) };
}

/** State of a bucket for the operator. */
export function ledgerStatus(ledger: Ledger, nowMs: number): LimiterStatus {
  const current = advance(ledger, nowMs);
  return {
    remaining: wholeRequests(current.bucket),
    resetSeconds: msUntil(current, current.bucket.shape.burst) / MS_PER_SECOND,
    leased: heldBy(current.leases),
  };
}
