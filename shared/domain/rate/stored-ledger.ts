/**
 * What the limiter stores of a ledger, and when it must store it again.
 *
 * The limiter keeps two ledgers: the actual one, and the stored one, which a restart would load. The
 * stored bucket may be debited in advance. Grants then need no write until the advance is used up.
 *
 * Invariant, after every grant: the stored ledger can never admit more than the actual one.
 *   1. Its level, with all that repeated returns could still add to it, is at most the actual level.
 *   2. At every future moment it holds at least what isolates may still spend.
 *   3. It has the same policy.
 * Both levels refill at the same rate and the stored one up to a lower capacity, so time does not
 * break the invariant. Returns and denials do not break it either and need no write.
 */
import {
  advance,
  creditDrops,
  heldBy,
  LEASE_GRACE_MS,
  LEASE_TTL_SECONDS,
  type Lease,
  type Ledger,
  msUntil,
  withLease,
} from "./lease-ledger.ts";
import { type BucketShape, sameShape } from "./token-bucket.ts";
import { MS_PER_SECOND } from "../units.ts";

/** Leases that are stored one by one. The others are stored as one reserve, which ends with the last of them. */
export const MAX_STORED_LEASES = 16;

/** For how long one advance lasts, in seconds. Refill restores a forfeited advance within this time. */
export const ADVANCE_SECONDS = 30;

/** Time after a call during which the object certainly keeps its memory, in milliseconds. */
const AWAKE_MS = 8000;

/** An advance may exceed what is left in the bucket by the refill of this many seconds. It is less than AWAKE_MS. */
const OVERDRAFT_SECONDS = 6;

/** Share of the burst that is debited in advance at most. The rest of the capacity is usable after a kill. */
const ADVANCE_SHARE = 1 / 2;

/**
 * Calls within the last {@link ADVANCE_SECONDS} from which on a bucket is debited in advance. An object without calls
 * for about 10 s loses its memory, and with it the advance. At this rate such a pause is unlikely.
 */
const STEADY_CALLS = 10;

/** Grants of the last {@link ADVANCE_SECONDS}. Older ones fade out exponentially. */
export interface RecentGrants {
  readonly calls: number;
  readonly requests: number;
  readonly atMs: number;
}

export const NO_GRANTS: RecentGrants = { calls: 0, requests: 0, atMs: 0 };

/** Counts one more grant. */
export function withGrant(recent: RecentGrants, requests: number, nowMs: number): RecentGrants {
  const kept = Math.exp(-Math.max(0, nowMs - recent.atMs) / (ADVANCE_SECONDS * MS_PER_SECOND));
  return { calls: recent.calls * kept + 1, requests: recent.requests * kept + requests, atMs: nowMs };
}

/** Most requests that are debited in advance: what refill restores within ADVANCE_SECONDS, or half of the burst. */
export function advanceLimit(shape: BucketShape): number {
  return Math.min(perSecond(shape) * ADVANCE_SECONDS, shape.burst * ADVANCE_SHARE);
}

/**
 * Requests to debit in advance: as many as the recent ones, but no more than is left in the bucket or than refill
 * restores before the object can lose its memory. After a kill the advance stays held until the last lease that it may
 * cover expires, so it leaves at least half of the free capacity to refill.
 */
export function advanceDebit(ledger: Ledger, recent: RecentGrants): number {
  if (recent.calls < STEADY_CALLS) return 0;
  const { shape, drops } = ledger.bucket;
  const left = Math.max(drops / shape.windowMs, perSecond(shape) * OVERDRAFT_SECONDS);
  const free = Math.max(0, shape.burst - heldBy(ledger.leases));
  return Math.floor(Math.min(recent.requests, advanceLimit(shape), free * ADVANCE_SHARE, left));
}

function perSecond(shape: BucketShape): number {
  return (shape.perWindow * MS_PER_SECOND) / shape.windowMs;
}

/**
 * Whether the exact state must be stored after a return. After the return of the last lease, the object may be called
 * no more and lose its memory. While other leases are outstanding, their returns are still to come; until then, no more
 * than an advance may be forfeited.
 */
export function mustSettle(stored: Ledger, actual: Ledger): boolean {
  if (!actual.leases.some(({ leaseId, held }) => leaseId !== null && held > 0)) return true;
  const forfeited = actual.bucket.drops - advance(stored, actual.bucket.atMs).bucket.drops;
  return forfeited > advanceLimit(actual.bucket.shape) * actual.bucket.shape.windowMs;
}

/**
 * Whether a denied caller could be denied again after it has waited as long as it was told, because the object has lost
 * its memory meanwhile. The exact state must then be stored with the denial.
 */
export function delaysDenied(stored: Ledger, actual: Ledger): boolean {
  const waitMs = msUntil(advance(stored, actual.bucket.atMs), 1);
  return waitMs > AWAKE_MS && waitMs > msUntil(actual, 1);
}

/** The ledger to store: the actual one, debited in advance by `debit` requests, which future leases may hold. */
export function ledgerToStore(actual: Ledger, debit: number): Ledger {
  const { bucket, leases } = actual;
  const single = leases.slice(-MAX_STORED_LEASES);
  const others = leases.slice(0, -MAX_STORED_LEASES).filter(({ held }) => held > 0);
  const held = heldBy(others) + debit;
  const drops = bucket.drops - debit * bucket.shape.windowMs;
  return {
    bucket: { ...bucket, drops },
    leases: held === 0 ? single : withLease(single, reserve(held, reserveUntilMs(actual, others, debit))),
  };
}

function reserveUntilMs(actual: Ledger, others: readonly Lease[], debit: number): number {
  const lastLeaseMs = (ADVANCE_SECONDS + LEASE_TTL_SECONDS) * MS_PER_SECOND + LEASE_GRACE_MS;
  return Math.max(others.at(-1)?.expiresAtMs ?? 0, debit === 0 ? 0 : actual.bucket.atMs + lastLeaseMs);
}

function reserve(held: number, expiresAtMs: number): Lease {
  return { leaseId: null, granted: held, held, returned: 0, returnableDrops: 0, expiresAtMs };
}

/** Whether a restart from `stored` could never admit more than `actual`. See the invariant above. */
export function covers(stored: Ledger, actual: Ledger): boolean {
  const { shape, drops, atMs } = actual.bucket;
  if (!sameShape(stored.bucket.shape, shape)) return false;
  const loaded = advance(stored, atMs);
  const singles = new Map<string, Lease>();
  const reserves: Lease[] = [];
  for (const lease of loaded.leases) {
    if (lease.leaseId === null) reserves.push(lease);
    else singles.set(lease.leaseId, lease);
  }
  const unknown: Lease[] = [];
  let level = loaded.bucket.drops;
  for (const lease of actual.leases) {
    const single = lease.leaseId === null ? undefined : singles.get(lease.leaseId);
    if (lease.held > (single?.held ?? 0)) unknown.push(lease);
    if (single === undefined) continue;
    level += repeatableDrops(single, lease, shape);
    singles.delete(single.leaseId ?? "");
  }
  for (const forgotten of singles.values()) level += creditDrops(forgotten, forgotten.granted, shape);
  return level <= drops && holdAtLeast(reserves, unknown);
}

/**
 * Drops that returns after a restart could put back beyond what they would put back now.
 * Both credits are linear up to a bound, so the difference is greatest at one of the ends.
 */
function repeatableDrops(stored: Lease, actual: Lease, shape: BucketShape): number {
  const repeated = creditDrops(stored, actual.returned, shape);
  return Math.max(repeated, creditDrops(stored, stored.granted, shape) - creditDrops(actual, actual.granted, shape));
}

/** Whether `reserves` hold at least what `leases` hold, at every future moment. Both are in the order of expiry. */
function holdAtLeast(reserves: readonly Lease[], leases: readonly Lease[]): boolean {
  let spare = 0;
  let next = reserves.length - 1;
  for (const lease of leases.toReversed()) {
    for (let last = reserves[next]; last !== undefined && last.expiresAtMs >= lease.expiresAtMs; last = reserves[next]) {
      spare += last.held;
      next -= 1;
    }
    spare -= lease.held;
    if (spare < 0) return false;
  }
  return true;
}
