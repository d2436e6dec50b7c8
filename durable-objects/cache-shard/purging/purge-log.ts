import type { PurgeLogLine } from "../../../shared/contracts/cache-shard/figures-contract.ts";
import type { PurgeRequest } from "../../../shared/contracts/cache-shard/purge-contract.ts";
import type { PurgeRecord, PurgeSelector } from "../../../shared/domain/caching/purge-selector.ts";

/** Records kept: far more than are expected during the longest flight. */
const KEPT_RECORDS = 1000;

interface LogRow extends Record<string, SqlStorageValue> {
  sequence: number;
  kind: string;
  value: string;
  at_ms: number;
  purged: number;
}

/** The shard's purge log. Its position never goes back, not even after a hard purge or a restart. */
export class PurgeLog {
  readonly #sql: SqlStorage;
  #sequence: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#sequence = this.#last();
  }

  get sequence(): number {
    return this.#sequence;
  }

  /**
   * Appends a record inside the caller's transaction and returns its position. Trimming never removes the newest
   * record: it holds the position.
   */
  append(selector: PurgeSelector, purged: number, nowMs: number): number {
    const sequence = this.#sequence + 1;
    this.#sql.exec(
      "INSERT INTO purge_log (sequence, kind, value, at_ms, purged) VALUES (?, ?, ?, ?, ?)",
      sequence,
      selector.kind,
      selector.kind === "all" ? "" : String(selector.value),
      nowMs,
      purged,
    );
    this.#sql.exec("DELETE FROM purge_log WHERE sequence <= ?", sequence - KEPT_RECORDS);
    this.#sequence = sequence;
    return sequence;
  }

  /** Every record after a position. Each commit checks them, so purges need not be sent to running flights. */
  since(sequence: number): readonly PurgeRecord[] {
    if (sequence >= this.#sequence) return [];
    const rows = this.#sql.exec<LogRow>("SELECT * FROM purge_log WHERE sequence > ? ORDER BY sequence", sequence).toArray();
    const records = rows.map((row) => ({ sequence: row.sequence, selector: selectorOf(row.kind, row.value) }));
    // Some records have been trimmed. What they covered is unknown, so they count as covering everything.
    const missing = this.#sequence - sequence > rows.length;
    return missing ? [{ sequence: this.#sequence, selector: { kind: "all" } }] : records;
  }

  /** The log's position at a time; 0 when the log does not go back that far. */
  positionAt(atMs: number): number {
    const query = "SELECT MAX(sequence) AS last FROM purge_log WHERE at_ms <= ?";
    return this.#sql.exec<{ last: number | null }>(query, atMs).one().last ?? 0;
  }

  /** Restores the position from before a transaction that failed. */
  restore(sequence: number): void {
    this.#sequence = sequence;
  }

  #last(): number {
    return this.#sql.exec<{ last: number | null }>("SELECT MAX(sequence) AS last FROM purge_log").one().last ?? 0;
  }

  recent(limit: number): readonly PurgeLogLine[] {
    return this.#sql
      .exec<LogRow>("SELECT * FROM purge_log ORDER BY sequence DESC LIMIT ?", limit)
      .toArray()
      .map((row) => ({ sequence: row.sequence, kind: row.kind, value: row.value, atMs: row.at_ms, purged: row.purged }));
  }
}

/** Builds a selector from its flat form in a row or a purge request. */
export function selectorOf(kind: string, value: string): PurgeSelector {
  switch (kind as PurgeRequest["kind"]) {
    case "all":
      return { kind: "all" };
    case "created_before":
      return { kind: "created_before", value: Number(value) };
    case "key":
    case "tag":
    case "model":
    case "tenant":
    case "scope":
      return { kind: kind as "key", value };
  }
}
