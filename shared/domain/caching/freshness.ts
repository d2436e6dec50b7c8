import { MS_PER_SECOND } from "../units.ts";

/** When an entry was created, when it expires, and when it was last used. Times in ms since the epoch. */
export interface EntryTimes {
  readonly createdMs: number;
  readonly expiresMs: number;
  /** Time to idle in ms; null = none. */
  readonly ttiMs: number | null;
  readonly lastUsedMs: number;
}

/** How long after its expiry an entry may be served as stale. In ms. */
export interface StaleWindows {
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
}

/** Request directives on stored answers (RFC 9111 section 5.2.1). In seconds; null = absent. */
export interface ReadControls {
  readonly maxAgeSeconds: number | null;
  readonly minFreshSeconds: number | null;
  /** `Infinity` for a bare `max-stale`. */
  readonly maxStaleSeconds: number | null;
}

export type Freshness =
  | { readonly kind: "fresh" }
  /** Expired, but within the `max-stale` of the caller. */
  | { readonly kind: "stale_accepted" }
  /** To be served now and refreshed in the background (RFC 5861 section 3). */
  | { readonly kind: "stale_while_revalidate" }
  /** To be served only when the upstream call fails (RFC 5861 section 4). */
  | { readonly kind: "stale_if_error" }
  /** Does not meet the `max-age` or `min-fresh` of this caller. */
  | { readonly kind: "refused_by_caller" }
  | { readonly kind: "expired" };

/** Decides whether and how an entry may be served at `nowMs` to a caller with these controls. */
export function freshness(times: EntryTimes, windows: StaleWindows, controls: ReadControls, nowMs: number): Freshness {
  const diesMs = lifeEndMs(times);
  const ageMs = Math.max(0, nowMs - times.createdMs);
  const staleMs = nowMs - diesMs;
  if (controls.maxAgeSeconds !== null && ageMs > controls.maxAgeSeconds * MS_PER_SECOND) {
    return { kind: "refused_by_caller" };
  }
  if (controls.minFreshSeconds !== null && -staleMs < controls.minFreshSeconds * MS_PER_SECOND) {
    return { kind: "refused_by_caller" };
  }
  if (staleMs < 0) return { kind: "fresh" };
  if (staleMs < windows.staleWhileRevalidateMs) return { kind: "stale_while_revalidate" };
  // `max-stale` cannot exceed the time for which expired entries are kept.
  if (controls.maxStaleSeconds !== null && staleMs <= controls.maxStaleSeconds * MS_PER_SECOND) return { kind: "stale_accepted" };
  return staleMs < windows.staleIfErrorMs ? { kind: "stale_if_error" } : { kind: "expired" };
}

/** When an entry stops being fresh: the earlier of its TTL and its time to idle. */
export function lifeEndMs(times: EntryTimes): number {
  return times.ttiMs === null ? times.expiresMs : Math.min(times.expiresMs, times.lastUsedMs + times.ttiMs);
}

/** The stale windows of a configuration, which has them in seconds. */
export function staleWindows(seconds: {
  readonly staleWhileRevalidateSeconds: number;
  readonly staleIfErrorSeconds: number;
}): StaleWindows {
  return {
    staleWhileRevalidateMs: seconds.staleWhileRevalidateSeconds * MS_PER_SECOND,
    staleIfErrorMs: seconds.staleIfErrorSeconds * MS_PER_SECOND,
  };
}

/** How long after its expiry an entry is kept, in ms. After that its row may be dropped. */
export function retentionMs(windows: StaleWindows): number {
  return Math.max(windows.staleWhileRevalidateMs, windows.staleIfErrorMs);
}
