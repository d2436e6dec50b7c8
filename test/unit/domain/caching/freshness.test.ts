import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EntryTimes, Freshness, ReadControls, StaleWindows } from "../../../../shared/domain/caching/freshness.ts";
import { freshness, lifeEndMs, retentionMs } from "../../../../shared/domain/caching/freshness.ts";

const BORN_MS = 1_000_000;
const TTL_MS = 60_000;
const DIES_MS = BORN_MS + TTL_MS;
const ASK_NOTHING: ReadControls = { maxAgeSeconds: null, minFreshSeconds: null, maxStaleSeconds: null };
const NO_STALE: StaleWindows = { staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };
const BOTH: StaleWindows = { staleWhileRevalidateMs: 10_000, staleIfErrorMs: 100_000 };

function entry(changes: Partial<EntryTimes> = {}): EntryTimes {
  return { createdMs: BORN_MS, expiresMs: DIES_MS, ttiMs: null, lastUsedMs: BORN_MS, ...changes };
}

interface Row {
  readonly what: string;
  readonly atMs: number;
  readonly controls?: Partial<ReadControls>;
  readonly windows?: StaleWindows;
  readonly times?: Partial<EntryTimes>;
  readonly is: Freshness["kind"];
}

const TABLE: readonly Row[] = [
  { what: "a new entry", atMs: BORN_MS, is: "fresh" },
  { what: "the last millisecond before expiry", atMs: DIES_MS - 1, is: "fresh" },
  { what: "the millisecond of expiry", atMs: DIES_MS, is: "expired" },
  { what: "a zero TTL", atMs: BORN_MS, times: { expiresMs: BORN_MS }, is: "expired" },
  { what: "the first millisecond of stale-while-revalidate", atMs: DIES_MS, windows: BOTH, is: "stale_while_revalidate" },
  { what: "the last millisecond of stale-while-revalidate", atMs: DIES_MS + 9999, windows: BOTH, is: "stale_while_revalidate" },
  { what: "past stale-while-revalidate, within stale-if-error", atMs: DIES_MS + 10_000, windows: BOTH, is: "stale_if_error" },
  { what: "the end of stale-if-error", atMs: DIES_MS + 100_000, windows: BOTH, is: "expired" },
  { what: "max-age above its age", atMs: BORN_MS + 30_000, controls: { maxAgeSeconds: 30 }, is: "fresh" },
  { what: "max-age below its age", atMs: BORN_MS + 30_001, controls: { maxAgeSeconds: 30 }, is: "refused_by_caller" },
  { what: "max-age=0 for anything older than now", atMs: BORN_MS + 1, controls: { maxAgeSeconds: 0 }, is: "refused_by_caller" },
  { what: "min-fresh with enough left", atMs: DIES_MS - 10_000, controls: { minFreshSeconds: 10 }, is: "fresh" },
  { what: "min-fresh with too little left", atMs: DIES_MS - 9999, controls: { minFreshSeconds: 10 }, is: "refused_by_caller" },
  {
    what: "min-fresh for a stale entry",
    atMs: DIES_MS + 1,
    controls: { minFreshSeconds: 1 },
    windows: BOTH,
    is: "refused_by_caller",
  },
  {
    what: "max-stale that covers its staleness",
    atMs: DIES_MS + 20_000,
    controls: { maxStaleSeconds: 20 },
    windows: BOTH,
    is: "stale_accepted",
  },
  {
    what: "max-stale shorter than its staleness",
    atMs: DIES_MS + 20_001,
    controls: { maxStaleSeconds: 20 },
    windows: BOTH,
    is: "stale_if_error",
  },
  { what: "any max-stale", atMs: DIES_MS + 1e9, controls: { maxStaleSeconds: Number.POSITIVE_INFINITY }, is: "stale_accepted" },
  {
    what: "max-stale within stale-while-revalidate",
    atMs: DIES_MS + 5,
    controls: { maxStaleSeconds: 20 },
    windows: BOTH,
    is: "stale_while_revalidate",
  },
  { what: "an idle entry", atMs: BORN_MS + 5000, times: { ttiMs: 5000 }, is: "expired" },
  { what: "a used entry", atMs: BORN_MS + 9999, times: { ttiMs: 5000, lastUsedMs: BORN_MS + 5000 }, is: "fresh" },
  { what: "a used entry after its TTL", atMs: DIES_MS, times: { ttiMs: 5000, lastUsedMs: DIES_MS - 1 }, is: "expired" },
  { what: "a clock set back before its creation", atMs: BORN_MS - 5000, controls: { maxAgeSeconds: 0 }, is: "fresh" },
];

describe("freshness", () => {
  it.each(TABLE)("$what is $is", ({ atMs, controls, windows, times, is }) => {
    expect(freshness(entry(times), windows ?? NO_STALE, { ...ASK_NOTHING, ...controls }, atMs).kind).toBe(is);
  });

  const times = fc
    .record({
      createdMs: fc.nat(1000),
      ttl: fc.nat(1000),
      tti: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: null }),
      used: fc.nat(1000),
    })
    .map(({ createdMs, ttl, tti, used }) => ({ createdMs, expiresMs: createdMs + ttl, ttiMs: tti, lastUsedMs: createdMs + used }));
  const windows = fc.record({ staleWhileRevalidateMs: fc.nat(500), staleIfErrorMs: fc.nat(500) });

  it("only gets worse over time, for a caller without directives", () => {
    const ORDER: readonly Freshness["kind"][] = ["fresh", "stale_while_revalidate", "stale_if_error", "expired"];
    fc.assert(
      fc.property(times, windows, fc.nat(5000), fc.nat(5000), (of, stale, one, other) => {
        const rank = (atMs: number): number => ORDER.indexOf(freshness(of, stale, ASK_NOTHING, atMs).kind);
        expect(rank(Math.min(one, other))).toBeLessThanOrEqual(rank(Math.max(one, other)));
        expect(rank(one)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("a time to idle never extends the TTL, and an expired answer is never fresh", () => {
    fc.assert(
      fc.property(times, windows, fc.nat(5000), (of, stale, nowMs) => {
        expect(lifeEndMs(of)).toBeLessThanOrEqual(of.expiresMs);
        const { kind } = freshness(of, stale, ASK_NOTHING, nowMs);
        expect(kind === "fresh").toBe(nowMs < lifeEndMs(of));
        if (nowMs >= of.expiresMs + retentionMs(stale)) expect(kind).toBe("expired");
      }),
    );
  });

  it("max-age and min-fresh only exclude answers, and max-stale only admits more", () => {
    const serves = (kind: Freshness["kind"]): boolean => kind === "fresh" || kind === "stale_accepted" || kind === "stale_while_revalidate";
    fc.assert(
      fc.property(times, windows, fc.nat(5000), fc.nat(3), (of, stale, nowMs, seconds) => {
        const asked = (controls: Partial<ReadControls>): boolean =>
          serves(freshness(of, stale, { ...ASK_NOTHING, ...controls }, nowMs).kind);
        const plain = asked({});
        if (asked({ maxAgeSeconds: seconds }) || asked({ minFreshSeconds: seconds })) expect(plain).toBe(true);
        if (plain) expect(asked({ maxStaleSeconds: seconds })).toBe(true);
      }),
    );
  });
});
