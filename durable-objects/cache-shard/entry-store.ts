import type { PurgeSelector } from "../../shared/domain/purge.ts";
import { purgeCovers } from "../../shared/domain/purge.ts";
import { joinBytes } from "../../shared/domain/join-bytes.ts";
import { splitBody } from "./body-codec.ts";
import type { Entry, EntryBody, EntryRow } from "./entry.ts";
import { entryFromRow, insertEntryRow } from "./entry.ts";
import type { PurgeLog } from "./purge-log.ts";
import { purgeCondition } from "./purge-condition.ts";
import type { ResidentEntry, RamFront } from "./ram-front.ts";
import type { ShardNumbers } from "./shard-numbers.ts";
import type { EntryUse } from "./use-log.ts";

/** Rows looked at by one slice of a sweep. */
const SWEEP_SLICE_ROWS = 2000;

interface BodyRow extends Record<string, SqlStorageValue> {
  json: ArrayBuffer;
  events: ArrayBuffer;
  usage_event: string;
}

export type CommitOutcome = "stored" | "fenced";

/** What a lookup finds: a body in the shard, facts of one that is in KV, or nothing. */
export type Lookup =
  | { readonly kind: "resident"; readonly resident: ResidentEntry }
  | { readonly kind: "spilled"; readonly entry: Entry }
  | { readonly kind: "absent" };

/** What lives and dies with entries, in the same transaction. */
export interface EntryCompanion {
  /** The row of an entry is being removed. */
  forgotten(key: string): void;
  /** The last step inside every transaction that changed entries. */
  beforeCommit(): void;
  /** The transaction failed: what was noted since its start did not happen. */
  rolledBack(): void;
}

/** Entries in SQLite with a front in memory. Every method is synchronous; each change is one transaction. */
export class EntryStore {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #numbers: ShardNumbers;
  readonly #log: PurgeLog;
  readonly #front: RamFront;
  #companion: EntryCompanion | null = null;

  constructor(storage: DurableObjectStorage, numbers: ShardNumbers, log: PurgeLog, front: RamFront) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#numbers = numbers;
    this.#log = log;
    this.#front = front;
  }

  /** Ties something to the life of entries; at most one. */
  accompany(companion: EntryCompanion): void {
    this.#companion = companion;
  }

  lookup(key: string): Lookup {
    const resident = this.#front.get(key);
    if (resident !== null) return { kind: "resident", resident };
    const entry = this.find(key);
    if (entry === null) return { kind: "absent" };
    if (entry.spilled !== null) return { kind: "spilled", entry };
    const body = this.#readBody(key);
    if (body === null) {
      this.dropCorrupt(entry);
      return { kind: "absent" };
    }
    return { kind: "resident", resident: this.#front.put(entry, body, null) };
  }

  /** The facts of a live entry, wherever its body is. */
  find(key: string): Entry | null {
    const row = this.#sql.exec<EntryRow>("SELECT * FROM entries WHERE key = ?", key).toArray()[0];
    if (row === undefined || row.sequence < this.#numbers.get("floor_sequence")) return null;
    return entryFromRow(row);
  }

  /** Stores an answer, and what belongs to it, unless a purge since its flight began covers it. */
  commit(entry: Entry, body: EntryBody, alongside: () => void = () => undefined): CommitOutcome {
    const covered = this.#log.since(entry.sequence).some((record) => purgeCovers(record, { ...entry, models: modelsOf(entry) }));
    if (covered) {
      this.#transact(() => this.#numbers.add("fenced_commits", 1));
      return "fenced";
    }
    this.#transact(() => {
      this.#forgetRow(entry.key);
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
    this.#transact(() => {
      this.#sql.exec("UPDATE entries SET kv_name = NULL, kv_expires_ms = NULL, bytes = ? WHERE key = ?", resident.bytes, entry.key);
      this.#insertBody(entry.key, body);
      this.#numbers.add("spilled_entries", -1);
      this.#numbers.add("bytes", resident.bytes);
      this.#numbers.add("promotions", 1);
    });
    this.#front.put(resident, body, null);
    return true;
  }

  /** The body is in KV now and leaves the shard; the facts stay. */
  markSpilled(entry: Entry, kvName: string, kvExpiresMs: number): void {
    this.#transact(() => {
      this.#sql.exec("UPDATE entries SET kv_name = ?, kv_expires_ms = ? WHERE key = ?", kvName, kvExpiresMs, entry.key);
      this.#sql.exec("DELETE FROM bodies WHERE key = ?", entry.key);
      this.#numbers.add("bytes", -entry.bytes);
      this.#numbers.add("spilled_entries", 1);
      this.#numbers.add("spills", 1);
      this.#numbers.add("evictions", 1);
    });
    this.#front.delete(entry.key);
  }

  drop(key: string): void {
    this.#transact(() => this.#forgetRow(key));
    this.#front.delete(key);
  }

  /** Dropped to make room. */
  evict(key: string): void {
    this.#transact(() => {
      this.#forgetRow(key);
      this.#numbers.add("evictions", 1);
    });
    this.#front.delete(key);
  }

  dropCorrupt(entry: Entry): void {
    this.drop(entry.key);
    this.#transact(() => this.#numbers.add("corrupt", 1));
  }

  /** Live resident entries at a random place of the key space: keys are digests, so this is a uniform sample. */
  sample(fromKey: string, limit: number): readonly Entry[] {
    const query = "SELECT * FROM entries WHERE key >= ? AND kv_name IS NULL AND sequence >= ? ORDER BY key LIMIT ?";
    const floor = this.#numbers.get("floor_sequence");
    const rows = this.#sql.exec<EntryRow>(query, fromKey, floor, limit).toArray();
    if (rows.length < limit) rows.push(...this.#sql.exec<EntryRow>(query, "", floor, limit - rows.length).toArray());
    return [...new Map(rows.map((row) => [row.key, entryFromRow(row)])).values()];
  }

  /** Live entries behind a key, in order. */
  after(key: string, limit: number): readonly Entry[] {
    return this.#sql
      .exec<EntryRow>(
        "SELECT * FROM entries WHERE key > ? AND sequence >= ? ORDER BY key LIMIT ?",
        key,
        this.#numbers.get("floor_sequence"),
        limit,
      )
      .toArray()
      .map(entryFromRow);
  }

  bodyOf(key: string): EntryBody | null {
    return this.#readBody(key);
  }

  /** Writes hit counts and last uses, and what else is to be written with them, in one transaction. */
  flushUses(uses: readonly EntryUse[], alongside: () => void): void {
    this.#transact(() => {
      alongside();
      for (const use of uses) {
        this.#sql.exec(
          "UPDATE entries SET hits = hits + ?, last_used_ms = MAX(last_used_ms, ?) WHERE key = ?",
          use.hits,
          use.lastUsedMs,
          use.key,
        );
      }
    });
    for (const use of uses) this.#front.noteUses(use.key, use.hits, use.lastUsedMs);
  }

  /** How many live entries a selector covers. */
  count(selector: PurgeSelector): number {
    if (selector.kind === "all") return this.#numbers.get("entries");
    const { where, binding } = purgeCondition(selector);
    return this.#sql
      .exec<{ n: number }>(
        `SELECT COUNT(*) AS n FROM entries WHERE sequence >= ? AND ${where}`,
        this.#numbers.get("floor_sequence"),
        binding,
      )
      .one().n;
  }

  /** What a tenant has here. Units of `bytes`: what its entries take in the shard. */
  holdings(tenant: string): { readonly entries: number; readonly spilledEntries: number; readonly bytes: number } {
    const { entries, spilled, bytes } = this.#sql
      .exec<{ entries: number; spilled: number; bytes: number }>(
        "SELECT COUNT(*) AS entries, COUNT(kv_name) AS spilled, COALESCE(SUM(CASE WHEN kv_name IS NULL THEN bytes END), 0) AS bytes FROM entries WHERE tenant = ? AND sequence >= ?",
        tenant,
        this.#numbers.get("floor_sequence"),
      )
      .one();
    return { entries, spilledEntries: spilled, bytes };
  }

  /** One purge: a line in the log, and what it covers is gone. `all` is O(1): a floor below which nothing is alive. */
  purge(
    selector: PurgeSelector,
    nowMs: number,
  ): { readonly sequence: number; readonly purged: number; readonly kvNames: readonly string[] } {
    let purged = 0;
    let sequence = 0;
    const kvNames: string[] = [];
    this.#transact(() => {
      if (selector.kind === "all") {
        purged = this.#numbers.get("entries");
        sequence = this.#log.append(selector, purged, nowMs);
        this.#numbers.set("floor_sequence", sequence);
        for (const name of ["entries", "spilled_entries", "bytes"] as const) this.#numbers.set(name, 0);
      } else {
        const covered = this.#covered(selector);
        for (const entry of covered) {
          if (entry.spilled !== null) kvNames.push(entry.spilled.kvName);
          this.#forgetRow(entry.key);
        }
        purged = covered.length;
        sequence = this.#log.append(selector, purged, nowMs);
      }
    });
    this.#front.clear();
    return { sequence, purged, kvNames };
  }

  /** Frees rows that nothing can reach any more. Returns where to go on, and what KV still holds of dead rows. */
  sweep(
    fromKey: string,
    nowMs: number,
    retentionMs: number,
  ): { readonly nextKey: string | null; readonly freed: number; readonly kvNames: readonly string[] } {
    const floor = this.#numbers.get("floor_sequence");
    const rows = this.#sql
      .exec<Pick<EntryRow, "key" | "sequence" | "expires_ms" | "kv_name">>(
        "SELECT key, sequence, expires_ms, kv_name FROM entries WHERE key > ? ORDER BY key LIMIT ?",
        fromKey,
        SWEEP_SLICE_ROWS,
      )
      .toArray();
    const gone = rows.filter((row) => row.sequence < floor || row.expires_ms + retentionMs <= nowMs);
    if (gone.length > 0) {
      this.#transact(() => {
        for (const row of gone) this.#forgetRow(row.key);
      });
      for (const row of gone) this.#front.delete(row.key);
    }
    const nextKey = rows.length < SWEEP_SLICE_ROWS ? null : (rows[rows.length - 1]?.key ?? null);
    return { nextKey, freed: gone.length, kvNames: gone.flatMap((row) => (row.kv_name === null ? [] : [row.kv_name])) };
  }

  #covered(selector: Exclude<PurgeSelector, { kind: "all" }>): readonly Entry[] {
    const { where, binding } = purgeCondition(selector);
    return this.#sql
      .exec<EntryRow>(`SELECT * FROM entries WHERE sequence >= ? AND ${where}`, this.#numbers.get("floor_sequence"), binding)
      .toArray()
      .map(entryFromRow);
  }

  #insert(entry: Entry, body: EntryBody): void {
    insertEntryRow(this.#sql, entry);
    // An entry that moved here with its body in KV has none to insert.
    if (entry.spilled === null) this.#insertBody(entry.key, body);
    for (const tag of entry.tags) this.#sql.exec("INSERT OR REPLACE INTO tags (tag, key) VALUES (?, ?)", tag, entry.key);
    this.#numbers.add("entries", 1);
    if (entry.spilled === null) this.#numbers.add("bytes", entry.bytes);
    else this.#numbers.add("spilled_entries", 1);
  }

  #insertBody(key: string, body: EntryBody): void {
    for (const [part, rows] of splitBody(body.json, body.events).entries()) {
      this.#sql.exec(
        "INSERT INTO bodies (key, part, json, events, usage_event) VALUES (?, ?, ?, ?, ?)",
        key,
        part,
        rows.json,
        rows.events,
        part === 0 ? body.usageEvent : "",
      );
    }
  }

  /** Removes a row, dead or alive; only live ones are counted, so only they are uncounted. */
  #forgetRow(key: string): void {
    const row = this.#sql.exec<EntryRow>("SELECT * FROM entries WHERE key = ?", key).toArray()[0];
    if (row === undefined) return;
    const entry = entryFromRow(row);
    this.#sql.exec("DELETE FROM entries WHERE key = ?", key);
    this.#sql.exec("DELETE FROM bodies WHERE key = ?", key);
    for (const tag of entry.tags) this.#sql.exec("DELETE FROM tags WHERE tag = ? AND key = ?", tag, key);
    this.#companion?.forgotten(key);
    if (entry.sequence < this.#numbers.get("floor_sequence")) return;
    this.#numbers.add("entries", -1);
    if (entry.spilled === null) this.#numbers.add("bytes", -entry.bytes);
    else this.#numbers.add("spilled_entries", -1);
  }

  #readBody(key: string): EntryBody | null {
    const rows = this.#sql.exec<BodyRow>("SELECT json, events, usage_event FROM bodies WHERE key = ? ORDER BY part", key).toArray();
    if (rows.length === 0) return null;
    return {
      json: joinBytes(rows.map((row) => new Uint8Array(row.json))),
      events: joinBytes(rows.map((row) => new Uint8Array(row.events))),
      usageEvent: rows[0]?.usage_event ?? "",
    };
  }

  #transact(change: () => void): void {
    const { sequence } = this.#log;
    const numbers = this.#numbers.snapshot();
    try {
      this.#storage.transactionSync(() => {
        change();
        this.#companion?.beforeCommit();
        this.#numbers.flush();
      });
    } catch (error) {
      // From memory: a storage that has just failed may fail to tell, too.
      this.#numbers.restore(numbers);
      this.#log.restore(sequence);
      this.#companion?.rolledBack();
      throw error;
    }
  }
}

/** Bytes a body takes in the shard, with a constant for its rows. */
export function bodyBytes(body: EntryBody): number {
  const ROW_OVERHEAD_BYTES = 400;
  return body.json.byteLength + body.events.byteLength + body.usageEvent.length + ROW_OVERHEAD_BYTES;
}

export function modelsOf(entry: Pick<Entry, "model" | "answeredModel">): readonly string[] {
  return entry.model === entry.answeredModel ? [entry.model] : [entry.model, entry.answeredModel];
}
