import { PurgeIndex } from "../../../shared/domain/caching/purge-index.ts";
import type { Purgeable, PurgeRecord } from "../../../shared/domain/caching/purge-selector.ts";
import type { Held } from "../storage/holdings.ts";

const NOTHING: Held = { entries: 0, spilledEntries: 0, bytes: 0 };

/** One pass over the rows in key order that counts what a few purges cover. */
export class PurgeWalk {
  /** The tag whose rows are walked; null for the whole table. */
  readonly tag: string | null;
  /** Entries that each purge covers, by sequence. */
  readonly counts = new Map<number, number>();
  /** Entries that were found and are still part of the holdings, by tenant. */
  readonly found = new Map<string, Held>();
  /** Purges that cover rows which are no longer part of the holdings, and have not been freed yet. */
  readonly #withUnheldRows = new Set<number>();
  /** Rows up to this key have been examined. */
  cursor = "";
  readonly #index = new PurgeIndex();

  constructor(records: readonly PurgeRecord[], tag: string | null) {
    this.tag = tag;
    for (const record of records) {
      this.#index.add(record);
      this.counts.set(record.sequence, 0);
    }
  }

  /** Examines a row that is part of the holdings. */
  examine(row: Purgeable, held: Held): void {
    if (this.#count(row, 1)) this.#find(row.tenant, held, 1);
  }

  /** Examines a row that is not part of the holdings: another purge, whose rows are not freed yet, covers it too. */
  examineUnheld(row: Purgeable): void {
    const sequence = this.#index.covering(row);
    if (sequence !== 0) this.#withUnheldRows.add(sequence);
  }

  /** Whether the walk has found rows that a purge covers. Removed ones count too. */
  hasRows(sequence: number): boolean {
    return (this.counts.get(sequence) ?? 0) > 0 || this.#withUnheldRows.has(sequence);
  }

  /**
   * Notes that a row that is part of the holdings is removed, and is taken out of them by that. Returns what undoes it;
   * null when no purge of this walk covers the row.
   */
  remove(row: Purgeable, held: Held): (() => void) | null {
    if (!this.#index.covers(row)) return null;
    if (row.key <= this.cursor) {
      this.#find(row.tenant, held, -1);
      return () => this.#find(row.tenant, held, 1);
    }
    this.#count(row, 1);
    return () => void this.#count(row, -1);
  }

  /** Counts entries that were removed before the walk. */
  addRemoved(sequence: number, entries: number): void {
    this.counts.set(sequence, (this.counts.get(sequence) ?? 0) + entries);
  }

  #count(row: Purgeable, change: number): boolean {
    const sequence = this.#index.covering(row);
    if (sequence === 0) return false;
    this.counts.set(sequence, (this.counts.get(sequence) ?? 0) + change);
    return true;
  }

  #find(tenant: string, held: Held, sign: 1 | -1): void {
    const known = this.found.get(tenant) ?? NOTHING;
    this.found.set(tenant, {
      entries: known.entries + sign * held.entries,
      spilledEntries: known.spilledEntries + sign * held.spilledEntries,
      bytes: known.bytes + sign * held.bytes,
    });
  }
}
