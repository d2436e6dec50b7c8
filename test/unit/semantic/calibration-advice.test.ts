import { describe, expect, it } from "vitest";
import type { PairOutcome } from "../../../models/calibrate/advice.ts";
import { advise, recommend } from "../../../models/calibrate/advice.ts";

const BOUNDS = 8;

/** Pairs that are served at the error bounds with index `from` and above. */
function pairs(count: number, right: boolean, cosine: number, from: number): readonly PairOutcome[] {
  const servedAt = Array.from({ length: BOUNDS }, (_, at) => at >= from);
  return Array.from({ length: count }, () => ({ right, cosine, servedAt }));
}

describe("advice from an operator's pairs", () => {
  it("recommends the loosest error bound that serves no look-alike", () => {
    const outcomes = [...pairs(100, true, 0.9, 3), ...pairs(600, false, 0.9, 4)];
    expect(recommend(outcomes, 0.01)).toMatchObject({ errorBound: 0.01, minSimilarity: null, servedRight: 100, servedWrong: 0 });
  });

  it("recommends a least similarity if it excludes the look-alikes and serves more", () => {
    const outcomes = [...pairs(100, true, 0.96, 4), ...pairs(600, false, 0.9, 4)];
    expect(recommend(outcomes, 0.01)).toMatchObject({ errorBound: 0.02, minSimilarity: 0.95, servedRight: 100, servedWrong: 0 });
  });

  it("recommends nothing on too few pairs", () => {
    const outcomes = [...pairs(100, true, 0.9, 0), ...pairs(50, false, 0.5, BOUNDS)];
    expect(recommend(outcomes, 0.01)).toBeNull();
    expect(advise("pairs.jsonl", outcomes, 0.01)).toContain("about 505 look-alikes");
  });

  it("recommends nothing without any look-alike", () => {
    expect(recommend(pairs(1000, true, 0.9, 0), 0.01)).toBeNull();
  });

  it("tries no looser bound after one that fails", () => {
    const leaky = { right: false, cosine: 0.9, servedAt: Array.from({ length: BOUNDS }, (_, at) => at === 2) };
    const outcomes = [...pairs(100, true, 0.9, 0), ...Array.from({ length: 600 }, () => leaky)];
    expect(recommend(outcomes, 0.01)).toMatchObject({ errorBound: 0.001 });
  });

  it("names the variables to set", () => {
    const outcomes = [...pairs(100, true, 0.96, 4), ...pairs(600, false, 0.9, 4)];
    expect(advise("pairs.jsonl", outcomes, 0.01)).toContain("SEMANTIC_ERROR_BOUND=0.02\n  SEMANTIC_MIN_SIMILARITY=0.95\n");
  });
});
