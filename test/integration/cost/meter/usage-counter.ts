import type { Metered } from "./metered-share.ts";
import type { Usage } from "./usage.ts";
import { NO_USAGE, sumOf } from "./usage.ts";

type Cursor = SqlStorageCursor<Record<string, SqlStorageValue>>;

/** Adds up what is used. */
export class UsageCounter {
  #usage: Usage = NO_USAGE;
  #rowsByTable = new Map<string, number>();
  #cursors: { readonly table: string; readonly cursor: Cursor }[] = [];

  count(change: Partial<Usage>): void {
    this.#usage = sumOf(this.#usage, { ...NO_USAGE, ...change });
  }

  /** Counts one written row that no statement writes. */
  countRow(table: string): void {
    this.count({ rowsWritten: 1 });
    this.#addRows(table, 1);
  }

  /** Counts the rows of a statement, later: a cursor knows them when it has been read. */
  addStatement(query: string, cursor: Cursor): void {
    this.#cursors.push({ table: tableOf(query), cursor });
  }

  readCursors(): void {
    let [rowsRead, rowsWritten] = [0, 0];
    for (const { table, cursor } of this.#cursors) {
      rowsRead += cursor.rowsRead;
      rowsWritten += cursor.rowsWritten;
      this.#addRows(table, cursor.rowsWritten);
    }
    this.#cursors = [];
    this.count({ rowsRead, rowsWritten });
  }

  /** What was used since the last call. */
  take(): Metered {
    this.readCursors();
    const taken = { usage: this.#usage, rowsByTable: this.#rowsByTable };
    this.#usage = NO_USAGE;
    this.#rowsByTable = new Map();
    return taken;
  }

  #addRows(table: string, rows: number): void {
    if (rows > 0) this.#rowsByTable.set(table, (this.#rowsByTable.get(table) ?? 0) + rows);
  }
}

/** The table that a statement writes. The tables of even and odd days count as one. */
function tableOf(query: string): string {
  const table = /\b(?:INTO|UPDATE|DELETE FROM|CREATE TABLE|ALTER TABLE)\s+(?:IF NOT EXISTS\s+)?(\w+)/.exec(query)?.[1] ?? "";
  return table.replace(/_(?:even|odd)$/, "");
}
