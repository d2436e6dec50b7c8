import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MIN_KV_TTL_SECONDS, spillDecision, spillShare } from "../../../../shared/domain/caching/spill-decision.ts";

const NOW_MS = 1_000_000;
const DAY_SECONDS = 86_400;

function decide(leftSeconds: number, hits: number, usedToday: number, perDay = 100, ttl = DAY_SECONDS): ReturnType<typeof spillDecision> {
  return spillDecision({ expiresMs: NOW_MS + leftSeconds * 1000, hits }, { usedToday, perDay }, ttl, NOW_MS);
}

describe("an evicted entry", () => {
  it("goes to KV for the rest of its TTL, but at most for the TTL of spilled values", () => {
    expect(decide(500, 0, 0)).toEqual({ kind: "spill", ttlSeconds: 500 });
    expect(decide(500, 0, 0, 100, 120)).toEqual({ kind: "spill", ttlSeconds: 120 });
  });

  it("is dropped when less than KV's shortest TTL is left", () => {
    expect(decide(MIN_KV_TTL_SECONDS, 0, 0).kind).toBe("spill");
    expect(decide(MIN_KV_TTL_SECONDS - 1, 9, 0)).toEqual({ kind: "drop", reason: "expiring" });
    expect(decide(-5, 9, 0)).toEqual({ kind: "drop", reason: "expiring" });
    expect(decide(500, 9, 0, 100, 0)).toEqual({ kind: "drop", reason: "expiring" });
  });

  it("is dropped beyond the daily budget, whose last quarter is for entries with a hit", () => {
    expect(decide(500, 0, 74).kind).toBe("spill");
    expect(decide(500, 0, 75)).toEqual({ kind: "drop", reason: "ration" });
    expect(decide(500, 1, 75).kind).toBe("spill");
    expect(decide(500, 1, 99).kind).toBe("spill");
    expect(decide(500, 1, 100)).toEqual({ kind: "drop", reason: "ration" });
    expect(decide(500, 9, 0, 0)).toEqual({ kind: "drop", reason: "ration" });
  });

  it("has a daily budget that the shards share: the shares add up and differ by at most one", () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.integer({ min: 1, max: 100 }), (perDay, shardCount) => {
        const shares = Array.from({ length: shardCount }, (_, shard) => spillShare(perDay, shard, shardCount));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(perDay);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
