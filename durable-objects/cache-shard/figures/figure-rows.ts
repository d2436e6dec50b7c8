import { FigureRecord } from "../../../shared/domain/figures/figure-record.ts";
import type { StateRows } from "../storage/state-rows.ts";
import type { StoredTotals } from "./traffic-totals.ts";
import { TrafficTotals } from "./traffic-totals.ts";

/** Lengths of time that one record covers. */
export type FigureKind = "minute" | "hour" | "day";

/** The rows of a shard's figures: packed records of minutes, hours and days, and totals by tenant. */
export class FigureRows {
  readonly #sql: SqlStorage;

  readonly #state: StateRows;

  constructor(sql: SqlStorage, state: StateRows) {
    this.#sql = sql;
    this.#state = state;
  }

  /** The record of one stretch of time; null when there is none. */
  record(kind: FigureKind, startMs: number): FigureRecord | null {
    const query = "SELECT data FROM figure_buckets WHERE kind = ? AND start_ms = ?";
    const row = this.#sql.exec<{ data: string }>(query, kind, startMs).toArray()[0];
    return row === undefined ? null : FigureRecord.unpack(row.data);
  }

  /** Records that start at or after one time and before another, oldest first, without the one that starts at `except`. */
  *records(kind: FigureKind, fromMs: number, untilMs: number, except: number | null = null): Generator<FigureRecord, undefined> {
    const query = "SELECT start_ms, data FROM figure_buckets WHERE kind = ? AND start_ms >= ? AND start_ms < ? ORDER BY start_ms";
    for (const row of this.#sql.exec<{ start_ms: number; data: string }>(query, kind, fromMs, untilMs).toArray())
      if (row.start_ms !== except) yield FigureRecord.unpack(row.data);
    return undefined;
  }

  /** The start of the first record at or after a time; null when there is none. */
  firstFrom(kind: FigureKind, fromMs: number): number | null {
    const query = "SELECT MIN(start_ms) AS first FROM figure_buckets WHERE kind = ? AND start_ms >= ?";
    return this.#sql.exec<{ first: number | null }>(query, kind, fromMs).one().first;
  }

  write(kind: FigureKind, startMs: number, record: FigureRecord): void {
    this.#sql.exec("INSERT OR REPLACE INTO figure_buckets (kind, start_ms, data) VALUES (?, ?, ?)", kind, startMs, record.pack());
  }

  deleteBefore(kind: FigureKind, beforeMs: number): void {
    this.#sql.exec("DELETE FROM figure_buckets WHERE kind = ? AND start_ms < ?", kind, beforeMs);
  }

  totals(tenant: string): StoredTotals | null {
    const row = this.#sql.exec<{ counts: string }>("SELECT counts FROM traffic WHERE tenant = ?", tenant).toArray()[0];
    return row === undefined ? null : (JSON.parse(row.counts) as StoredTotals); // written by `writeTotals`
  }

  /** Totals of all tenants. Version 0.2.0 did not store them: until the first roll-up they are added up here. */
  totalsOfAll(): StoredTotals {
    const text = this.#state.get("figures");
    if (text !== null) return JSON.parse(text) as StoredTotals; // written by `writeTotalsOfAll`
    return this.#sumOfTenants(0);
  }

  /**
   * Stores the totals of all tenants before the totals of single tenants change for the first time: from then on, these
   * do not add up to what is before one time.
   */
  keepTotalsOfAll(): void {
    if (this.#state.get("figures") === null) this.writeTotalsOfAll(this.totalsOfAll());
  }

  /** Adds up the totals of all tenants again: version 0.2.0 has written those of tenants alone. */
  renewTotalsOfAll(): void {
    if (this.#state.get("figures") !== null) this.writeTotalsOfAll(this.#sumOfTenants(this.totalsOfAll().throughMs));
  }

  #sumOfTenants(throughMs: number): StoredTotals {
    const totals = new TrafficTotals();
    for (const { counts } of this.#sql.exec<{ counts: string }>("SELECT counts FROM traffic").toArray())
      totals.addStored(JSON.parse(counts) as Partial<StoredTotals>); // written by `writeTotals`, or by version 0.2.0
    return totals.stored(throughMs);
  }

  writeTotalsOfAll(totals: StoredTotals): void {
    this.#state.set("figures", JSON.stringify(totals));
  }

  tenantCount(): number {
    return this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM traffic").one().n;
  }

  writeTotals(tenant: string, totals: StoredTotals): void {
    this.#sql.exec("INSERT OR REPLACE INTO traffic (tenant, counts) VALUES (?, ?)", tenant, JSON.stringify(totals));
  }
}
