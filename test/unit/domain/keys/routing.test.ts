import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { homeShard, jumpHash, scopeShards } from "../../../../shared/domain/keys/routing.ts";

const MAX_BUCKETS = 1024;

/** The paper's algorithm (Lamping & Veach 2014, figure 1) on 64-bit integers. */
function referenceJump(digest: string, buckets: number): number {
  let key = BigInt(`0x${digest.slice(0, 16)}`);
  let bucket = -1n;
  let next = 0n;
  while (next < BigInt(buckets)) {
    bucket = next;
    key = BigInt.asUintN(64, key * 2862933555777941757n + 1n);
    next = BigInt(Math.floor(Number(bucket + 1n) * (2 ** 31 / Number((key >> 33n) + 1n))));
  }
  return Number(bucket);
}

function digestOf(value: number | string): string {
  return createHash("sha256").update(String(value)).digest("hex");
}

const digest = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => value.toString(16).padStart(16, "0")),
  fc.constantFrom("0".repeat(16), "f".repeat(16), "80000000".repeat(2), "00000000ffffffff", "ffffffff00000000"),
);

describe("jump hash", () => {
  it("agrees with the published algorithm", () => {
    fc.assert(
      fc.property(digest, fc.integer({ min: 1, max: MAX_BUCKETS }), (key, buckets) => {
        expect(jumpHash(key, buckets)).toBe(referenceJump(key, buckets));
      }),
      { numRuns: 5000 },
    );
  });

  it("moves only a fair share of the keys, and only to the new bucket", () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => digestOf(index));
    for (const buckets of [1, 3, 8, 31]) {
      const moved = keys.filter((key) => jumpHash(key, buckets + 1) !== jumpHash(key, buckets));
      expect(moved.every((key) => jumpHash(key, buckets + 1) === buckets)).toBe(true);
      const expected = keys.length / (buckets + 1);
      expect(Math.abs(moved.length - expected)).toBeLessThan(4 * Math.sqrt(expected));
    }
  });

  it("loads all buckets evenly", () => {
    const counts = Array.from({ length: 16 }, () => 0);
    for (let index = 0; index < 32_000; index++) {
      const bucket = jumpHash(digestOf(`key ${index}`), 16);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    // Chi-square with 15 degrees of freedom: 37.7 is the 0.999 quantile.
    const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(37.7);
  });
});

describe("the home shard of a prompt", () => {
  const topology = fc
    .integer({ min: 1, max: 64 })
    .chain((shardCount) => fc.record({ shardCount: fc.constant(shardCount), scopeFanout: fc.integer({ min: 1, max: shardCount }) }));

  it("is one of its scope's shards, which are as many distinct shards as the fan-out", () => {
    fc.assert(
      fc.property(digest, digest, topology, (scope, key, spread) => {
        const shards = scopeShards(scope, spread);
        expect(shards).toHaveLength(spread.scopeFanout);
        expect(new Set(shards).size).toBe(shards.length);
        expect(shards.every((shard) => shard >= 0 && shard < spread.shardCount)).toBe(true);
        expect(shards).toContain(homeShard(scope, key, spread));
      }),
      { numRuns: 2000 },
    );
  });

  it("is the same for every prompt of a scope when the fan-out is 1", () => {
    fc.assert(
      fc.property(digest, digest, digest, fc.integer({ min: 1, max: 64 }), (scope, one, other, shardCount) => {
        const narrow = { shardCount, scopeFanout: 1 };
        expect(homeShard(scope, one, narrow)).toBe(homeShard(scope, other, narrow));
        expect(scopeShards(scope, narrow)).toEqual([homeShard(scope, one, narrow)]);
      }),
      { numRuns: 500 },
    );
  });

  it("does not depend on the scope when it spreads over all shards", () => {
    fc.assert(
      fc.property(digest, digest, digest, fc.integer({ min: 1, max: 64 }), (one, other, key, shardCount) => {
        const wide = { shardCount, scopeFanout: shardCount };
        expect(homeShard(one, key, wide)).toBe(homeShard(other, key, wide));
      }),
      { numRuns: 500 },
    );
  });

  it("loads the shards of one hot scope evenly", () => {
    const spread = { shardCount: 8, scopeFanout: 8 };
    const counts = Array.from({ length: 8 }, () => 0);
    for (let index = 0; index < 8000; index++) {
      const shard = homeShard(digestOf("scope"), digestOf(index), spread);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(880);
    expect(Math.max(...counts)).toBeLessThan(1120);
  });
});
