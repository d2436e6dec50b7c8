/**
 * A token bucket with lazy refill, in exact integers. Its unit is the *drop*: one request is
 * `windowMs` drops and `perWindow` drops flow in every millisecond, so nothing is ever rounded
 * and "retry after" is right to the millisecond.
 */
import { MS_PER_SECOND } from "../units.ts";

/** Largest burst, in requests: with {@link MAX_WINDOW_SECONDS} a level stays an exact integer (below 2^53). */
export const MAX_BURST = 1_000_000;

/** Longest window, in seconds (31 days). */
export const MAX_WINDOW_SECONDS = 2_678_400;

/** Highest refill, in requests per window. */
export const MAX_REQUESTS_PER_WINDOW = 1_000_000_000;

/** How fast a bucket fills and how much it holds. Integers. */
export interface BucketShape {
  /** Requests that flow in per window. */
  readonly perWindow: number;
  readonly windowMs: number;
  /** Capacity in requests. */
  readonly burst: number;
}

export interface TokenBucket {
  readonly shape: BucketShape;
  /** Level in drops. */
  readonly drops: number;
  /** The instant the level is true for; never goes back. */
  readonly atMs: number;
}

function boundedInteger(value: number, min: number, max: number): number {
  // NaN compares false with everything: it becomes the minimum, which allows least.
  return value >= min ? Math.min(max, Math.floor(value)) : min;
}

/** The shape of a finite policy; numbers out of range are brought to the nearest bound. */
export function bucketShape(requests: number, windowSeconds: number, burst: number): BucketShape {
  return {
    perWindow: boundedInteger(requests, 0, MAX_REQUESTS_PER_WINDOW),
    windowMs: boundedInteger(windowSeconds * MS_PER_SECOND, 1, MAX_WINDOW_SECONDS * MS_PER_SECOND),
    burst: boundedInteger(burst, 0, MAX_BURST),
  };
}

/** True for a shape that never admits anything: zero means zero. */
export function admitsNothing(shape: BucketShape): boolean {
  return shape.perWindow === 0 || shape.burst === 0;
}

/** Capacity in drops while `held` requests are out on leases and may still be spent. */
export function capacityDrops(shape: BucketShape, held: number): number {
  return admitsNothing(shape) ? 0 : Math.max(0, shape.burst - held) * shape.windowMs;
}

export function fullBucket(shape: BucketShape, nowMs: number): TokenBucket {
  return { shape, drops: capacityDrops(shape, 0), atMs: nowMs };
}

/** Milliseconds until `drops` reaches `target` by refill alone; Infinity when nothing flows in. */
export function refillMs(shape: BucketShape, drops: number, target: number): number {
  if (drops >= target) return 0;
  return shape.perWindow === 0 ? Number.POSITIVE_INFINITY : Math.ceil((target - drops) / shape.perWindow);
}

/** The bucket at `untilMs`, with `held` requests on leases all the while. A clock that went back changes nothing. */
export function refill(bucket: TokenBucket, held: number, untilMs: number): TokenBucket {
  const elapsedMs = untilMs - bucket.atMs;
  if (!(elapsedMs > 0)) return bucket;
  const capacity = capacityDrops(bucket.shape, held);
  // Compared in time first: elapsed × rate could exceed what a double holds exactly, a level below capacity cannot.
  const full = elapsedMs >= refillMs(bucket.shape, bucket.drops, capacity);
  const drops = full ? Math.max(bucket.drops, capacity) : bucket.drops + elapsedMs * bucket.shape.perWindow;
  return { shape: bucket.shape, drops, atMs: untilMs };
}

/** The same bucket under another policy: it keeps its whole and partial requests as far as the new capacity allows. */
export function reshape(bucket: TokenBucket, shape: BucketShape, held: number): TokenBucket {
  const current = bucket.shape;
  if (current.perWindow === shape.perWindow && current.windowMs === shape.windowMs && current.burst === shape.burst) return bucket;
  const scaled = current.windowMs === shape.windowMs ? bucket.drops : Math.floor((bucket.drops / current.windowMs) * shape.windowMs);
  return { shape, drops: Math.min(scaled, capacityDrops(shape, held)), atMs: bucket.atMs };
}

/** Whole requests in the bucket. */
export function wholeRequests(bucket: TokenBucket): number {
  return Math.floor(bucket.drops / bucket.shape.windowMs);
}

/** Takes requests the caller has seen to be there. */
export function withdraw(bucket: TokenBucket, requests: number): TokenBucket {
  return { ...bucket, drops: bucket.drops - requests * bucket.shape.windowMs };
}

/** Puts drops back that were never spent, never above what the bucket may hold. */
export function deposit(bucket: TokenBucket, drops: number, held: number): TokenBucket {
  if (drops === 0) return bucket;
  return { ...bucket, drops: Math.max(bucket.drops, Math.min(capacityDrops(bucket.shape, held), bucket.drops + drops)) };
}
