import { purgeCovers } from "../../../shared/domain/caching/purge.ts";
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

/** What a lookup finds: a body in the shard, the facts of one that is in KV, or nothing. */
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

/** Entries in SQLite with a front in memory. Every method is synchronous, and each change is one transaction. */
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

  /** The facts of a live entry, wherever its body is. */
  find(key: string): Entry | null {
    const row = readEntryRow(this.#sql, key);
    return row === null || row.sequence < this.#floor ? null : entryFromRow(row);
  }

  /** Stores an answer, and what belongs to it, unless a purge since its flight began covers it. */
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

  /** The body came back from KV: the entry is in the shard again. False when a purge or a newer entry came between. */
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

  /** The body is in KV now and leaves the shard; the facts stay. */
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

  /** Drops an entry to make room. */
  evict(key: string): void {
    this.#transactions.transact(() => {
      this.removeRow(key);
      this.#numbers.add("evictions", 1);
    });
    this.#front.delete(key);
  }

  dropCorrupt(entry: Entry): void {
    this.drop(entry.key);
    this.#transactions.transact(() => this.#numbers.add("corrupt", 1));
  }

  /** Live resident entries from a random place of the key space on: keys are digests, so this is a uniform sample. */
  sample(fromKey: string, limit: number): readonly Entry[] {
    const query = "SELECT * FROM entries WHERE key >= ? AND kv_name IS NULL AND sequence >= ? ORDER BY key LIMIT ?";
    const rows = this.#sql.exec<EntryRow>(query, fromKey, this.#floor, limit).toArray();
    if (rows.length < limit) rows.push(...this.#sql.exec<EntryRow>(query, "", this.#floor, limit - rows.length).toArray());
    return [...new Map(rows.map((row) => [row.key, entryFromRow(row)])).values()];
  }

  /** Live entries behind a key, in the order of keys. */
  after(key: string, limit: number): readonly Entry[] {
    return this.#sql
      .exec<EntryRow>("SELECT * FROM entries WHERE key > ? AND sequence >= ? ORDER BY key LIMIT ?", key, this.#floor, limit)
      .toArray()
      .map(entryFromRow);
  }

  bodyOf(key: string): EntryBody | null {
    return readBodyRows(this.#sql, key);
  }

  /** Writes hit counts and last uses. Inside the caller's transaction. */
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

  /** Uses that have been written: what is held in memory must say the same. */
  noteUses(uses: readonly EntryUse[]): void {
    for (const use of uses) this.#front.noteUses(use.key, use.hits, use.lastUsedMs);
  }

  /** What a tenant has here. Units of `bytes`: what its entries take in the shard. */
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

  /** Removes a row, dead or alive, inside the caller's transaction. Only live rows are counted, so only they are uncounted. */
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

  /** Rows below this sequence are dead: a purge of the whole shard covered them. */
  get #floor(): number {
    return this.#numbers.get("floor_sequence");
  }
}
