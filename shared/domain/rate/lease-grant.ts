/** Decides how many requests a limiter grants to an isolate. */
import {
  advance,
  LEASE_GRACE_MS,
  LEASE_TTL_SECONDS,
  type Lease,
  type Ledger,
  MAX_LEASES,
  msUntil,
  returnLease,
  underPolicy,
  withLease,
} from "./lease-ledger.ts";
import type { LeaseGrant, LeaseRequest } from "./lease-messages.ts";
import { type BucketShape, bucketShape, fullBucket, type TokenBucket, wholeRequests, withdraw } from "./token-bucket.ts";
import { MS_PER_SECOND } from "../units.ts";

/** A lease of this many requests is worth the row that it may cost: 0.04 rows per request. */
const LEASE_WORTH_A_ROW = 25;

/** Share of the burst that one lease may take beyond the waiting requests, whatever the refill. */
const LEASE_SHARE = 1 / 10;

/** Share of the burst that one lease may take if the refill restores it within the lease's TTL. */
const RESTORED_LEASE_SHARE = 2 / 5;

/** Share of what is left that one lease may take while the bucket holds RESTORED_LEASE_SHARE of its burst or more. */
const SHARE_OF_PLENTY = 2 / 3;

/** The same share for an emptier bucket. It keeps one isolate from taking what others need. */
const SHARE_OF_REST = 1 / 4;

export interface LeaseDecision {
  readonly ledger: Ledger;
  readonly grant: LeaseGrant;
}

/** Most requests that a lease may hold beyond those that wait. */
function surplusBound(shape: BucketShape, available: number): number {
  const { burst, perWindow, windowMs } = shape;
  const restored = (perWindow * LEASE_TTL_SECONDS * MS_PER_SECOND) / windowMs;
  const share = Math.max(burst * LEASE_SHARE, Math.min(LEASE_WORTH_A_ROW, burst * RESTORED_LEASE_SHARE, restored));
  return Math.floor(Math.min(share, available * (available >= burst * RESTORED_LEASE_SHARE ? SHARE_OF_PLENTY : SHARE_OF_REST)));
}

function leaseSize(shape: BucketShape, available: number, want: number, expected: number): number {
  return Math.min(available, Math.max(1, want, Math.min(expected, surplusBound(shape, available))));
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
  return { bucket, leases: withLease(room, { leaseId: request.attempt, granted, held, returned: 0, returnableDrops, expiresAtMs }) };
}

/** Decides a lease request. `ledger` is null for a new bucket, which starts full. */
export function grantLease(ledger: Ledger | null, request: LeaseRequest, nowMs: number): LeaseDecision {
  const shape = bucketShape(request.requests, request.windowSeconds, request.burst);
  let current: Ledger = ledger === null ? { bucket: fullBucket(shape, nowMs), leases: [] } : advance(ledger, nowMs);
  for (const ended of request.returns) current = returnLease(current, ended, nowMs);
  const earlier = current.leases.find((lease) => lease.leaseId === request.attempt);
  if (earlier !== undefined) return { ledger: current, grant: grantOf(request.attempt, earlier.granted, current.bucket, 0) };
  current = underPolicy(current, shape);

  const available = wholeRequests(current.bucket);
  if (available < 1) return { ledger: current, grant: grantOf(request.attempt, 0, current.bucket, msUntil(current, 1)) };
  const room = withRoom(current.leases) !== null;
  const granted = leaseSize(shape, available, request.want, room ? request.expected : request.want);
  const next = record(current, request, granted);
  return { ledger: next, grant: grantOf(request.attempt, granted, next.bucket, 0) };
}
