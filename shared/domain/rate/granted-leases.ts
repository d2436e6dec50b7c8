/**
 * The limiter's side of leases: what a bucket has granted and what may be returned.
 *
 * Invariant: level + held ≤ burst. While an isolate may still spend a lease, its requests count
 * against the bucket's capacity. Otherwise the bucket could refill while leases are unspent, and
 * both together would admit more than the burst.
 */
import type { LeaseGrant, LeaseRequest, LeaseReturn, LimiterStatus } from "./lease-messages.ts";
import {
  type BucketShape,
  bucketShape,
  capacityDrops,
  deposit,
  fullBucket,
  refill,
  refillMs,
  reshape,
  type TokenBucket,
  wholeRequests,
  withdraw,
} from "./token-bucket.ts";
import { MS_PER_SECOND } from "../units.ts";

/** How long an isolate may spend a lease, in seconds, counted from before it sent the request. */
export const LEASE_TTL_SECONDS = 20;

/**
 * How much longer the limiter counts a lease as unspent, in milliseconds.
 * Clocks in an isolate stand still while code runs.
 */
export const LEASE_GRACE_MS = 2000;

/** A lease larger than the waiting requests is at most 1/LEASE_DIVISOR of what is left in the bucket. */
export const LEASE_DIVISOR = 10;

/** Leases that one bucket remembers. Beyond it, grants cover only the waiting requests, and their refunds are lost. */
export const MAX_LEASES = 1024;

/** One lease. `held`: requests that the isolate may still spend; 0 when the lease has ended. */
export interface Lease {
  readonly leaseId: string;
  readonly granted: number;
  readonly held: number;
  /** Unspent requests reported so far. */
  readonly returned: number;
  /** Drops that a return may put back when nothing is held. See {@link withinHeadroom}. */
  readonly returnableDrops: number;
  readonly expiresAtMs: number;
}

/** A bucket and its unexpired leases, oldest first. */
export interface Ledger {
  readonly bucket: TokenBucket;
  readonly leases: readonly Lease[];
}

export interface LeaseDecision {
  readonly ledger: Ledger;
  readonly grant: LeaseGrant;
  /** Whether the ledger must be stored before the grant is sent. A plain denial needs no write. */
  readonly store: boolean;
}

function heldBy(leases: readonly Lease[]): number {
  let held = 0;
  for (const lease of leases) held += lease.held;
  return held;
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

/** Milliseconds until the bucket holds `requests`; Infinity if it never does. */
function msUntil(ledger: Ledger, requests: number): number {
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

function settle(ledger: Ledger, lease: Lease, unused: number): Ledger {
  const { bucket } = ledger;
  const reported = Math.min(Math.floor(unused), lease.granted);
  const returned = reported > lease.returned ? reported : lease.returned;
  if (returned === lease.returned && lease.held === 0) return ledger;
  // Held requests come back in full. Requests that counted as spent come back only up to `returnableDrops`.
  const unspentDrops = (returned - lease.returned) * bucket.shape.windowMs;
  const credit = lease.held > 0 ? unspentDrops : Math.min(unspentDrops, lease.returnableDrops);
  const spentDrops = (lease.granted - returned) * bucket.shape.windowMs;
  const returnableDrops = lease.held > 0 ? spentDrops : lease.returnableDrops - credit;
  const settled: Lease = { ...lease, held: 0, returned, returnableDrops };
  const leases = ledger.leases.map((other) => (other === lease ? settled : other));
  return { bucket: deposit(bucket, credit, heldBy(leases)), leases };
}

/** Ends a lease. Ignores unknown and expired leases. A repeated return changes nothing. */
export function returnLease(ledger: Ledger, ended: LeaseReturn, nowMs: number): Ledger {
  const current = advance(ledger, nowMs);
  const lease = current.leases.find((candidate) => candidate.leaseId === ended.leaseId);
  return lease === undefined ? current : settle(current, lease, ended.unused);
}

function leaseSize(available: number, want: number, expected: number): number {
  return Math.min(available, Math.max(1, want, Math.min(expected, Math.floor(available / LEASE_DIVISOR))));
}

/** Makes room for one more lease by dropping the oldest ended one. Null when all of them may still be spent. */
function withRoom(leases: readonly Lease[]): readonly Lease[] | null {
  if (leases.length < MAX_LEASES) return leases;
  const done = leases.findIndex((lease) => lease.held === 0);
  return done === -1 ? null : leases.toSpliced(done, 1);
}

function grantOf(leaseId: string, granted: number, bucket: TokenBucket, retryAfterMs: number): LeaseGrant {
  return {
    leaseId,
    granted,
    ttlSeconds: LEASE_TTL_SECONDS,
    left: bucket.drops / bucket.shape.windowMs,
    retryAfterSeconds: retryAfterMs / MS_PER_SECOND,
  };
}

function record(ledger: Ledger, request: LeaseRequest, granted: number): Ledger {
  // The waiting requests are spent at once, so a lease for them alone holds nothing. A lease with a
  // surplus is held in full, because the isolate may spend a refunded request of it again.
  const held = granted > request.want ? granted : 0;
  const bucket = withdraw(ledger.bucket, granted);
  const room = withRoom(ledger.leases);
  if (room === null) return { bucket, leases: ledger.leases };
  const returnableDrops = held > 0 ? 0 : granted * bucket.shape.windowMs;
  const expiresAtMs = bucket.atMs + LEASE_TTL_SECONDS * MS_PER_SECOND + LEASE_GRACE_MS;
  return { bucket, leases: [...room, { leaseId: request.attempt, granted, held, returned: 0, returnableDrops, expiresAtMs }] };
}

/** The ledger under another policy. Refunds of spent requests lapse, because they were measured under the old one. */
function underPolicy(ledger: Ledger, shape: BucketShape): Ledger {
  const bucket = reshape(ledger.bucket, shape, heldBy(ledger.leases));
  if (bucket === ledger.bucket) return ledger;
  return { bucket, leases: ledger.leases.map((lease) => (lease.returnableDrops === 0 ? lease : { ...lease, returnableDrops: 0 })) };
}

/** Decides a lease request. `ledger` is null for a new bucket, which starts full. */
export function grantLease(ledger: Ledger | null, request: LeaseRequest, nowMs: number): LeaseDecision {
  const shape = bucketShape(request.requests, request.windowSeconds, request.burst);
  const shapeBefore = ledger?.bucket.shape;
  let current: Ledger = ledger === null ? { bucket: fullBucket(shape, nowMs), leases: [] } : advance(ledger, nowMs);
  for (const ended of request.returns) current = returnLease(current, ended, nowMs);
  const earlier = current.leases.find((lease) => lease.leaseId === request.attempt);
  if (earlier !== undefined)
    return { ledger: current, grant: grantOf(earlier.leaseId, earlier.granted, current.bucket, 0), store: request.returns.length > 0 };
  current = underPolicy(current, shape);

  const available = wholeRequests(current.bucket);
  if (available < 1) {
    const store = request.returns.length > 0 || current.bucket.shape !== shapeBefore;
    return { ledger: current, grant: grantOf(request.attempt, 0, current.bucket, msUntil(current, 1)), store };
  }
  const room = withRoom(current.leases) !== null;
  const granted = leaseSize(available, request.want, room ? request.expected : request.want);
  const next = record(current, request, granted);
  return { ledger: next, grant: grantOf(request.attempt, granted, next.bucket, 0), store: true };
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
