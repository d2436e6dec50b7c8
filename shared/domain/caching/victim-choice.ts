/** Time without a hit after which the weight of an entry's hits halves. */
export const FREQUENCY_HALF_LIFE_MS = 24 * 3600 * 1000;
/** Eviction frees this share of the bound, so that it does not run at every commit. */
export const EVICTED_SHARE = 0.02;
/** The newest entries, up to this share of the bound, are not evicted: they had no time to get a hit. */
export const WINDOW_SHARE = 0.02;
/** Random rows among which {@link SAMPLE_VICTIMS} are chosen: one in 16. */
export const EVICTION_SAMPLE = 64;
export const SAMPLE_VICTIMS = 4;

/** Facts about an entry that decide its eviction. */
export interface EvictionCandidate {
  readonly key: string;
  /** Bytes freed by evicting it. */
  readonly bytes: number;
  readonly hits: number;
  /** Time of the last hit, in ms since the epoch. */
  readonly lastUsedMs: number;
  /** What one hit saves, in dollars. */
  readonly usdSaved: number;
  /** TinyLFU's estimate of recent requests, including misses: 0…15. */
  readonly recentRequests: number;
  readonly expiresMs: number;
}

/** Worth per byte: decayed frequency × dollars saved by a hit ÷ bytes. Zero for an expired entry. */
export function valueDensity(candidate: EvictionCandidate, nowMs: number): number {
  if (candidate.expiresMs <= nowMs) return 0;
  const idleMs = Math.max(0, nowMs - candidate.lastUsedMs);
  const decayedHits = candidate.hits * 2 ** (-idleMs / FREQUENCY_HALF_LIFE_MS);
  const frequency = 1 + Math.max(decayedHits, candidate.recentRequests - 1);
  return (frequency * candidate.usdSaved) / Math.max(1, candidate.bytes);
}

/**
 * The keys of the candidates with the lowest value density, lowest first. Entries that have left the window of new
 * entries compete in the sample, which is the admission of W-TinyLFU. Of two equal candidates the less recently used one
 * is evicted; otherwise a cache full of entries without hits would never change.
 */
export function chooseVictims(sample: readonly EvictionCandidate[], nowMs: number, victims: number): readonly string[] {
  return sample
    .map((candidate) => ({ candidate, density: valueDensity(candidate, nowMs) }))
    .sort((a, b) => a.density - b.density || a.candidate.lastUsedMs - b.candidate.lastUsedMs)
    .slice(0, victims)
    .map(({ candidate }) => candidate.key);
}
