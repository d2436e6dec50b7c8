/** The number of shards, and the number of shards that one scope spreads over (1…shardCount). */
export interface Topology {
  readonly shardCount: number;
  readonly scopeFanout: number;
}

/** 64-bit linear congruential step of the jump hash: key × 2862933555777941757 + 1, in two 32-bit halves. */
const MULTIPLIER_HIGH = 0x27bb2ee6;
const MULTIPLIER_LOW = 0x87b0b0fd;
const TWO_31 = 2 ** 31;

/**
 * Jump consistent hash (Lamping & Veach 2014): maps a 64-bit key to a bucket in 0…buckets−1.
 * Growing from n to n+1 buckets moves only 1/(n+1) of the keys.
 * @param digest hex text whose first 16 digits are the key
 */
export function jumpHash(digest: string, buckets: number): number {
  let high = Number.parseInt(digest.slice(0, 8), 16) >>> 0;
  let low = Number.parseInt(digest.slice(8, 16), 16) >>> 0;
  let bucket = -1;
  let next = 0;
  while (next < buckets) {
    bucket = next;
    const product = multiplyLow64(high, low);
    high = product.high;
    low = product.low;
    // The paper's (key >> 33) + 1 is the upper 31 bits plus one.
    next = Math.floor((bucket + 1) * (TWO_31 / ((high >>> 1) + 1)));
  }
  return bucket;
}

function multiplyLow64(high: number, low: number): { readonly high: number; readonly low: number } {
  const lowProduct = multiplyWide(low, MULTIPLIER_LOW);
  const middle = (Math.imul(high, MULTIPLIER_LOW) + Math.imul(low, MULTIPLIER_HIGH) + lowProduct.high) >>> 0;
  const sum = lowProduct.low + 1;
  return sum > 0xffffffff ? { high: (middle + 1) >>> 0, low: 0 } : { high: middle, low: sum };
}

/** 64-bit product of two unsigned 32-bit numbers, computed in 16-bit halves so that partial sums stay below 2^53. */
function multiplyWide(a: number, b: number): { readonly high: number; readonly low: number } {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const lowLow = aLow * bLow;
  const cross = aHigh * bLow + (lowLow >>> 16);
  const crossLow = aLow * bHigh + (cross % 0x10000);
  const high = aHigh * bHigh + Math.floor(cross / 0x10000) + Math.floor(crossLow / 0x10000);
  return { high: high >>> 0, low: (((crossLow & 0xffff) << 16) | (lowLow & 0xffff)) >>> 0 };
}

/**
 * The home shard of a key: one of the `scopeFanout` shards that begin at the scope's first shard, chosen by the key.
 */
export function homeShard(scope: string, key: string, topology: Topology): number {
  const { shardCount, scopeFanout } = topology;
  // A scope that spreads over all shards needs no first shard. Without it, a new shard moves only 1/(n+1) of the keys.
  if (scopeFanout >= shardCount) return jumpHash(key, shardCount);
  return (jumpHash(scope, shardCount) + jumpHash(key, scopeFanout)) % shardCount;
}

/** All shards that may hold entries of a scope, beginning with its first shard. */
export function scopeShards(scope: string, topology: Topology): readonly number[] {
  const { shardCount, scopeFanout } = topology;
  const start = jumpHash(scope, shardCount);
  return Array.from({ length: Math.min(scopeFanout, shardCount) }, (_, offset) => (start + offset) % shardCount);
}
