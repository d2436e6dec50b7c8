/** Counters of one tenant. The names are stored in SQLite, so only append to the list. */
export const TRAFFIC_COUNTERS = [
  "requests",
  "hits",
  "semantic",
  "coalesced",
  "stale",
  "misses",
  "bypasses",
  "errors",
  "tokensSaved",
] as const;
export type TrafficCounter = (typeof TRAFFIC_COUNTERS)[number];
export type Traffic = Record<TrafficCounter, number>;

export function emptyTraffic(): Traffic {
  return { requests: 0, hits: 0, semantic: 0, coalesced: 0, stale: 0, misses: 0, bypasses: 0, errors: 0, tokensSaved: 0 };
}

/** Adds `more` to `sum`. */
export function addTraffic(sum: Traffic, more: Partial<Readonly<Traffic>>): void {
  for (const counter of TRAFFIC_COUNTERS) sum[counter] += more[counter] ?? 0;
}

/** Share of requests that were answered without an upstream call of their own; 0 when there were no requests. */
export function hitRate(traffic: Readonly<Traffic>): number {
  const saved = traffic.hits + traffic.semantic + traffic.coalesced + traffic.stale;
  return traffic.requests === 0 ? 0 : saved / traffic.requests;
}
