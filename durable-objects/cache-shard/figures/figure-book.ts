import type { IsolateReport, ReportLine } from "../../../shared/contracts/cache-shard/figures-contract.ts";
import type { FigureAmounts, FigureLabels } from "../../../shared/domain/figures/figure-record.ts";
import { FigureRecord, OTHER } from "../../../shared/domain/figures/figure-record.ts";
import { MS_PER_MINUTE } from "../../../shared/domain/units.ts";
import type { FigureRows } from "./figure-rows.ts";
import { TrafficTotals } from "./traffic-totals.ts";

/** Lines of one report from an isolate, at most: a report comes from the Worker, but its names come from callers. */
const MAX_REPORT_LINES = 1000;

/**
 * A shard's figures: one packed record a minute. A request writes nothing: the record is written when a later request
 * finds it finished, or when an isolate sends its last report.
 */
export class FigureBook {
  readonly #rows: FigureRows;
  #minuteMs = 0;
  #record = new FigureRecord();
  /** Whether the record includes what was written for its minute before. */
  #isMerged = false;
  #isDirty = false;

  constructor(rows: FigureRows) {
    this.#rows = rows;
  }

  get isDirty(): boolean {
    return this.#isDirty;
  }

  /** Whether the current record is of an earlier minute and has not been written. */
  isDue(nowMs: number): boolean {
    return this.#isDirty && minuteOf(nowMs) !== this.#minuteMs;
  }

  count(labels: FigureLabels, amounts: Partial<FigureAmounts>, nowMs: number): void {
    this.#open(nowMs);
    this.#record.count(labels, amounts);
  }

  /** Adds what an isolate reports: requests it answered without the shard, and the latencies it measured. */
  addReport(report: IsolateReport, nowMs: number): void {
    this.#open(nowMs);
    const { tenant, lines = legacyLines(report) } = report;
    for (const { provider, model, outcome, ...amounts } of lines.slice(0, MAX_REPORT_LINES))
      this.#record.count({ tenant, provider, model, outcome }, amounts);
    this.#record.addLatency(tenant, "hit", report.hitLatency);
    this.#record.addLatency(tenant, "miss", report.missLatency);
  }

  /** Writes the current record. Runs inside the caller's transaction, which calls `noteStored` afterwards. */
  write(): void {
    if (!this.#isDirty) return;
    if (!this.#isMerged) {
      // An earlier object of this shard may have written a record in the same minute.
      const written = this.#rows.record("minute", this.#minuteMs);
      if (written !== null) this.#record.add(written);
      this.#isMerged = true;
    }
    this.#rows.write("minute", this.#minuteMs, this.#record);
  }

  /** Notes that everything has been stored. */
  noteStored(): void {
    this.#isDirty = false;
  }

  /** Counters and latencies of one tenant, or of all for null. */
  totals(tenant: string | null): TrafficTotals {
    const totals = new TrafficTotals();
    const stored = tenant === null ? this.#rows.totalsOfAll() : this.#rows.totals(tenant);
    totals.addStored(stored ?? {});
    // The totals of a tenant end with its last active hour. Everything before the totals of all is part of them.
    const fromMs = Math.max(stored?.throughMs ?? 0, this.#rows.totalsOfAll().throughMs);
    for (const record of this.#rows.records("minute", fromMs, Number.MAX_SAFE_INTEGER, this.#isMerged ? this.#minuteMs : null))
      totals.addRecord(record, tenant);
    // A roll-up may have added the record to the totals since it was written.
    if (this.#minuteMs >= fromMs) totals.addRecord(this.#record, tenant);
    return totals;
  }

  /** Starts the record of the current minute. A record that has not been written yet goes on. */
  #open(nowMs: number): void {
    const minuteMs = minuteOf(nowMs);
    if (minuteMs !== this.#minuteMs && !this.#isDirty) {
      this.#minuteMs = minuteMs;
      this.#record = new FigureRecord();
      this.#isMerged = false;
    }
    this.#isDirty = true;
  }
}

function minuteOf(nowMs: number): number {
  return Math.floor(nowMs / MS_PER_MINUTE) * MS_PER_MINUTE;
}

/** The lines of a report from a Worker of version 0.2.0, which did not name providers and models. */
function legacyLines({ memoryHits, bypasses, tokensSaved }: IsolateReport): readonly ReportLine[] {
  const unnamed = { provider: OTHER, model: OTHER };
  return [
    { ...unnamed, outcome: "HIT" as const, requests: memoryHits, tokensSaved },
    { ...unnamed, outcome: "BYPASS" as const, requests: bypasses, tokensSaved: 0 },
  ].filter(({ requests }) => requests > 0);
}
