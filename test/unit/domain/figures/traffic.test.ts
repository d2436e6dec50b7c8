import { describe, expect, it } from "vitest";
import { addTraffic, emptyTraffic, hitRate } from "../../../../shared/domain/figures/traffic.ts";

describe("traffic figures", () => {
  it("add up counter by counter, and a missing counter counts as zero", () => {
    const sum = emptyTraffic();
    addTraffic(sum, { requests: 3, hits: 2, misses: 1, tokensSaved: 40 });
    addTraffic(sum, { requests: 1, errors: 1 });
    expect(sum).toEqual({ ...emptyTraffic(), requests: 4, hits: 2, misses: 1, errors: 1, tokensSaved: 40 });
  });

  it("give the share of requests without an upstream call of their own", () => {
    expect(hitRate(emptyTraffic())).toBe(0);
    expect(hitRate({ ...emptyTraffic(), requests: 10, hits: 2, semantic: 1, coalesced: 3, stale: 1, misses: 2, bypasses: 1 })).toBe(0.7);
  });
});
