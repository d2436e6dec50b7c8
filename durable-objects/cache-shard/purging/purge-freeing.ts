import { PurgeIndex } from "../../../shared/domain/caching/purge-index.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { pause } from "../storage/pause.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { SemanticLayer } from "../semantic/semantic-layer.ts";
import type { SpillStore } from "../spill/spill-store.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";
import type { StateRows } from "../storage/state-rows.ts";
import type { RowFacts } from "./covered-rows.ts";
import { nextRows } from "./covered-rows.ts";
import type { LoggedPurge, PurgeLog } from "./purge-log.ts";

/**
 * Rows that one slice examines, and rows that one transaction removes: each takes about 1 ms. A hit takes several turns
 * of the event loop, and may wait for a slice before each.
 */
const SLICE_ROWS = 200;
const REMOVED_ROWS = 20;
/** Purges of one pass. */
const PASS_PURGES = 1000;
/** Slices and transactions of one run. An invocation has a limited CPU time, so the alarm starts another run. */
const RUN_SLICES = 10_000;

export interface PurgeFreeingParts {
  readonly sql: SqlStorage;
  readonly transactions: ShardTransactions;
  readonly numbers: ShardNumbers;
  readonly store: EntryStore;
  readonly log: PurgeLog;
  readonly spill: SpillStore;
  readonly state: StateRows;
  readonly clock: Clock;
  /** Null when similarity search is off. */
  readonly semantic: Pick<SemanticLayer, "records"> | null;
  /** Counts KV values that could not be deleted. */
  countKvErrors(errors: number): void;
}

/** Where a pass over the table stands: it frees what these purges cover. */
interface Pass {
  readonly sequences: readonly number[];
  readonly cursor: string;
}

/**
 * Frees the rows and KV values that purges cover. Reads do not depend on it. The work is cut into slices between which
 * other events run, and goes on where it stood after a restart.
 */
export class PurgeFreeing {
  readonly #parts: PurgeFreeingParts;
  #running: Promise<void> | null = null;

  constructor(parts: PurgeFreeingParts) {
    this.#parts = parts;
  }

  /** Frees until no purge is left, or for as long as one run may take. Concurrent calls share one run. */
  run(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const budget = { slices: RUN_SLICES };
    // The purge that starts the run is answered first.
    await pause(this.#parts.clock);
    for (;;) {
      const counted = this.#parts.log.unfreed.filter(({ state }) => state === "counted");
      const pass = this.#storedPass(counted);
      const batch = pass === null ? counted.slice(0, PASS_PURGES) : counted.filter(({ sequence }) => pass.sequences.includes(sequence));
      if (batch.length === 0 || budget.slices <= 0) return;
      if (pass === null && batch.every(({ selector }) => selector.kind === "tag")) await this.#freeTags(batch, budget);
      else await this.#freeTable(batch, pass?.cursor ?? "", budget);
    }
  }

  /** Frees what purges by tag cover: the rows with the tags. */
  async #freeTags(batch: readonly LoggedPurge[], budget: { slices: number }): Promise<void> {
    for (const record of batch) {
      const index = new PurgeIndex();
      index.add(record);
      const tag = record.selector.kind === "tag" ? record.selector.value : "";
      let cursor: string | null = "";
      while (cursor !== null) {
        if (budget.slices <= 0) return;
        budget.slices -= 1;
        cursor = await this.#freeSlice(nextRows(this.#parts.sql, tag, cursor, SLICE_ROWS), index, budget, () => undefined);
      }
      this.#finish([record], () => undefined);
    }
  }

  /** Frees what any purges cover, in a pass over the whole table. */
  async #freeTable(batch: readonly LoggedPurge[], fromKey: string, budget: { slices: number }): Promise<void> {
    const { sql, state, transactions } = this.#parts;
    const index = new PurgeIndex();
    for (const record of batch) index.add(record);
    const sequences = batch.map(({ sequence }) => sequence);
    const note = (key: string): void => state.set("freeing", JSON.stringify({ sequences, cursor: key } satisfies Pass));
    let cursor: string | null = fromKey;
    while (cursor !== null) {
      if (budget.slices <= 0) {
        // The next run would start again at the last row that was removed, and never get past a long stretch of others.
        const reached = cursor;
        transactions.transact(() => note(reached));
        return;
      }
      budget.slices -= 1;
      cursor = await this.#freeSlice(nextRows(sql, null, cursor, SLICE_ROWS), index, budget, note);
    }
    await this.#freeRest(index);
    this.#finish(batch, () => state.delete("freeing"));
  }

  /**
   * Frees the covered rows of a slice. Returns the key after which the next slice begins; null at the end.
   * @param budget each transaction takes one from it, and may exceed it
   * @param note stores that everything up to a key has been freed, inside a transaction
   */
  async #freeSlice(
    rows: readonly RowFacts[],
    index: PurgeIndex,
    budget: { slices: number },
    note: (key: string) => void,
  ): Promise<string | null> {
    const { transactions, store, clock } = this.#parts;
    const covered = rows.filter((row) => index.covers(row));
    for (let at = 0; at < covered.length; at += REMOVED_ROWS) {
      const removed = covered.slice(at, at + REMOVED_ROWS);
      budget.slices -= 1;
      transactions.transact(() => {
        store.removeRows(removed);
        note(removed.at(-1)?.key ?? "");
      });
      await pause(clock);
      await this.#deleteValues(removed);
    }
    if (covered.length === 0) await pause(clock);
    return rows.length < SLICE_ROWS ? null : (rows.at(-1)?.key ?? null);
  }

  async #deleteValues(rows: readonly RowFacts[]): Promise<void> {
    const names = rows.flatMap(({ spilled }) => (spilled === null ? [] : [spilled.kvName]));
    if (names.length > 0) this.#parts.countKvErrors(await this.#parts.spill.deleteAll(names));
  }

  /** Frees covered aliases, and scopes that no question belongs to any more. */
  async #freeRest(index: PurgeIndex): Promise<void> {
    const { semantic, clock } = this.#parts;
    if (semantic === null) return;
    for (let cursor: string | null = ""; cursor !== null; await pause(clock))
      cursor = semantic.records.freeAliases(cursor, (alias) => index.covers(alias));
    for (let cursor: number | null = 0; cursor !== null; await pause(clock)) cursor = semantic.records.dropEmptyScopes(cursor);
  }

  /** Marks purges as freed. `alongside` runs in the same transaction. */
  #finish(batch: readonly LoggedPurge[], alongside: () => void): void {
    const { transactions, numbers, log } = this.#parts;
    const changes = batch.map(({ sequence, purged }) => ({ sequence, state: "freed" as const, purged }));
    transactions.transact(() => {
      log.write(changes);
      if (log.leavesNoRows(changes)) numbers.set("floor_sequence", 0);
      alongside();
    });
    log.note(changes);
  }

  /** Where the pass over the table stands; null when there is none, or when none of its purges is left to free. */
  #storedPass(counted: readonly LoggedPurge[]): Pass | null {
    const text = this.#parts.state.get("freeing");
    if (text === null) return null;
    const pass = JSON.parse(text) as Pass; // written by `#freeTable`
    return counted.some(({ sequence }) => pass.sequences.includes(sequence)) ? pass : null;
  }
}
