import type { PurgeSelector } from "../../../shared/domain/caching/purge-selector.ts";
import type { Entry } from "../entries/entry.ts";
import type { EntryRow } from "../entries/entry-rows.ts";
import { entryFromRow } from "../entries/entry-rows.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { RamFront } from "../entries/ram-front.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";
import { purgeCondition } from "./purge-condition.ts";
import type { PurgeLog } from "./purge-log.ts";

export interface EntryPurgeParts {
  readonly sql: SqlStorage;
  readonly transactions: ShardTransactions;
  readonly store: EntryStore;
  readonly numbers: ShardNumbers;
  readonly log: PurgeLog;
  readonly front: RamFront;
}

export interface PurgeOutcome {
  /** Position of the purge log after the purge. */
  readonly sequence: number;
  readonly purged: number;
  /** KV values that are no longer referenced. */
  readonly kvNames: readonly string[];
}

/** Counts and removes the entries that a purge covers. */
export class EntryPurge {
  readonly #parts: EntryPurgeParts;

  constructor(parts: EntryPurgeParts) {
    this.#parts = parts;
  }

  /** How many live entries a selector covers. */
  count(selector: PurgeSelector): number {
    const { sql, numbers } = this.#parts;
    if (selector.kind === "all") return numbers.get("entries");
    const { where, binding } = purgeCondition(selector);
    return sql
      .exec<{ n: number }>(`SELECT COUNT(*) AS n FROM entries WHERE sequence >= ? AND ${where}`, numbers.get("floor_sequence"), binding)
      .one().n;
  }

  /**
   * Appends a purge to the log and removes the entries it covers, in one transaction. `all` takes constant time: it
   * sets a floor, and entries below the floor are dead.
   */
  purge(selector: PurgeSelector, nowMs: number): PurgeOutcome {
    const { transactions, numbers, log, front, store } = this.#parts;
    let purged = 0;
    let sequence = 0;
    const kvNames: string[] = [];
    transactions.transact(() => {
      if (selector.kind === "all") {
        purged = numbers.get("entries");
        sequence = log.append(selector, purged, nowMs);
        numbers.set("floor_sequence", sequence);
        for (const name of ["entries", "spilled_entries", "bytes"] as const) numbers.set(name, 0);
        return;
      }
      const covered = this.#covered(selector);
      for (const entry of covered) {
        if (entry.spilled !== null) kvNames.push(entry.spilled.kvName);
        store.removeRow(entry.key);
      }
      purged = covered.length;
      sequence = log.append(selector, purged, nowMs);
    });
    front.clear();
    return { sequence, purged, kvNames };
  }

  #covered(selector: Exclude<PurgeSelector, { kind: "all" }>): readonly Entry[] {
    const { sql, numbers } = this.#parts;
    const { where, binding } = purgeCondition(selector);
    return sql
      .exec<EntryRow>(`SELECT * FROM entries WHERE sequence >= ? AND ${where}`, numbers.get("floor_sequence"), binding)
      .toArray()
      .map(entryFromRow);
  }
}
