/** What is counted for one tenant. Names are stored: append only. */
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

/** Adds the second to the first. */
export function addTraffic(sum: Traffic, more: Partial<Readonly<Traffic>>): void {
  for (const counter of TRAFFIC_COUNTERS) sum[counter] += more[counter] ?? 0;
}

/** Answers that cost no upstream call of their own, over all requests; 0 when there were none. */
export function hitRate(traffic: Readonly<Traffic>): number {
  const saved = traffic.hits + traffic.semantic + traffic.coalesced + traffic.stale;
  return traffic.requests === 0 ? 0 : saved / traffic.requests;
}
