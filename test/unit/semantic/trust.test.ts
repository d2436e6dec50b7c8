import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { betaCdf, emptyTrust, lowerBound, observe } from "../../../shared/domain/semantic/trust.ts";

describe("betaCdf", () => {
  it.each([
    [0.5, 1, 1, 0.5],
    [0.3, 2, 3, 0.3483],
    [0.9, 10, 2, 0.6974],
    [0.99, 300.5, 0.5, 0.014],
  ])("P(X ≤ %d), X ~ Beta(%d, %d) is %d", (x, a, b, expected) => expect(betaCdf(x, a, b)).toBeCloseTo(expected, 3));
});

describe("lowerBound", () => {
  it("is clearly below 1 for ten right of ten", () => {
    expect(lowerBound(10, 0, 0.95)).toBeLessThan(0.87);
    expect(lowerBound(10, 0, 0.95)).toBeGreaterThan(0.75);
  });

  it("is 0 without a success", () => expect(lowerBound(0, 3, 0.95)).toBe(0));

  it("rises with successes and falls with failures and confidence", () => {
    const counts = fc.integer({ min: 1, max: 2000 });
    fc.assert(
      fc.property(counts, fc.nat(200), (right, wrong) => {
        const bound = lowerBound(right, wrong, 0.9);
        expect(lowerBound(right + 1, wrong, 0.9)).toBeGreaterThanOrEqual(bound);
        expect(lowerBound(right, wrong + 1, 0.9)).toBeLessThanOrEqual(bound);
        expect(lowerBound(right, wrong, 0.99)).toBeLessThanOrEqual(bound);
        expect(bound).toBeLessThan((right + 0.5) / (right + wrong + 1));
      }),
    );
  });
});

describe("observe", () => {
  it("counts a verdict in its bin and does not modify the earlier counts", () => {
    const before = emptyTrust(3);
    const after = observe(observe(before, { bin: 1, isRight: true, source: "judge" }), { bin: 2, isRight: false, source: "audit" });
    expect(after).toEqual({ right: [0, 1, 0], wrong: [0, 0, 1] });
    expect(before).toEqual(emptyTrust(3));
  });

  it("weighs a complaint more than praise", () => {
    const praised = observe(emptyTrust(1), { bin: 0, isRight: true, source: "feedback" });
    const blamed = observe(emptyTrust(1), { bin: 0, isRight: false, source: "feedback" });
    expect(blamed.wrong[0]).toBeGreaterThan(praised.right[0] ?? 0);
  });

  it("ignores a bin that does not exist", () =>
    expect(observe(emptyTrust(2), { bin: 5, isRight: true, source: "judge" })).toEqual(emptyTrust(2)));
});
