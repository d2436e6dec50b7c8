import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EvictionCandidate } from "../../../../shared/domain/caching/victim-choice.ts";
import { chooseVictims, FREQUENCY_HALF_LIFE_MS, valueDensity } from "../../../../shared/domain/caching/victim-choice.ts";

const NOW_MS = 10 * FREQUENCY_HALF_LIFE_MS;
const LIVE: EvictionCandidate = {
  key: "a",
  bytes: 1000,
  hits: 4,
  lastUsedMs: NOW_MS,
  usdSaved: 0.01,
  recentRequests: 0,
  expiresMs: NOW_MS + 1,
};

const candidate = fc.record({
  key: fc.uuid(),
  bytes: fc.integer({ min: 1, max: 1_000_000 }),
  hits: fc.nat(1000),
  lastUsedMs: fc.integer({ min: 0, max: NOW_MS }),
  usdSaved: fc.double({ min: 0, max: 5, noNaN: true }),
  recentRequests: fc.nat(15),
  expiresMs: fc.integer({ min: NOW_MS - 1000, max: NOW_MS + 1000 }),
});

describe("the value density of an entry", () => {
  it("halves with every day without a hit", () => {
    const idle = (days: number): number =>
      valueDensity({ ...LIVE, hits: 1000, lastUsedMs: NOW_MS - days * FREQUENCY_HALF_LIFE_MS }, NOW_MS);
    expect(idle(1) / idle(0)).toBeCloseTo(0.5, 2);
    expect(idle(3) / idle(0)).toBeCloseTo(0.125, 2);
  });

  it("grows with hits and dollars and shrinks with bytes", () => {
    const base = valueDensity(LIVE, NOW_MS);
    expect(valueDensity({ ...LIVE, hits: 5 }, NOW_MS)).toBeGreaterThan(base);
    expect(valueDensity({ ...LIVE, usdSaved: 0.02 }, NOW_MS)).toBeCloseTo(2 * base, 10);
    expect(valueDensity({ ...LIVE, bytes: 2000 }, NOW_MS)).toBeCloseTo(base / 2, 10);
  });

  it("counts recent requests that are not in the stored hits", () => {
    expect(valueDensity({ ...LIVE, hits: 0, recentRequests: 9 }, NOW_MS)).toBe(
      valueDensity({ ...LIVE, hits: 8, recentRequests: 0 }, NOW_MS),
    );
  });

  it("is zero once the entry has expired", () => {
    expect(valueDensity({ ...LIVE, expiresMs: NOW_MS }, NOW_MS)).toBe(0);
  });
});

describe("the victims", () => {
  it("are the entries of lowest value density, lowest first, and expired entries before all others", () => {
    fc.assert(
      fc.property(fc.uniqueArray(candidate, { minLength: 1, maxLength: 24, selector: ({ key }) => key }), fc.nat(6), (sample, victims) => {
        const chosen = chooseVictims(sample, NOW_MS, victims);
        const densityOf = (key: string): number => valueDensity(sample.find((of) => of.key === key) ?? LIVE, NOW_MS);
        const lowest = sample.map((of) => valueDensity(of, NOW_MS)).sort((a, b) => a - b);
        expect(chosen.map(densityOf)).toEqual(lowest.slice(0, victims));
        expect(new Set(chosen).size).toBe(Math.min(victims, sample.length));
      }),
      { numRuns: 1000 },
    );
  });

  it("are the least recently used entries among equals", () => {
    const older = { ...LIVE, key: "older", hits: 0, lastUsedMs: NOW_MS - 5 };
    const newer = { ...LIVE, key: "newer", hits: 0, lastUsedMs: NOW_MS };
    expect(chooseVictims([newer, older], NOW_MS, 1)).toEqual(["older"]);
    expect(chooseVictims([older, newer], NOW_MS, 1)).toEqual(["older"]);
  });

  it("are none when the sample is empty", () => {
    expect(chooseVictims([], NOW_MS, 4)).toEqual([]);
  });
});
