/** An entry's use halves in weight after this long without a hit. */
export const FREQUENCY_HALF_LIFE_MS = 24 * 3600 * 1000;
/** Evict down to this share of the bound, so that eviction runs once in many commits. */
export const EVICTION_TARGET_SHARE = 0.98;
/** Newest entries up to this share of the bound are spared: they have had no time to be asked for again. */
export const WINDOW_SHARE = 0.02;
/** Rows drawn at random for one choice of a victim. */
export const EVICTION_SAMPLE = 24;

/** What eviction weighs. */
export interface EvictionCandidate {
  readonly key: string;
  /** Bytes freed by evicting it. */
  readonly bytes: number;
  /** Hits persisted with the entry, and when the last of them was (ms). */
  readonly hits: number;
  readonly lastUsedMs: number;
  /** What one hit saves, in dollars. */
  readonly usdSaved: number;
  /** TinyLFU's estimate of recent requests, hits or not: 0…15. */
  readonly recentRequests: number;
  readonly expiresMs: number;
}

/** Decayed frequency × dollars saved by a hit ÷ bytes. Zero for what has expired. */
export function valueDensity(candidate: EvictionCandidate, nowMs: number): number {
  if (candidate.expiresMs <= nowMs) return 0;
  const idleMs = Math.max(0, nowMs - candidate.lastUsedMs);
  const decayedHits = candidate.hits * 2 ** (-idleMs / FREQUENCY_HALF_LIFE_MS);
  const frequency = 1 + Math.max(decayedHits, candidate.recentRequests - 1);
  return (frequency * candidate.usdSaved) / Math.max(1, candidate.bytes);
}

/**
 * The least valuable of a sample; newcomers that have left the window compete in it, which is W-TinyLFU's admission.
 * Of equals the older one goes, or a cache full of one-off entries would never change.
 */
export function chooseVictim(sample: readonly EvictionCandidate[], nowMs: number): EvictionCandidate | null {
  let victim: EvictionCandidate | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of sample) {
    const density = valueDensity(candidate, nowMs);
    if (density < least || (density === least && victim !== null && candidate.lastUsedMs < victim.lastUsedMs)) {
      victim = candidate;
      least = density;
    }
  }
  return victim;
}
