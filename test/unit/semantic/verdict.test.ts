import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compare } from "../../../shared/domain/semantic/english/comparing/comparison.ts";
import { analyse } from "../../../shared/domain/semantic/english/reading/features.ts";
import { emptyTrust, observe } from "../../../shared/domain/semantic/trust.ts";
import type { ScopeTrust } from "../../../shared/domain/semantic/trust.ts";
import { DEFAULT_ERROR_BOUND } from "../../../shared/domain/semantic/error-bound.ts";
import { resolveThresholds, scoreBinCount, scoreBinOf, verdict } from "../../../shared/domain/semantic/serve-verdict.ts";

const thresholds = resolveThresholds(DEFAULT_ERROR_BOUND);
const comparisonOf = (a: string, b: string, cosine: number) => compare(analyse(a), analyse(b), cosine, undefined);
const decide = (a: string, b: string, cosine: number, more: { minSimilarity?: number } = {}) =>
  verdict({ comparison: comparisonOf(a, b, cosine), cosine, thresholds, ...more });
const EQUAL_BIN = scoreBinCount() - 1;

function withOutcomes(bin: number, right: number, wrong: number, trust: ScopeTrust = emptyTrust(scoreBinCount())): ScopeTrust {
  let result = trust;
  for (let i = 0; i < right; i++) result = observe(result, { bin, isRight: true, source: "audit" });
  for (let i = 0; i < wrong; i++) result = observe(result, { bin, isRight: false, source: "audit" });
  return result;
}

describe("verdict", () => {
  it("serves a near-repeat, because both texts are equal after normalisation", () => {
    expect(decide("How do I dispute a charge on my card?", "hi, how do i dispute a charge on my card please", 0.9)).toMatchObject({
      kind: "serve",
      reason: "normalised_equal",
      vetoes: [],
    });
  });

  it("serves a close paraphrase because of its calibrated score", () => {
    expect(decide("What is the process for requesting parental leave?", "How do I request parental leave?", 0.9)).toMatchObject({
      kind: "serve",
      reason: "calibrated",
    });
  });

  it("rejects a vetoed pair and names the veto, whatever the cosine", () => {
    expect(decide("Can I recover emails after 30 days?", "Can I recover emails after 90 days?", 0.999)).toMatchObject({
      kind: "reject",
      reason: "veto",
      vetoes: ["numbers"],
    });
  });

  it("never serves unrelated questions", () => {
    expect(decide("How do I boil an egg?", "Who painted the Mona Lisa?", 0.1).kind).toBe("reject");
  });

  it("rejects every pair below the caller's least similarity, including near-repeats", () => {
    expect(decide("How do I boil an egg?", "how do I boil an egg", 0.97, { minSimilarity: 0.98 })).toMatchObject({
      kind: "reject",
      reason: "below_min_similarity",
    });
    expect(decide("How do I boil an egg?", "how do I boil an egg", Number.NaN, { minSimilarity: 0.98 }).kind).toBe("reject");
  });

  it("puts a pair into the same score bin, whichever text came first", () => {
    const texts = [
      "How do I renew a passport online?",
      "How can I renew my passport by mail?",
      "What is the process for online passport renewal?",
      "Who renews passports?",
    ];
    for (const a of texts) for (const b of texts) expect(scoreBinOf(comparisonOf(a, b, 0.8))).toBe(scoreBinOf(comparisonOf(b, a, 0.8)));
  });
});

describe("resolveThresholds", () => {
  const bound = fc.double({ min: 0, max: 0.3, noNaN: true });

  it("never serves more at a tighter bound", () => {
    fc.assert(
      fc.property(bound, bound, (one, other) => {
        expect(resolveThresholds(Math.min(one, other)).serveFrom).toBeGreaterThanOrEqual(resolveThresholds(Math.max(one, other)).serveFrom);
      }),
    );
  });

  it("serves nothing at a bound of zero", () => expect(resolveThresholds(0).serveFrom).toBe(scoreBinCount()));

  it("closes score bins after a scope's mistakes", () => {
    expect(resolveThresholds(0.01, withOutcomes(thresholds.serveFrom, 20, 2)).serveFrom).toBeGreaterThan(thresholds.serveFrom);
  });

  it("closes all score bins if even near-repeats were wrong", () => {
    expect(resolveThresholds(0.01, withOutcomes(EQUAL_BIN, 0, 3)).serveFrom).toBe(scoreBinCount());
  });

  it("opens the next score bin only after enough successes to certify it", () => {
    const next = thresholds.serveFrom - 1;
    expect(resolveThresholds(0.01, withOutcomes(next, 100, 0)).serveFrom).toBe(thresholds.serveFrom);
    expect(resolveThresholds(0.01, withOutcomes(next, 400, 0)).serveFrom).toBe(next);
    expect(resolveThresholds(0.01, withOutcomes(next, 400, 6)).serveFrom).toBe(thresholds.serveFrom);
  });

  it("never serves more after one more mistake", () => {
    const bin = fc.nat(scoreBinCount() - 1);
    fc.assert(
      fc.property(fc.array(fc.record({ bin, isRight: fc.boolean() }), { maxLength: 40 }), bin, (history, at) => {
        const trust = history.reduce((sum, one) => observe(sum, { ...one, source: "audit" }), emptyTrust(scoreBinCount()));
        const worse = observe(trust, { bin: at, isRight: false, source: "audit" });
        expect(resolveThresholds(0.01, worse).serveFrom).toBeGreaterThanOrEqual(resolveThresholds(0.01, trust).serveFrom);
      }),
      { numRuns: 60 },
    );
  });
});
