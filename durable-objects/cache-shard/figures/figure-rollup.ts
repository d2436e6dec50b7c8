import { FigureRecord, OTHER } from "../../../shared/domain/figures/figure-record.ts";
import { MS_PER_DAY, MS_PER_HOUR } from "../../../shared/domain/units.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { pause } from "../storage/pause.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";
import type { FigureKind, FigureRows } from "./figure-rows.ts";
import { TrafficTotals } from "./traffic-totals.ts";

/** How long records are kept. */
const KEPT_MS: Readonly<Record<FigureKind, number>> = { minute: MS_PER_DAY, hour: 31 * MS_PER_DAY, day: 366 * MS_PER_DAY };
/** Totals of tenants that are kept. Further tenants share one line. */
const MAX_TENANTS = 10_000;
/** Tenants whose totals one transaction writes: about 2 ms. */
const TENANTS_PER_SLICE = 50;

export interface FigureRollupParts {
  readonly rows: FigureRows;
  readonly transactions: ShardTransactions;
  readonly clock: Clock;
}

/**
 * Adds minutes up to hours, hours to days, and hours to the totals of their tenants, once they are over. An interrupted
 * roll-up starts again: each total names the time through which it counts, so that nothing counts twice.
 */
export class FigureRollup {
  readonly #parts: FigureRollupParts;
  #running: Promise<void> | null = null;
  /** Earliest time of the next roll-up. */
  #nextMs = 0;
  /** Tenants with totals, counted once a run: they have large rows. */
  #tenants = 0;

  constructor(parts: FigureRollupParts) {
    this.#parts = parts;
  }

  /** Rolls up what is over. Returns null when there is nothing to do. */
  runIfDue(): Promise<void> | null {
    if (this.#running !== null || this.#parts.clock.nowMs() < this.#nextMs) return null;
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const { rows, clock } = this.#parts;
    const nowMs = clock.nowMs();
    this.#tenants = rows.tenantCount();
    const thisHourMs = floorTo(nowMs, MS_PER_HOUR);
    for (;;) {
      const firstMs = rows.firstFrom("minute", rows.totalsOfAll().throughMs);
      if (firstMs === null || firstMs >= thisHourMs) break;
      await this.#rollHour(floorTo(firstMs, MS_PER_HOUR), nowMs);
    }
    this.#nextMs = thisHourMs + MS_PER_HOUR;
  }

  async #rollHour(hourMs: number, nowMs: number): Promise<void> {
    const { rows, transactions, clock } = this.#parts;
    const endMs = hourMs + MS_PER_HOUR;
    const hour = new FigureRecord();
    for (const record of rows.records("minute", hourMs, endMs)) {
      hour.add(record);
      await pause(clock);
    }
    transactions.transact(() => rows.keepTotalsOfAll());
    const tenants = [...new Set([...hour.lines(), ...hour.latencies()].map(({ tenant }) => tenant))];
    for (let at = 0; at < tenants.length; at += TENANTS_PER_SLICE) {
      transactions.transact(() => {
        for (const tenant of tenants.slice(at, at + TENANTS_PER_SLICE)) this.#addToTotals(tenant, hour, endMs);
      });
      await pause(clock);
    }
    transactions.transact(() => {
      rows.write("hour", hourMs, hour);
      this.#addToDay(hourMs, hour);
      const all = new TrafficTotals();
      all.addStored(rows.totalsOfAll());
      all.addRecord(hour, null);
      rows.writeTotalsOfAll(all.stored(endMs));
      for (const kind of ["minute", "hour", "day"] as const) rows.deleteBefore(kind, nowMs - KEPT_MS[kind]);
    });
  }

  /** Adds the hour to the totals of a tenant. They include it already when the roll-up was interrupted. */
  #addToTotals(tenant: string, hour: FigureRecord, endMs: number): void {
    const { rows } = this.#parts;
    const known = rows.totals(tenant);
    const name = known !== null || tenant === OTHER || this.#tenants < MAX_TENANTS ? tenant : OTHER;
    const stored = name === tenant ? known : rows.totals(OTHER);
    // The shared line is written by several tenants of an hour, and counts at most one interrupted roll-up twice.
    if (name === tenant && (stored?.throughMs ?? 0) >= endMs) return;
    const totals = new TrafficTotals();
    totals.addStored(stored ?? {});
    totals.addRecord(hour, tenant);
    rows.writeTotals(name, totals.stored(endMs));
    if (stored === null) this.#tenants += 1;
  }

  #addToDay(hourMs: number, hour: FigureRecord): void {
    const { rows } = this.#parts;
    const dayMs = floorTo(hourMs, MS_PER_DAY);
    const day = rows.record("day", dayMs) ?? new FigureRecord();
    day.add(hour);
    rows.write("day", dayMs, day);
  }
}

function floorTo(atMs: number, lengthMs: number): number {
  return Math.floor(atMs / lengthMs) * lengthMs;
}
