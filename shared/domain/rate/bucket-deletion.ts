/** Decides when the stored state of a bucket can be deleted. */
import { advance, type Ledger, msUntil } from "./lease-ledger.ts";
import { admitsNothing } from "./token-bucket.ts";
import { MS_PER_DAY, MS_PER_HOUR } from "../units.ts";

/** A bucket is deleted after this long without a call, in milliseconds. Earlier, it would cost more to create it again. */
export const UNUSED_BUCKET_MS = MS_PER_DAY;

/** Shortest time between two checks of a bucket, in milliseconds. */
const MIN_CHECK_INTERVAL_MS = MS_PER_HOUR;

/** Longest time between two checks of a bucket, in milliseconds. */
const MAX_CHECK_INTERVAL_MS = 30 * MS_PER_DAY;

export type BucketDeletion =
  | { readonly kind: "delete" }
  /** `checkInMs`: time until the next check; null when time alone can never make the bucket superfluous. */
  | { readonly kind: "keep"; readonly checkInMs: number | null };

/**
 * A bucket can be deleted when a new one, which starts full, would admit no more: it is full, no lease can be spent or
 * returned, and its time is not ahead of the clock. A bucket whose policy admits nothing stays: it holds nothing, and
 * counts as soon as the policy admits something.
 */
export function bucketDeletion(ledger: Ledger, nowMs: number): BucketDeletion {
  const { shape, atMs: usedMs } = ledger.bucket;
  if (admitsNothing(shape)) return { kind: "keep", checkInMs: null };
  const current = advance(ledger, nowMs);
  const fullInMs = msUntil(current, shape.burst);
  const unusedInMs = usedMs + UNUSED_BUCKET_MS - nowMs;
  if (unusedInMs <= 0 && fullInMs === 0 && current.leases.length === 0) return { kind: "delete" };
  return { kind: "keep", checkInMs: Math.min(MAX_CHECK_INTERVAL_MS, Math.max(unusedInMs, fullInMs, MIN_CHECK_INTERVAL_MS)) };
}
