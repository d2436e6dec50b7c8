import type { PurgeLogLine } from "../../../shared/contracts/cache-shard/figures-contract.ts";
import type { PurgeRequest } from "../../../shared/contracts/cache-shard/purge-contract.ts";
import { PurgeIndex } from "../../../shared/domain/caching/purge-index.ts";
import type { Purgeable, PurgeRecord, PurgeSelector } from "../../../shared/domain/caching/purge-selector.ts";
import { MS_PER_HOUR } from "../../../shared/domain/units.ts";

/**
 * Freed records that are kept: those of the last hour, which is longer than any flight, and the newest of any age.
 * Never more than `MAX_FREED`.
 */
const KEPT_MS = MS_PER_HOUR;
const KEPT_FREED = 1000;
const MAX_FREED = 20_000;
/** Records whose rows have not been freed yet. More are refused. */
export const MAX_UNFREED = 50_000;
/** Records are trimmed in batches of at least this many, because each trim rebuilds the index. */
const TRIM_BATCH = 500;

/**
 * `pending`: rows that the purge covers are still part of the shard's holdings. `counted`: they no longer are.
 * `freed`: there are no such rows. Reads honour a purge in every state.
 */
export type PurgeState = "pending" | "counted" | "freed";
const STATES: readonly PurgeState[] = ["pending", "counted", "freed"];

/** A purge in the log. */
export interface LoggedPurge extends PurgeRecord {
  readonly atMs: number;
  readonly state: PurgeState;
  /** Entries that the purge covered, as far as they are counted. */
  readonly purged: number;
}

const EVERYTHING: PurgeSelector = { kind: "all" };

/** A new state and count of a purge. */
export type PurgeProgress = Pick<LoggedPurge, "sequence" | "state" | "purged">;

interface LogRow extends Record<string, SqlStorageValue> {
  sequence: number;
  kind: string;
  value: string;
  at_ms: number;
  purged: number;
  state: number;
}

/**
 * The shard's purge log. A purge takes effect when its record is appended: from then on every read ignores what it
 * covers, at a cost that does not depend on the number of records. Its position never goes back.
 */
export class PurgeLog {
  readonly #sql: SqlStorage;
  /** Records by sequence, oldest first. */
  readonly #records: Map<number, LoggedPurge>;
  readonly #unfreed = new Set<number>();
  /** Whether there are purges of a kind that this code does not know: a newer version has recorded them. */
  #hasUnknown = false;
  #sequence: number;
  /** Greatest sequence that has been trimmed. */
  #trimmed: number;
  readonly #everyIndex = new PurgeIndex();
  readonly #unfreedIndex = new PurgeIndex();
  readonly #countedIndex = new PurgeIndex();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#records = new Map();
    this.#sequence = 0;
    const rows = sql.exec<LogRow>("SELECT * FROM purge_log ORDER BY sequence").toArray();
    for (const row of rows) this.#load(row);
    this.#trimmed = greatestGap(rows);
  }

  /** Position of the log: the sequence of its newest record. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Number of purges whose rows have not all been freed. */
  get unfreedCount(): number {
    return this.#unfreed.size;
  }

  get isFull(): boolean {
    return this.#unfreed.size >= MAX_UNFREED;
  }

  /** Purges whose rows have not all been freed, oldest first. */
  get unfreed(): readonly LoggedPurge[] {
    return [...this.#unfreed].flatMap((sequence) => this.#records.get(sequence) ?? []);
  }

  /** Whether no purge has rows left to free once these changes, of purges that have some, are committed. */
  leavesNoRows(changes: readonly PurgeProgress[]): boolean {
    return !this.#hasUnknown && changes.filter(({ state }) => state === "freed").length === this.#unfreed.size;
  }

  /** Whether a purge of this log has been freed. Only such purges are trimmed. */
  isFreed(sequence: number): boolean {
    return (this.#records.get(sequence)?.state ?? "freed") === "freed";
  }

  /** What a purge in the log covers; null when its record has been trimmed. */
  selectorOf(sequence: number): PurgeSelector | null {
    return this.#records.get(sequence)?.selector ?? null;
  }

  /** Whether a purge covers a row. Rows that a freed purge covered do not exist. */
  covers(row: Purgeable): boolean {
    return (this.#unfreed.size > 0 || this.#hasUnknown) && this.#unfreedIndex.covers(row);
  }

  /** One of the purges that cover a row; 0 when none does. */
  covering(row: Purgeable): number {
    return this.covers(row) ? this.#unfreedIndex.covering(row) : 0;
  }

  /** Whether a purge covers a row that therefore no longer counts as held. */
  discounts(row: Purgeable): boolean {
    return this.#unfreed.size > 0 && this.#countedIndex.covers(row);
  }

  /**
   * Whether a purge since the start of a flight covers its answer. Records that have been trimmed since then are
   * unknown, and count as covering everything.
   */
  fences(flight: Purgeable): boolean {
    if (flight.sequence >= this.#sequence) return false;
    return flight.sequence < this.#trimmed || this.#everyIndex.covers(flight);
  }

  /** Inserts the next record. Runs inside the caller's transaction, which passes the record to `admit` afterwards. */
  append(selector: PurgeSelector, nowMs: number, state: PurgeState, purged: number): LoggedPurge {
    const record: LoggedPurge = { sequence: this.#sequence + 1, selector, atMs: nowMs, state, purged };
    this.#sql.exec(
      "INSERT INTO purge_log (sequence, kind, value, at_ms, purged, state) VALUES (?, ?, ?, ?, ?, ?)",
      record.sequence,
      selector.kind,
      selector.kind === "all" ? "" : String(selector.value),
      nowMs,
      purged,
      STATES.indexOf(state),
    );
    return record;
  }

  /** Puts a record that has been committed into effect. */
  admit(record: LoggedPurge): void {
    this.#sequence = record.sequence;
    this.#records.set(record.sequence, record);
    this.#everyIndex.add(record);
    if (record.state === "freed") return;
    this.#unfreed.add(record.sequence);
    this.#unfreedIndex.add(record);
    if (record.state === "counted") this.#countedIndex.add(record);
  }

  /** Writes new states and counts of purges. Runs inside the caller's transaction, which calls `note` afterwards. */
  write(changes: readonly PurgeProgress[]): void {
    for (const { sequence, state, purged } of changes)
      this.#sql.exec("UPDATE purge_log SET state = ?, purged = ? WHERE sequence = ?", STATES.indexOf(state), purged, sequence);
  }

  /** Applies changes that have been committed. */
  note(changes: readonly PurgeProgress[]): void {
    for (const { sequence, state, purged } of changes) {
      const known = this.#records.get(sequence);
      if (known === undefined) continue;
      const record = { ...known, state, purged };
      this.#records.set(sequence, record);
      if (state === "counted") this.#countedIndex.add(record);
      if (state !== "freed") continue;
      this.#unfreed.delete(sequence);
      this.#unfreedIndex.remove(record);
      this.#countedIndex.remove(record);
    }
  }

  /** Deletes old records that have been freed, if there are enough of them. */
  trim(nowMs: number): void {
    const surplus: LoggedPurge[] = [];
    for (const record of this.#records.values()) {
      const newer = this.#sequence - record.sequence;
      if (newer < KEPT_FREED || (newer < MAX_FREED && record.atMs >= nowMs - KEPT_MS)) break;
      if (record.state === "freed") surplus.push(record);
    }
    const last = surplus.at(-1);
    if (last === undefined || surplus.length < TRIM_BATCH) return;
    this.#sql.exec("DELETE FROM purge_log WHERE sequence <= ? AND state = ?", last.sequence, STATES.indexOf("freed"));
    for (const record of surplus) {
      this.#records.delete(record.sequence);
      this.#everyIndex.remove(record);
    }
    this.#trimmed = Math.max(this.#trimmed, last.sequence);
  }

  /** The log's position at a time; 0 when the log does not go back that far. */
  positionAt(atMs: number): number {
    return this.#newestFirst().find((record) => record.atMs <= atMs)?.sequence ?? 0;
  }

  recent(limit: number): readonly PurgeLogLine[] {
    return this.#newestFirst()
      .take(limit)
      .map(({ sequence, selector, atMs, purged }) => ({
        sequence,
        kind: selector.kind,
        value: selector.kind === "all" ? "" : String(selector.value),
        atMs,
        purged,
      }))
      .toArray();
  }

  #load(row: LogRow): void {
    const { sequence, at_ms: atMs, purged } = row;
    const selector = selectorOf(row.kind, row.value);
    const state = STATES[row.state] ?? "freed";
    this.admit({ sequence, selector: selector ?? EVERYTHING, atMs, purged, state: selector === null ? "freed" : state });
    if (selector !== null || state === "freed") return;
    // What it covers is unknown, so it covers everything. Nothing is freed: the newer version will know what to free.
    this.#hasUnknown = true;
    this.#unfreedIndex.add({ sequence, selector: EVERYTHING });
  }

  *#newestFirst(): Generator<LoggedPurge, undefined> {
    for (let left = this.#records.size, sequence = this.#sequence; left > 0; sequence -= 1) {
      const record = this.#records.get(sequence);
      if (record === undefined) continue;
      left -= 1;
      yield record;
    }
    return undefined;
  }
}

/** The greatest sequence below the newest that no record has: records are numbered without gaps when they are made. */
function greatestGap(records: readonly Pick<PurgeRecord, "sequence">[]): number {
  let expected = records.at(-1)?.sequence ?? 0;
  for (const { sequence } of records.toReversed()) {
    if (sequence !== expected) return expected;
    expected -= 1;
  }
  return expected;
}

/** Builds a selector from its flat form in a row or a purge request; null for a kind that this code does not know. */
export function selectorOf(kind: string, value: string): PurgeSelector | null {
  switch (kind as PurgeRequest["kind"]) {
    case "all":
      return EVERYTHING;
    case "created_before":
      return { kind: "created_before", value: Number(value) };
    case "key":
    case "tag":
    case "model":
    case "tenant":
    case "scope":
      return { kind: kind as "key", value };
  }
  return null;
}
