import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketEdgeMs, LATENCY_BUCKETS, latencyBucket, latencyQuantileMs } from "../../../../shared/domain/figures/latency-histogram.ts";

describe("the latency histogram", () => {
  it("puts a duration into the bucket whose edges contain it", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 600_000, noNaN: true }), (durationMs) => {
        const bucket = latencyBucket(durationMs);
        expect(durationMs).toBeLessThanOrEqual(bucketEdgeMs(bucket) * (1 + 1e-9));
        if (bucket > 0) expect(durationMs).toBeGreaterThan(bucketEdgeMs(bucket - 1) * (1 - 1e-9));
      }),
    );
    expect(latencyBucket(1e12)).toBe(LATENCY_BUCKETS - 1);
    expect(latencyBucket(-1)).toBe(0);
  });

  it("gives a quantile at most one bucket too high", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.3, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (durations, quantile) => {
          const counts: number[] = [];
          for (const duration of durations) counts[latencyBucket(duration)] = (counts[latencyBucket(duration)] ?? 0) + 1;
          const dense = Array.from({ length: LATENCY_BUCKETS }, (_, bucket) => counts[bucket] ?? 0);
          const exact = durations.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(quantile * durations.length) - 1)] ?? 0;
          const told = latencyQuantileMs(dense, quantile) ?? 0;
          expect(told).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
          expect(told).toBeLessThanOrEqual(exact * Math.SQRT2 * (1 + 1e-9));
        },
      ),
    );
  });

  it("gives no quantile when nothing was counted", () => {
    expect(latencyQuantileMs([], 0.5)).toBeNull();
    expect(latencyQuantileMs([0, 0], 0.99)).toBeNull();
  });
});
