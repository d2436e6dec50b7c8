import type { IsolateReport } from "../../../shared/contracts/cache-shard/figures-contract.ts";
import { LATENCY_BUCKETS, latencyBucket } from "../../../shared/domain/figures/latency-histogram.ts";

/** Shortest time between two reports to the shards, in milliseconds. */
const REPORT_EVERY_MS = 2000;
/** Pairs of tenant and shard counted between two reports. Requests of further pairs are not counted. */
const MAX_LINES = 1000;

/** Counters for the requests of one tenant whose home is one shard. */
interface Line {
  readonly tenant: string;
  readonly shard: number;
  memoryHits: number;
  bypasses: number;
  tokensSaved: number;
  readonly hitLatency: number[];
  readonly missLatency: number[];
}

/** Collects what only this isolate sees, such as hits in its own memory, until it is reported to the shards. */
export class IsolateTraffic {
  #lines = new Map<string, Line>();
  #lastMs = 0;

  /** Counts one answered request. `durationMs` is the time until the answer began. */
  answered(tenant: string, shard: number, kind: "memory_hit" | "hit" | "miss" | "bypass", durationMs: number, tokensSaved = 0): void {
    const line = this.#line(tenant, shard);
    if (line === null) return;
    line.tokensSaved += tokensSaved;
    if (kind === "memory_hit") line.memoryHits += 1;
    if (kind === "bypass") line.bypasses += 1;
    const latency = kind === "memory_hit" || kind === "hit" ? line.hitLatency : line.missLatency;
    const bucket = latencyBucket(durationMs);
    latency[bucket] = (latency[bucket] ?? 0) + 1;
  }

  due(nowMs: number): boolean {
    return this.#lines.size > 0 && nowMs - this.#lastMs >= REPORT_EVERY_MS;
  }

  /** Returns all reports, one per tenant and shard, and resets the counters. */
  drain(nowMs: number): readonly (IsolateReport & { readonly shard: number })[] {
    this.#lastMs = nowMs;
    const reports = [...this.#lines.values()];
    this.#lines = new Map();
    return reports;
  }

  #line(tenant: string, shard: number): Line | null {
    const name = `${shard}|${tenant}`;
    const known = this.#lines.get(name);
    if (known !== undefined) return known;
    if (this.#lines.size >= MAX_LINES) return null;
    const line: Line = { tenant, shard, memoryHits: 0, bypasses: 0, tokensSaved: 0, hitLatency: zeros(), missLatency: zeros() };
    this.#lines.set(name, line);
    return line;
  }
}

function zeros(): number[] {
  return Array.from({ length: LATENCY_BUCKETS }, () => 0);
}
