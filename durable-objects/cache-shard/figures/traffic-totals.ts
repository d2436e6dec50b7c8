import type { FigureOutcome, FigureRecord } from "../../../shared/domain/figures/figure-record.ts";
import { LATENCY_BUCKETS } from "../../../shared/domain/figures/latency-histogram.ts";
import type { Traffic, TrafficCounter } from "../../../shared/domain/figures/traffic.ts";
import { addTraffic, emptyTraffic } from "../../../shared/domain/figures/traffic.ts";

const COUNTERS: Readonly<Record<FigureOutcome, TrafficCounter>> = {
  HIT: "hits",
  SEMANTIC: "semantic",
  COALESCED: "coalesced",
  STALE: "stale",
  MISS: "misses",
  BYPASS: "bypasses",
  ERROR: "errors",
};

/** Totals of one tenant, or of all, up to a time. The members are stored, so renaming one needs a migration. */
export interface StoredTotals {
  readonly traffic: Traffic;
  /** Requests per bucket of latency-histogram.ts. */
  readonly hit: readonly number[];
  readonly miss: readonly number[];
  /** The totals include the figures before this time (ms). */
  readonly throughMs: number;
}

/** Counters and latencies of one tenant or of all, being added up. */
export class TrafficTotals {
  readonly traffic: Traffic = emptyTraffic();
  readonly hit = Array.from({ length: LATENCY_BUCKETS }, () => 0);
  readonly miss = Array.from({ length: LATENCY_BUCKETS }, () => 0);

  /** Adds stored totals. Those of an older version may lack newer members. */
  addStored(stored: Partial<StoredTotals>): void {
    addTraffic(this.traffic, stored.traffic ?? {});
    addBuckets(this.hit, stored.hit ?? []);
    addBuckets(this.miss, stored.miss ?? []);
  }

  /** Adds the figures of a record that concern a tenant; those of all tenants for null. */
  addRecord(record: FigureRecord, tenant: string | null): void {
    for (const { tenant: name, outcome, requests, tokensSaved } of record.lines())
      if (tenant === null || name === tenant) addTraffic(this.traffic, { requests, tokensSaved, [COUNTERS[outcome]]: requests });
    for (const { tenant: name, kind, counts } of record.latencies())
      if (tenant === null || name === tenant) addBuckets(kind === "hit" ? this.hit : this.miss, counts);
  }

  stored(throughMs: number): StoredTotals {
    return { traffic: this.traffic, hit: this.hit, miss: this.miss, throughMs };
  }
}

function addBuckets(sum: number[], more: readonly number[]): void {
  for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) sum[bucket] = (sum[bucket] ?? 0) + (more[bucket] ?? 0);
}
