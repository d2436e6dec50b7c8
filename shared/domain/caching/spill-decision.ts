/** Shortest TTL that KV accepts, in seconds. */
export const MIN_KV_TTL_SECONDS = 60;
/** Once this share of the daily budget is used, only entries with a hit are written. */
const CHOOSY_SHARE = 0.75;

export interface SpillCandidate {
  readonly expiresMs: number;
  readonly hits: number;
}

export interface SpillBudget {
  readonly usedToday: number;
  readonly perDay: number;
}

export type SpillDecision =
  | { readonly kind: "spill"; readonly ttlSeconds: number }
  | { readonly kind: "drop"; readonly reason: "expiring" | "ration" };

/** Decides whether an evicted entry goes to KV. Its TTL there is min(remaining TTL, `spillTtlSeconds`). */
export function spillDecision(candidate: SpillCandidate, budget: SpillBudget, spillTtlSeconds: number, nowMs: number): SpillDecision {
  const leftSeconds = Math.floor((candidate.expiresMs - nowMs) / 1000);
  const ttlSeconds = Math.min(leftSeconds, spillTtlSeconds);
  if (ttlSeconds < MIN_KV_TTL_SECONDS) return { kind: "drop", reason: "expiring" };
  if (budget.usedToday >= budget.perDay) return { kind: "drop", reason: "ration" };
  if (candidate.hits === 0 && budget.usedToday >= budget.perDay * CHOOSY_SHARE) return { kind: "drop", reason: "ration" };
  return { kind: "spill", ttlSeconds };
}

/** This shard's share of the cluster's daily KV writes. The first shards get the remainder. */
export function spillShare(writesPerDay: number, shard: number, shardCount: number): number {
  return Math.floor(writesPerDay / shardCount) + (shard < writesPerDay % shardCount ? 1 : 0);
}
