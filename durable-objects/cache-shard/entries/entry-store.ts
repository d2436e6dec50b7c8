import type { Holdings } from "../storage/holdings.ts";
import type { PurgeLog } from "../purging/purge-log.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";
import type { Entry, EntryBody } from "./entry.ts";
import { bodyBytes, heldBy, purgeableOf } from "./entry.ts";
import type { EntryRow } from "./entry-rows.ts";
import {
  deleteBodyRows,
  deleteEntryRows,
  entryFromRow,
  insertBodyRows,
  insertEntryRows,
  readBodyRows,
  readEntryRow,
  readEntryRows,
} from "./entry-rows.ts";
import type { RamFront, ResidentEntry } from "./ram-front.ts";
import type { EntryUse } from "./use-log.ts";

/** Rows from one position of a sample that are examined, at most: below 1 ms. */
const SAMPLED_ROWS = 250;

export type CommitOutcome = "stored" | "fenced";

/** Result of a lookup: an entry with its body, the metadata of an entry whose body is in KV, or nothing. */
export type Lookup =
  | { readonly kind: "resident"; readonly resident: ResidentEntry }
  | { readonly kind: "spilled"; readonly entry: Entry }
  | { readonly kind: "absent" };

/** A stored row, with whether it can still be served. */
export interface SampledEntry {
  readonly entry: Entry;
  readonly isPurged: boolean;
}

/** What decides where an entry belongs. */
export interface EntryPlace extends Record<string, SqlStorageValue> {
  readonly key: string;
  readonly scope: string;
}

/** Events that the store counts. */
export type StoreEvent = "corrupt" | "fenced_commits" | "evictions" | "spills" | "promotions";

export interface EntryStoreParts {
  readonly sql: SqlStorage;
  readonly transactions: ShardTransactions;
  readonly holdings: Holdings;
  readonly log: PurgeLog;
  readonly front: RamFront;
  countEvent(event: StoreEvent): void;
}

/**
 * Stores entries in SQLite, with a RAM front for recently used ones. Reads ignore what a purge covers, whether its rows
 * have been freed or not. Every method is synchronous. Each change is one transaction, unless the method is documented
 * to run inside the caller's.
 */
export class EntryStore {
  readonly #sql: SqlStorage;
  readonly #transactions: ShardTransactions;
  readonly #holdings: Holdings;
  readonly #log: PurgeLog;
  readonly #front: RamFront;
  readonly #countEvent: (event: StoreEvent) => void;

  constructor(parts: EntryStoreParts) {
    const { sql, transactions, holdings, log, front } = parts;
    this.#sql = sql;
    this.#transactions = transactions;
    this.#holdings = holdings;
    this.#log = log;
    this.#front = front;
    this.#countEvent = (event) => parts.countEvent(event);
  }

  lookup(key: string): Lookup {
    const resident = this.#front.get(key);
    if (resident !== null && this.isLive(resident.entry)) return { kind: "resident", resident };
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
    const entry = row === null ? null : entryFromRow(row);
    return entry !== null && this.isLive(entry) ? entry : null;
  }

  /** Whether no purge since the start of its flight covers an entry. */
  isLive(entry: Entry): boolean {
    return !this.#log.covers(purgeableOf(entry));
  }

  /**
   * Stores an entry unless a purge since the start of its flight covers it. `alongside` runs in the same transaction.
   */
  commit(entry: Entry, body: EntryBody, alongside: () => void = () => undefined): CommitOutcome {
    if (this.#log.fences(purgeableOf(entry))) {
      this.#countEvent("fenced_commits");
      return "fenced";
    }
    this.#transactions.transact(() => {
      if (readEntryRow(this.#sql, entry.key) !== null) this.#removeRows([entry.key], () => true);
      insertEntryRows(this.#sql, entry, body);
      this.#holdings.add(entry.tenant, heldBy(entry));
      alongside();
    });
    // The front may hold the body of the replaced entry.
    if (entry.spilled === null) this.#front.put(entry, body, null);
    else this.#front.delete(entry.key);
    return "stored";
  }

  /** Stores a body from KV in the shard again. False when the entry was purged or replaced meanwhile. */
  promote(entry: Entry, body: EntryBody): boolean {
    const current = this.find(entry.key);
    if (current === null || current.spilled === null || current.spilled.kvName !== entry.spilled?.kvName) return false;
    const resident: Entry = { ...current, spilled: null, bytes: bodyBytes(body) };
    this.#transactions.transact(() => {
      this.#sql.exec("UPDATE entries SET kv_name = NULL, kv_expires_ms = NULL, bytes = ? WHERE key = ?", resident.bytes, entry.key);
      insertBodyRows(this.#sql, entry.key, body);
      this.#holdings.add(entry.tenant, { entries: 0, spilledEntries: -1, bytes: resident.bytes });
    });
    this.#countEvent("promotions");
    this.#front.put(resident, body, null);
    return true;
  }

  /** Deletes the body of an entry, which is in KV now, and keeps its metadata. */
  markSpilled(entry: Entry, kvName: string, kvExpiresMs: number): void {
    this.#transactions.transact(() => {
      this.#sql.exec("UPDATE entries SET kv_name = ?, kv_expires_ms = ? WHERE key = ?", kvName, kvExpiresMs, entry.key);
      deleteBodyRows(this.#sql, entry.key);
      this.#holdings.add(entry.tenant, { entries: 0, spilledEntries: 1, bytes: -entry.bytes });
    });
    this.#countEvent("spills");
    this.#countEvent("evictions");
    this.#front.delete(entry.key);
  }

  drop(keys: readonly string[]): void {
    this.#transactions.transact(() => {
      this.#removeRows(keys, () => true);
    });
    for (const key of keys) this.#front.delete(key);
  }

  /** Drops an entry whose body is missing or damaged, and counts it. */
  dropCorrupt(entry: Entry): void {
    this.drop([entry.key]);
    this.#countEvent("corrupt");
  }

  /**
   * Resident rows from a key on, wrapping around. Keys are digests, so a random key gives a uniform sample. Examines a
   * bounded number of rows: where nearly all bodies are in KV, a sample is small or empty.
   */
  sample(fromKey: string, limit: number): readonly SampledEntry[] {
    const examined = "SELECT * FROM entries WHERE key >= ? ORDER BY key LIMIT ?";
    const query = `SELECT * FROM (${examined}) WHERE kv_name IS NULL LIMIT ?`;
    const rows = this.#sql.exec<EntryRow>(query, fromKey, SAMPLED_ROWS, limit).toArray();
    if (rows.length < limit) rows.push(...this.#sql.exec<EntryRow>(query, "", SAMPLED_ROWS, limit - rows.length).toArray());
    return [...new Map(rows.map((row) => [row.key, row])).values()].map((row) => {
      const entry = entryFromRow(row);
      return { entry, isPurged: !this.isLive(entry) };
    });
  }

  /** Keys and scopes of the rows after a key, in key order. */
  placesAfter(key: string, limit: number): readonly EntryPlace[] {
    const query = "SELECT key, scope FROM entries WHERE key > ? ORDER BY key LIMIT ?";
    return this.#sql.exec<EntryPlace>(query, key, limit).toArray();
  }

  /** The live entries among some keys, in key order. */
  findAll(keys: readonly string[]): readonly Entry[] {
    const entries = readEntryRows(this.#sql, keys).map(entryFromRow);
    return entries.filter((entry) => this.isLive(entry)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Rows that expired at or before a time, longest expired first. */
  expired(untilMs: number, limit: number): readonly Entry[] {
    const query = "SELECT * FROM entries WHERE expires_ms <= ? ORDER BY expires_ms LIMIT ?";
    return this.#sql.exec<EntryRow>(query, untilMs, limit).toArray().map(entryFromRow);
  }

  /** The earliest expiry of any row (ms); null when there is no row. */
  firstExpiryMs(): number | null {
    return this.#sql.exec<{ first: number | null }>("SELECT MIN(expires_ms) AS first FROM entries").one().first;
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

  /**
   * Removes rows, except those that have another sequence: they have been replaced since they were read. Runs inside the
   * caller's transaction.
   */
  removeRows(rows: readonly Pick<Entry, "key" | "sequence">[]): void {
    const sequences = new Map(rows.map(({ key, sequence }) => [key, sequence]));
    this.#removeRows([...sequences.keys()], ({ key, sequence }) => sequences.get(key) === sequence);
    // If the transaction fails, the next lookup reads the row again.
    for (const key of sequences.keys()) this.#front.delete(key);
  }

  #removeRows(keys: readonly string[], isMeant: (entry: Entry) => boolean): void {
    const entries = readEntryRows(this.#sql, keys).map(entryFromRow).filter(isMeant);
    if (entries.length === 0) return;
    deleteEntryRows(this.#sql, entries);
    for (const entry of entries) {
      this.#transactions.noteRemoved(entry);
      // What a counted purge covers has left the holdings already.
      if (!this.#log.discounts(purgeableOf(entry))) this.#holdings.subtract(entry.tenant, heldBy(entry));
    }
  }
}
