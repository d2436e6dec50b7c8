/** Buckets grow by a factor of √2 from 0.25 ms. 44 buckets reach beyond 10 minutes, with an error of at most 41 %. */
export const LATENCY_BUCKETS = 44;
const FIRST_BUCKET_MS = 0.25;
const BUCKETS_PER_DOUBLING = 2;

/** The bucket that a duration falls into. */
export function latencyBucket(durationMs: number): number {
  if (durationMs <= FIRST_BUCKET_MS) return 0;
  const bucket = Math.ceil(Math.log2(durationMs / FIRST_BUCKET_MS) * BUCKETS_PER_DOUBLING);
  return Math.min(bucket, LATENCY_BUCKETS - 1);
}

/** Upper edge of a bucket in ms. */
export function bucketEdgeMs(bucket: number): number {
  return FIRST_BUCKET_MS * 2 ** (bucket / BUCKETS_PER_DOUBLING);
}

/** Upper edge of the bucket that contains the given quantile (0…1), in ms; null when all counts are zero. */
export function latencyQuantileMs(counts: readonly number[], quantile: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    seen += counts[bucket] ?? 0;
    if (seen >= quantile * total) return bucketEdgeMs(bucket);
  }
  return bucketEdgeMs(counts.length - 1);
}
