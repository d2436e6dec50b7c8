import type { CacheOutcome } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { IsolateReport } from "../../../shared/contracts/cache-shard/figures-contract.ts";
import { LATENCY_BUCKETS } from "../../../shared/domain/figures/latency-histogram.ts";
import type { Traffic } from "../../../shared/domain/figures/traffic.ts";
import { addTraffic, emptyTraffic } from "../../../shared/domain/figures/traffic.ts";

/** Tenants beyond this number share one line: invented tenants must not fill memory. */
const MAX_TENANTS = 10_000;
const OTHER_TENANTS = "(other)";

interface TenantLine {
  readonly traffic: Traffic;
  readonly hit: number[];
  readonly miss: number[];
}

/** Per-tenant counters of a shard, kept in memory and written in batches. */
export class TrafficCounters {
  readonly #sql: SqlStorage;
  readonly #lines = new Map<string, TenantLine>();
  readonly #dirty = new Set<string>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    for (const row of sql.exec<{ tenant: string; counts: string }>("SELECT tenant, counts FROM traffic"))
      this.#lines.set(row.tenant, readLine(row.counts));
  }

  /** Counts a request that ended in an answer. */
  count(tenant: string, outcome: CacheOutcome, tokensSaved: number): void {
    const line = this.#line(tenant);
    line.traffic.requests += 1;
    line.traffic.tokensSaved += tokensSaved;
    line.traffic[counterOf(outcome)] += 1;
  }

  countError(tenant: string): void {
    const line = this.#line(tenant);
    line.traffic.requests += 1;
    line.traffic.errors += 1;
  }

  /** Adds the tokens that the followers of a call saved. */
  addTokens(tenant: string, tokensSaved: number): void {
    this.#line(tenant).traffic.tokensSaved += tokensSaved;
  }

  /** Adds what an isolate reports: requests it answered without the shard, and the latencies it measured. */
  add(report: IsolateReport): void {
    const line = this.#line(report.tenant);
    const requests = report.memoryHits + report.bypasses;
    addTraffic(line.traffic, { requests, hits: report.memoryHits, bypasses: report.bypasses, tokensSaved: report.tokensSaved });
    addBuckets(line.hit, report.hitLatency);
    addBuckets(line.miss, report.missLatency);
  }

  /** The counters of one tenant, or the sum over all tenants for null. */
  total(tenant: string | null): TenantLine {
    const sum = emptyLine();
    for (const [name, line] of this.#lines) {
      if (tenant !== null && name !== tenant) continue;
      addTraffic(sum.traffic, line.traffic);
      addBuckets(sum.hit, line.hit);
      addBuckets(sum.miss, line.miss);
    }
    return sum;
  }

  /** Writes the changed lines. Runs inside the caller's transaction. */
  flush(): void {
    for (const tenant of this.#dirty) {
      const line = this.#lines.get(tenant);
      if (line !== undefined) this.#sql.exec("INSERT OR REPLACE INTO traffic (tenant, counts) VALUES (?, ?)", tenant, JSON.stringify(line));
    }
    this.#dirty.clear();
  }

  #line(tenant: string): TenantLine {
    const name = this.#lines.has(tenant) || this.#lines.size < MAX_TENANTS ? tenant : OTHER_TENANTS;
    this.#dirty.add(name);
    const known = this.#lines.get(name);
    if (known !== undefined) return known;
    const line = emptyLine();
    this.#lines.set(name, line);
    return line;
  }
}

function counterOf(outcome: CacheOutcome): "hits" | "semantic" | "coalesced" | "stale" | "misses" | "bypasses" {
  switch (outcome) {
    case "HIT":
      return "hits";
    case "SEMANTIC":
      return "semantic";
    case "COALESCED":
      return "coalesced";
    case "STALE":
      return "stale";
    case "MISS":
      return "misses";
    case "BYPASS":
      return "bypasses";
  }
}

function emptyLine(): TenantLine {
  return {
    traffic: emptyTraffic(),
    hit: Array.from({ length: LATENCY_BUCKETS }, () => 0),
    miss: Array.from({ length: LATENCY_BUCKETS }, () => 0),
  };
}

function addBuckets(sum: number[], more: readonly number[]): void {
  for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) sum[bucket] = (sum[bucket] ?? 0) + (more[bucket] ?? 0);
}

/** Reads a stored line. A line from an older version may lack newer counters. */
function readLine(text: string): TenantLine {
  const line = emptyLine();
  const stored = JSON.parse(text) as Partial<TenantLine>; // written by `flush`
  addTraffic(line.traffic, stored.traffic ?? {});
  addBuckets(line.hit, stored.hit ?? []);
  addBuckets(line.miss, stored.miss ?? []);
  return line;
}
