import type { EntryRow } from "../entries/entry-rows.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { RamFront } from "../entries/ram-front.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";

/** Rows that one slice examines. */
const SLICE_ROWS = 2000;

export interface DeadRowsParts {
  readonly sql: SqlStorage;
  readonly transactions: ShardTransactions;
  readonly store: EntryStore;
  readonly numbers: ShardNumbers;
  readonly front: RamFront;
}

export interface FreedSlice {
  /** Key after which the next slice begins; null at the end of the table. */
  readonly nextKey: string | null;
  readonly freed: number;
  /** KV values of the removed rows. */
  readonly kvNames: readonly string[];
}

/** Frees rows that can no longer be served: those below the purge floor and those past their retention. */
export class DeadRows {
  readonly #parts: DeadRowsParts;

  constructor(parts: DeadRowsParts) {
    this.#parts = parts;
  }

  /**
   * Frees the dead rows among the next `SLICE_ROWS` rows after a key.
   * @param retentionMs how long a row is kept past its expiry, for stale answers
   */
  freeSlice(fromKey: string, nowMs: number, retentionMs: number): FreedSlice {
    const { sql, transactions, store, numbers, front } = this.#parts;
    const floor = numbers.get("floor_sequence");
    const rows = sql
      .exec<Pick<EntryRow, "key" | "sequence" | "expires_ms" | "kv_name">>(
        "SELECT key, sequence, expires_ms, kv_name FROM entries WHERE key > ? ORDER BY key LIMIT ?",
        fromKey,
        SLICE_ROWS,
      )
      .toArray();
    const gone = rows.filter((row) => row.sequence < floor || row.expires_ms + retentionMs <= nowMs);
    if (gone.length > 0) {
      transactions.transact(() => {
        for (const row of gone) store.removeRow(row.key);
      });
      for (const row of gone) front.delete(row.key);
    }
    const nextKey = rows.length < SLICE_ROWS ? null : (rows[rows.length - 1]?.key ?? null);
    return { nextKey, freed: gone.length, kvNames: gone.flatMap((row) => (row.kv_name === null ? [] : [row.kv_name])) };
  }
}
