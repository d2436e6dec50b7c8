/** When an entry was made, when it dies, and when it was last used. Times in ms since the epoch. */
export interface EntryTimes {
  readonly createdMs: number;
  readonly expiresMs: number;
  /** Time to idle in ms; null = none. */
  readonly ttiMs: number | null;
  readonly lastUsedMs: number;
}

/** How long past expiry an entry may still be of use. Units: ms. */
export interface StaleWindows {
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
}

/** What a caller asks of a stored answer (RFC 9111 section 5.2.1). Seconds; null = not asked. */
export interface ReadControls {
  readonly maxAgeSeconds: number | null;
  readonly minFreshSeconds: number | null;
  /** `Infinity` for a bare `max-stale`. */
  readonly maxStaleSeconds: number | null;
}

export type Freshness =
  | { readonly kind: "fresh" }
  /** Too old, but the caller said that it takes that. */
  | { readonly kind: "stale_accepted" }
  /** Serve now, refresh once in the background (RFC 5861 section 3). */
  | { readonly kind: "stale_while_revalidate" }
  /** Of use only if the upstream call fails (RFC 5861 section 4). */
  | { readonly kind: "stale_if_error" }
  /** Fresh for others, but not for what this caller asked. */
  | { readonly kind: "refused_by_caller" }
  | { readonly kind: "expired" };

/** Decides what an entry is good for at `nowMs`, for a caller with these controls. */
export function freshness(times: EntryTimes, windows: StaleWindows, controls: ReadControls, nowMs: number): Freshness {
  const diesMs = lifeEndMs(times);
  const ageMs = Math.max(0, nowMs - times.createdMs);
  const staleMs = nowMs - diesMs;
  if (controls.maxAgeSeconds !== null && ageMs > controls.maxAgeSeconds * 1000) {
    return { kind: "refused_by_caller" };
  }
  if (controls.minFreshSeconds !== null && -staleMs < controls.minFreshSeconds * 1000) {
    return { kind: "refused_by_caller" };
  }
  if (staleMs < 0) return { kind: "fresh" };
  if (staleMs < windows.staleWhileRevalidateMs) return { kind: "stale_while_revalidate" };
  // `max-stale` reaches only as far as the entry is kept at all.
  if (controls.maxStaleSeconds !== null && staleMs <= controls.maxStaleSeconds * 1000) return { kind: "stale_accepted" };
  return staleMs < windows.staleIfErrorMs ? { kind: "stale_if_error" } : { kind: "expired" };
}

/** The earlier of the absolute end and the idle end. A time to idle never extends an absolute TTL. */
export function lifeEndMs(times: EntryTimes): number {
  return times.ttiMs === null ? times.expiresMs : Math.min(times.expiresMs, times.lastUsedMs + times.ttiMs);
}

/** How long past its expiry an entry may still be of use, in ms. After that its row may be dropped. */
export function retentionMs(windows: StaleWindows): number {
  return Math.max(windows.staleWhileRevalidateMs, windows.staleIfErrorMs);
}
