import type { IsolateReport, ReportLine } from "../../../shared/contracts/cache-shard/figures-contract.ts";
import { LATENCY_BUCKETS, latencyBucket } from "../../../shared/domain/figures/latency-histogram.ts";

/** Figures of this age ride on the isolate's next request to their shard, in milliseconds. */
const RIDE_AFTER_MS = 2000;
/** Figures of this age are sent on their own, if no request to their shard has taken them, in milliseconds. */
const MAX_AGE_MS = 15_000;
/** Pairs of tenant and shard counted between two reports. Requests of further pairs are not counted. */
const MAX_SHEETS = 1000;
/** Models that one sheet tells apart. Further ones share the last line. */
const MAX_LINES = 50;

type MutableLine = { -readonly [Name in keyof ReportLine]: ReportLine[Name] };

/** Figures of one tenant about the requests whose home is one shard. */
interface Sheet {
  readonly tenant: string;
  readonly lines: MutableLine[];
  readonly hitLatency: number[];
  readonly missLatency: number[];
}

interface ShardSheets {
  /** When the oldest of these figures were collected (ms). */
  readonly sinceMs: number;
  readonly byTenant: Map<string, Sheet>;
}

/** A report, and the shard whose requests it is about. */
interface ShardReport {
  readonly shard: number;
  readonly report: IsolateReport;
}

/** A request that the isolate has answered. */
export interface AnsweredRequest {
  readonly tenant: string;
  readonly shard: number;
  readonly provider: string;
  readonly model: string;
  /** `memory_hit` and `bypass` are known to this isolate alone; the shard counts the others itself. */
  readonly kind: "memory_hit" | "hit" | "miss" | "bypass";
  /** Time until the answer began. */
  readonly durationMs: number;
  readonly tokensSaved: number;
}

/** Collects what only this isolate sees, such as hits in its own memory, until it is reported to the shards. */
export class IsolateTraffic {
  readonly #shards = new Map<number, ShardSheets>();
  /** Shards that count the reports that ride on requests. During a deployment, objects of version 0.2.0 do not. */
  readonly #takers = new Set<number>();
  /** Reports that rode on a request and were not counted. They are sent on their own at once. */
  #returned: ShardReport[] = [];
  #size = 0;
  /** When the oldest figures were collected (ms). */
  #sinceMs = Number.POSITIVE_INFINITY;

  count(answered: AnsweredRequest, nowMs: number): void {
    const sheet = this.#sheet(answered.tenant, answered.shard, nowMs);
    if (sheet === null) return;
    const { kind, durationMs } = answered;
    if (kind === "memory_hit" || kind === "bypass") addToLine(sheet.lines, answered, kind === "bypass" ? "BYPASS" : "HIT");
    const latency = kind === "memory_hit" || kind === "hit" ? sheet.hitLatency : sheet.missLatency;
    const bucket = latencyBucket(durationMs);
    latency[bucket] = (latency[bucket] ?? 0) + 1;
  }

  /** Whether figures have waited long enough for a request that they could ride on. */
  isOverdue(nowMs: number): boolean {
    return this.#returned.length > 0 || nowMs - this.#sinceMs >= MAX_AGE_MS;
  }

  /**
   * Takes the reports that ride on a request to a shard. Empty until the shard has said that it counts them, which it
   * does when it is sent any, be they none; undefined when it has and nothing is due.
   */
  takeFor(shard: number, nowMs: number): readonly IsolateReport[] | undefined {
    if (!this.#takers.has(shard)) return [];
    const sheets = this.#shards.get(shard);
    return sheets === undefined || nowMs - sheets.sinceMs < RIDE_AFTER_MS ? undefined : this.#take(shard, sheets);
  }

  /**
   * Notes a shard's reply to a request with reports.
   * @param rode the reports that rode on the request
   * @param takesReports whether the shard has counted them
   */
  noteReply(shard: number, rode: readonly IsolateReport[], takesReports: boolean): void {
    if (takesReports) {
      this.#takers.add(shard);
      return;
    }
    this.#takers.delete(shard);
    for (const report of rode) if (this.#returned.length < MAX_SHEETS) this.#returned.push({ shard, report });
  }

  /** Takes all reports, with the shards that they belong to. */
  takeAll(): readonly ShardReport[] {
    const returned = this.#returned;
    this.#returned = [];
    const collected = [...this.#shards].flatMap(([shard, sheets]) => this.#take(shard, sheets).map((report) => ({ shard, report })));
    return [...returned, ...collected];
  }

  #take(shard: number, { byTenant }: ShardSheets): readonly IsolateReport[] {
    this.#shards.delete(shard);
    this.#size -= byTenant.size;
    this.#sinceMs = Number.POSITIVE_INFINITY;
    for (const { sinceMs } of this.#shards.values()) this.#sinceMs = Math.min(this.#sinceMs, sinceMs);
    return [...byTenant.values()].map(reportOf);
  }

  #sheet(tenant: string, shard: number, nowMs: number): Sheet | null {
    let sheets = this.#shards.get(shard);
    const known = sheets?.byTenant.get(tenant);
    if (known !== undefined) return known;
    if (this.#size >= MAX_SHEETS) return null;
    if (sheets === undefined) {
      sheets = { sinceMs: nowMs, byTenant: new Map() };
      this.#shards.set(shard, sheets);
      this.#sinceMs = Math.min(this.#sinceMs, nowMs);
    }
    const sheet: Sheet = { tenant, lines: [], hitLatency: zeros(), missLatency: zeros() };
    sheets.byTenant.set(tenant, sheet);
    this.#size += 1;
    return sheet;
  }
}

function addToLine(lines: MutableLine[], { provider, model, tokensSaved }: AnsweredRequest, outcome: ReportLine["outcome"]): void {
  let line = lines.find((known) => known.model === model && known.provider === provider && known.outcome === outcome);
  if (line === undefined && lines.length >= MAX_LINES) line = lines.find((known) => known.outcome === outcome);
  if (line === undefined) {
    line = { provider, model, outcome, requests: 0, tokensSaved: 0 };
    lines.push(line);
  }
  line.requests += 1;
  line.tokensSaved += tokensSaved;
}

function reportOf({ tenant, lines, hitLatency, missLatency }: Sheet): IsolateReport {
  const total = (outcome: ReportLine["outcome"], amount: "requests" | "tokensSaved"): number =>
    lines.reduce((sum, line) => sum + (line.outcome === outcome ? line[amount] : 0), 0);
  return {
    tenant,
    memoryHits: total("HIT", "requests"),
    bypasses: total("BYPASS", "requests"),
    tokensSaved: total("HIT", "tokensSaved"),
    hitLatency,
    missLatency,
    lines,
  };
}

function zeros(): number[] {
  return Array.from({ length: LATENCY_BUCKETS }, () => 0);
}
