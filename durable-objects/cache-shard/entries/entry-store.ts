import { purgeCovers } from "../../../shared/domain/caching/purge-selector.ts";
import type { PurgeLog } from "../purging/purge-log.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";
import type { Entry, EntryBody } from "./entry.ts";
import { bodyBytes, modelsOf } from "./entry.ts";
import type { EntryRow } from "./entry-rows.ts";
import {
  deleteBodyRows,
  deleteEntryRows,
  entryFromRow,
  insertBodyRows,
  insertEntryRows,
  readBodyRows,
  readEntryRow,
} from "./entry-rows.ts";
import type { RamFront, ResidentEntry } from "./ram-front.ts";
import type { EntryUse } from "./use-log.ts";

export type CommitOutcome = "stored" | "fenced";

/** Result of a lookup: an entry with its body, the metadata of an entry whose body is in KV, or nothing. */
export type Lookup =
  | { readonly kind: "resident"; readonly resident: ResidentEntry }
  | { readonly kind: "spilled"; readonly entry: Entry }
  | { readonly kind: "absent" };

export interface EntryStoreParts {
  readonly sql: SqlStorage;
  readonly transactions: ShardTransactions;
  readonly numbers: ShardNumbers;
  readonly log: PurgeLog;
  readonly front: RamFront;
}

/**
 * Stores entries in SQLite, with a RAM front for recently used ones. Every method is synchronous. Each change is one
 * transaction, unless the method is documented to run inside the caller's.
 */
export class EntryStore {
  readonly #sql: SqlStorage;
  readonly #transactions: ShardTransactions;
  readonly #numbers: ShardNumbers;
  readonly #log: PurgeLog;
  readonly #front: RamFront;

  constructor({ sql, transactions, numbers, log, front }: EntryStoreParts) {
    this.#sql = sql;
    this.#transactions = transactions;
    this.#numbers = numbers;
    this.#log = log;
    this.#front = front;
  }

  lookup(key: string): Lookup {
    const resident = this.#front.get(key);
    if (resident !== null) return { kind: "resident", resident };
    const entry = this.find(key);
    if (entry === null) return { kind: "absent" };
    if (entry.spilled !== null) return { kind: "spilled", entry };
    const body = readBodyRows(this.#sql, key);
    if (body === null) {
      this.dropCorrupt(entry);
      return { kind: "absent" };
    }
    return { kind: "resident", resident: this.#front.put(entry, body, null) };
  }

  /** The metadata of a live entry, whether its body is in the shard or in KV; null when there is none. */
  find(key: string): Entry | null {
    const row = readEntryRow(this.#sql, key);
    return row === null || row.sequence < this.#floor ? null : entryFromRow(row);
  }

  /**
   * Stores an entry unless a purge since the start of its flight covers it. `alongside` runs in the same transaction.
   */
  commit(entry: Entry, body: EntryBody, alongside: () => void = () => undefined): CommitOutcome {
    const covered = this.#log.since(entry.sequence).some((record) => purgeCovers(record, { ...entry, models: modelsOf(entry) }));
    if (covered) {
      this.#transactions.transact(() => this.#numbers.add("fenced_commits", 1));
      return "fenced";
    }
    this.#transactions.transact(() => {
      this.removeRow(entry.key);
      this.#insert(entry, body);
      alongside();
    });
    if (entry.spilled === null) this.#front.put(entry, body, null);
    return "stored";
  }

  /** Stores a body from KV in the shard again. False when the entry was purged or replaced meanwhile. */
  promote(entry: Entry, body: EntryBody): boolean {
    const current = this.find(entry.key);
    if (current === null || current.spilled === null || current.spilled.kvName !== entry.spilled?.kvName) return false;
    const resident: Entry = { ...entry, spilled: null, bytes: bodyBytes(body) };
    this.#transactions.transact(() => {
      this.#sql.exec("UPDATE entries SET kv_name = NULL, kv_expires_ms = NULL, bytes = ? WHERE key = ?", resident.bytes, entry.key);
      insertBodyRows(this.#sql, entry.key, body);
      this.#numbers.add("spilled_entries", -1);
      this.#numbers.add("bytes", resident.bytes);
      this.#numbers.add("promotions", 1);
    });
    this.#front.put(resident, body, null);
    return true;
  }

  /** Deletes the body of an entry, which is in KV now, and keeps its metadata. */
  markSpilled(entry: Entry, kvName: string, kvExpiresMs: number): void {
    this.#transactions.transact(() => {
      this.#sql.exec("UPDATE entries SET kv_name = ?, kv_expires_ms = ? WHERE key = ?", kvName, kvExpiresMs, entry.key);
      deleteBodyRows(this.#sql, entry.key);
      this.#numbers.add("bytes", -entry.bytes);
      this.#numbers.add("spilled_entries", 1);
      this.#numbers.add("spills", 1);
      this.#numbers.add("evictions", 1);
    });
    this.#front.delete(entry.key);
  }

  drop(key: string): void {
    this.#transactions.transact(() => this.removeRow(key));
    this.#front.delete(key);
  }

  /** Drops an entry to make room, and counts the eviction. */
  evict(key: string): void {
    this.#transactions.transact(() => {
      this.removeRow(key);
      this.#numbers.add("evictions", 1);
    });
    this.#front.delete(key);
  }

  /** Drops an entry whose body is missing or damaged, and counts it. */
  dropCorrupt(entry: Entry): void {
    this.drop(entry.key);
    this.#transactions.transact(() => this.#numbers.add("corrupt", 1));
  }

  /** Live resident entries from a key on, wrapping around. Keys are digests, so a random key gives a uniform sample. */
  sample(fromKey: string, limit: number): readonly Entry[] {
    const query = "SELECT * FROM entries WHERE key >= ? AND kv_name IS NULL AND sequence >= ? ORDER BY key LIMIT ?";
    const rows = this.#sql.exec<EntryRow>(query, fromKey, this.#floor, limit).toArray();
    if (rows.length < limit) rows.push(...this.#sql.exec<EntryRow>(query, "", this.#floor, limit - rows.length).toArray());
    return [...new Map(rows.map((row) => [row.key, entryFromRow(row)])).values()];
  }

  /** Live entries after a key, in key order. */
  after(key: string, limit: number): readonly Entry[] {
    return this.#sql
      .exec<EntryRow>("SELECT * FROM entries WHERE key > ? AND sequence >= ? ORDER BY key LIMIT ?", key, this.#floor, limit)
      .toArray()
      .map(entryFromRow);
  }

  bodyOf(key: string): EntryBody | null {
    return readBodyRows(this.#sql, key);
  }

  /** Adds uses to the entries' rows. Runs inside the caller's transaction. */
  writeUses(uses: readonly EntryUse[]): void {
    for (const use of uses) {
      this.#sql.exec(
        "UPDATE entries SET hits = hits + ?, last_used_ms = MAX(last_used_ms, ?) WHERE key = ?",
        use.hits,
        use.lastUsedMs,
        use.key,
      );
    }
  }

  /** Applies uses that have been written to the entries in the RAM front. */
  noteUses(uses: readonly EntryUse[]): void {
    for (const use of uses) this.#front.noteUses(use.key, use.hits, use.lastUsedMs);
  }

  /** What a tenant stores in this shard. `bytes` counts what its entries take in the shard, not in KV. */
  holdings(tenant: string): { readonly entries: number; readonly spilledEntries: number; readonly bytes: number } {
    const { entries, spilled, bytes } = this.#sql
      .exec<{ entries: number; spilled: number; bytes: number }>(
        "SELECT COUNT(*) AS entries, COUNT(kv_name) AS spilled, COALESCE(SUM(CASE WHEN kv_name IS NULL THEN bytes END), 0) AS bytes FROM entries WHERE tenant = ? AND sequence >= ?",
        tenant,
        this.#floor,
      )
      .one();
    return { entries, spilledEntries: spilled, bytes };
  }

  /** Removes a row, dead or alive, inside the caller's transaction. Only live rows are part of the counters. */
  removeRow(key: string): void {
    const row = readEntryRow(this.#sql, key);
    if (row === null) return;
    const entry = entryFromRow(row);
    deleteEntryRows(this.#sql, entry);
    this.#transactions.noteRemoved(key);
    if (entry.sequence < this.#floor) return;
    this.#numbers.add("entries", -1);
    if (entry.spilled === null) this.#numbers.add("bytes", -entry.bytes);
    else this.#numbers.add("spilled_entries", -1);
  }

  #insert(entry: Entry, body: EntryBody): void {
    insertEntryRows(this.#sql, entry, body);
    this.#numbers.add("entries", 1);
    if (entry.spilled === null) this.#numbers.add("bytes", entry.bytes);
    else this.#numbers.add("spilled_entries", 1);
  }

  /** Rows with a lower sequence are dead: a purge of the whole shard covered them. */
  get #floor(): number {
    return this.#numbers.get("floor_sequence");
  }
}
