/**
 * A token bucket with lazy refill, in exact integers. The unit is the *drop*: one request is
 * `windowMs` drops, and `perWindow` drops are refilled every millisecond. So nothing is rounded,
 * and `Retry-After` is exact to the millisecond before it is rounded up to seconds.
 */
import { MS_PER_SECOND } from "../units.ts";

/** Largest burst, in requests. With {@link MAX_WINDOW_SECONDS} it keeps levels below 2^53, where integers are exact. */
export const MAX_BURST = 1_000_000;

/** Longest window, in seconds (31 days). */
export const MAX_WINDOW_SECONDS = 2_678_400;

/** Highest refill, in requests per window. */
export const MAX_REQUESTS_PER_WINDOW = 1_000_000_000;

/** Refill rate and capacity of a bucket. Integers. */
export interface BucketShape {
  /** Requests refilled per window. */
  readonly perWindow: number;
  readonly windowMs: number;
  /** Capacity in requests. */
  readonly burst: number;
}

export interface TokenBucket {
  readonly shape: BucketShape;
  /** Level in drops. */
  readonly drops: number;
  /** Time of the level. It never decreases. */
  readonly atMs: number;
}

function boundedInteger(value: number, min: number, max: number): number {
  // NaN fails the comparison and becomes the minimum, which allows the least.
  return value >= min ? Math.min(max, Math.floor(value)) : min;
}

/** The shape for a finite policy. Values out of range are clamped. */
export function bucketShape(requests: number, windowSeconds: number, burst: number): BucketShape {
  return {
    perWindow: boundedInteger(requests, 0, MAX_REQUESTS_PER_WINDOW),
    windowMs: boundedInteger(windowSeconds * MS_PER_SECOND, 1, MAX_WINDOW_SECONDS * MS_PER_SECOND),
    burst: boundedInteger(burst, 0, MAX_BURST),
  };
}

/** True for a shape that admits nothing, because its rate or its burst is zero. */
export function admitsNothing(shape: BucketShape): boolean {
  return shape.perWindow === 0 || shape.burst === 0;
}

/** Capacity in drops while `held` requests of leases may still be spent. */
export function capacityDrops(shape: BucketShape, held: number): number {
  return admitsNothing(shape) ? 0 : Math.max(0, shape.burst - held) * shape.windowMs;
}

export function fullBucket(shape: BucketShape, nowMs: number): TokenBucket {
  return { shape, drops: capacityDrops(shape, 0), atMs: nowMs };
}

/** Milliseconds until refill raises `drops` to `target`; Infinity when there is no refill. */
export function refillMs(shape: BucketShape, drops: number, target: number): number {
  if (drops >= target) return 0;
  return shape.perWindow === 0 ? Number.POSITIVE_INFINITY : Math.ceil((target - drops) / shape.perWindow);
}

/** The bucket at `untilMs`, with `held` requests on leases during that time. A clock that went back changes nothing. */
export function refill(bucket: TokenBucket, held: number, untilMs: number): TokenBucket {
  const elapsedMs = untilMs - bucket.atMs;
  if (!(elapsedMs > 0)) return bucket;
  const capacity = capacityDrops(bucket.shape, held);
  // The comparison is in time, because elapsed × rate could exceed 2^53, whereas a level below capacity cannot.
  const full = elapsedMs >= refillMs(bucket.shape, bucket.drops, capacity);
  const drops = full ? Math.max(bucket.drops, capacity) : bucket.drops + elapsedMs * bucket.shape.perWindow;
  return { shape: bucket.shape, drops, atMs: untilMs };
}

export function sameShape(one: BucketShape, other: BucketShape): boolean {
  return one.perWindow === other.perWindow && one.windowMs === other.windowMs && one.burst === other.burst;
}

/** The bucket under another policy. It keeps its whole and partial requests, up to the new capacity. */
export function reshape(bucket: TokenBucket, shape: BucketShape, held: number): TokenBucket {
  const current = bucket.shape;
  if (sameShape(current, shape)) return bucket;
  const scaled = current.windowMs === shape.windowMs ? bucket.drops : Math.floor((bucket.drops / current.windowMs) * shape.windowMs);
  return { shape, drops: Math.min(scaled, capacityDrops(shape, held)), atMs: bucket.atMs };
}

/** Whole requests in the bucket. */
export function wholeRequests(bucket: TokenBucket): number {
  return Math.floor(bucket.drops / bucket.shape.windowMs);
}

/** Takes requests out of the bucket. The caller has checked that it holds them. */
export function withdraw(bucket: TokenBucket, requests: number): TokenBucket {
  return { ...bucket, drops: bucket.drops - requests * bucket.shape.windowMs };
}

/** Puts back drops that were not spent, up to the capacity. */
export function deposit(bucket: TokenBucket, drops: number, held: number): TokenBucket {
  if (drops === 0) return bucket;
  return { ...bucket, drops: Math.max(bucket.drops, Math.min(capacityDrops(bucket.shape, held), bucket.drops + drops)) };
}
