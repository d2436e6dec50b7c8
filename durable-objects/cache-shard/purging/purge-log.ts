import type { PurgeLogLine } from "../../../shared/contracts/cache-shard/figures-contract.ts";
import type { PurgeRequest } from "../../../shared/contracts/cache-shard/purge-contract.ts";
import type { PurgeRecord, PurgeSelector } from "../../../shared/domain/caching/purge.ts";

/** Records kept: far more than can be younger than the oldest flight. */
const KEPT_RECORDS = 1000;

interface LogRow extends Record<string, SqlStorageValue> {
  sequence: number;
  kind: string;
  value: string;
  at_ms: number;
  purged: number;
}

/** The shard's purge log. Its position only rises, also across hard purges and restarts. */
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

  /** Appends inside the caller's transaction; the newest record is never trimmed, so the position survives. */
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

  /** Every record after a position. Asked at each commit, so nothing need be told to running flights. */
  since(sequence: number): readonly PurgeRecord[] {
    if (sequence >= this.#sequence) return [];
    const rows = this.#sql.exec<LogRow>("SELECT * FROM purge_log WHERE sequence > ? ORDER BY sequence", sequence).toArray();
    const records = rows.map((row) => ({ sequence: row.sequence, selector: selectorOf(row.kind, row.value) }));
    // Trimmed away: cannot tell what they covered, so they cover everything.
    const missing = this.#sequence - sequence > rows.length;
    return missing ? [{ sequence: this.#sequence, selector: { kind: "all" } }] : records;
  }

  /** The position it had at a moment; 0 when that is further back than the log goes. */
  positionAt(atMs: number): number {
    const query = "SELECT MAX(sequence) AS last FROM purge_log WHERE at_ms <= ?";
    return this.#sql.exec<{ last: number | null }>(query, atMs).one().last ?? 0;
  }

  /** Goes back to a position that a transaction which failed had moved on from. */
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

/** A selector from its flat form in a row or a purge request. */
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
