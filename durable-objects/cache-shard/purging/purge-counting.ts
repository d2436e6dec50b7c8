import type { Purgeable, PurgeSelector } from "../../../shared/domain/caching/purge-selector.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { pause } from "../storage/pause.ts";
import type { Entry } from "../entries/entry.ts";
import { heldBy, purgeableOf } from "../entries/entry.ts";
import type { Holdings } from "../storage/holdings.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { EntryCompanion, ShardTransactions } from "../storage/shard-transactions.ts";
import { nextRows } from "./covered-rows.ts";
import type { LoggedPurge, PurgeLog } from "./purge-log.ts";
import { PurgeWalk } from "./purge-walk.ts";

/** Rows that one slice examines: about 1 ms. */
const SLICE_ROWS = 200;
/** Walks without a pause: those of tags that few entries have take 0.1 ms each. */
const WALKS_PER_SLICE = 20;

export interface PurgeCountingParts {
  readonly sql: SqlStorage;
  readonly transactions: ShardTransactions;
  readonly holdings: Holdings;
  readonly numbers: ShardNumbers;
  readonly log: PurgeLog;
  readonly clock: Clock;
}

interface Waiting {
  readonly record: LoggedPurge;
  readonly counted: PromiseWithResolvers<number>;
}

/**
 * Counts what purges cover, in slices, and then takes it out of the shard's holdings. Each entry counts for exactly one
 * purge, even when it is removed for another reason during the count.
 */
export class PurgeCounting implements EntryCompanion {
  readonly #parts: PurgeCountingParts;
  /** Counts in progress, by the sequence of the purge. */
  readonly #counts = new Map<number, Promise<number>>();
  /** Purges to count, by the tag whose rows are walked; null for the whole table. */
  readonly #waiting = new Map<string | null, Waiting[]>();
  #walk: PurgeWalk | null = null;
  #running = false;
  /** Entries that were removed before the purge that covers them was counted, by the sequence of that purge. */
  readonly #removed = new Map<number, number>();
  /** Undoes what the current transaction has noted. */
  #undo: (() => void)[] = [];

  constructor(parts: PurgeCountingParts) {
    this.#parts = parts;
    parts.transactions.accompany(this);
  }

  /**
   * Counts the entries that a purge in the log covers, except those that have been counted for other purges. Concurrent
   * calls for one purge share one count.
   */
  async count(record: LoggedPurge): Promise<number> {
    const known = this.#counts.get(record.sequence);
    if (known !== undefined) return known;
    const counted = Promise.withResolvers<number>();
    this.#counts.set(record.sequence, counted.promise);
    const tag = tagOf(record.selector);
    const waiting = this.#waiting.get(tag);
    if (waiting === undefined) this.#waiting.set(tag, [{ record, counted }]);
    else waiting.push({ record, counted });
    if (!this.#running) void this.#run();
    return counted.promise.finally(() => this.#counts.delete(record.sequence));
  }

  /** How many entries a purge would cover. */
  async dryRun(selector: PurgeSelector): Promise<number> {
    const sequence = Number.MAX_SAFE_INTEGER;
    const walk = new PurgeWalk([{ sequence, selector }], tagOf(selector));
    await this.#examine(walk, (row) => !this.#parts.log.covers(row));
    return walk.counts.get(sequence) ?? 0;
  }

  /**
   * Entries of a tenant, or of all for null, that a running count has found and that are still part of the holdings.
   * They belong to that count, so another purge does not count them.
   */
  foundOf(tenant: string | null): number {
    let entries = 0;
    for (const [name, held] of this.#walk?.found ?? []) if (tenant === null || tenant === name) entries += held.entries;
    return entries;
  }

  /** Called when the holdings of a tenant, or of all for null, have been cleared: there is nothing left to take out. */
  forget(tenant: string | null): void {
    if (tenant === null) this.#walk?.found.clear();
    else this.#walk?.found.delete(tenant);
  }

  onEntryRemoved(entry: Entry): void {
    const subject = purgeableOf(entry);
    if (this.#parts.log.discounts(subject)) return;
    const undo = this.#walk?.remove(subject, heldBy(entry)) ?? this.#removeUncounted(this.#parts.log.covering(subject));
    if (undo !== null) this.#undo.push(undo);
  }

  /** Notes the removal of a row that a purge covers whose count has not begun. */
  #removeUncounted(sequence: number): (() => void) | null {
    if (sequence === 0) return null;
    this.#removed.set(sequence, (this.#removed.get(sequence) ?? 0) + 1);
    return () => void this.#removed.set(sequence, (this.#removed.get(sequence) ?? 0) - 1);
  }

  onCommit(): void {
    this.#undo = [];
  }

  onRollback(): void {
    for (const undo of this.#undo) undo();
    this.#undo = [];
  }

  async #run(): Promise<void> {
    this.#running = true;
    let walks = 0;
    // Purges that are added meanwhile come last, or join those that wait for the same walk.
    for (const [tag, batch] of this.#waiting) {
      this.#waiting.delete(tag);
      try {
        const walk = new PurgeWalk(
          batch.map(({ record }) => record),
          tag,
        );
        this.#walk = walk;
        await this.#examine(walk, (row) => !this.#parts.log.discounts(row));
        this.#walk = null;
        for (const { record } of batch) walk.addRemoved(record.sequence, this.#removed.get(record.sequence) ?? 0);
        this.#finish(walk);
        for (const { record } of batch) this.#removed.delete(record.sequence);
        for (const { record, counted } of batch) counted.resolve(walk.counts.get(record.sequence) ?? 0);
      } catch (error) {
        this.#walk = null;
        for (const { counted } of batch) counted.reject(error);
      }
      walks += 1;
      if (walks % WALKS_PER_SLICE === 0) await pause(this.#parts.clock);
    }
    this.#running = false;
  }

  async #examine(walk: PurgeWalk, isHeld: (row: Purgeable) => boolean): Promise<void> {
    for (;;) {
      const rows = nextRows(this.#parts.sql, walk.tag, walk.cursor, SLICE_ROWS);
      for (const row of rows)
        if (isHeld(row)) walk.examine(row, heldBy(row));
        else walk.examineUnheld(row);
      walk.cursor = rows.at(-1)?.key ?? walk.cursor;
      if (rows.length < SLICE_ROWS) return;
      await pause(this.#parts.clock);
    }
  }

  /** Takes what was found out of the holdings and records the counts, in one transaction. */
  #finish(walk: PurgeWalk): void {
    const { transactions, holdings, numbers, log } = this.#parts;
    const progress = [...walk.counts].map(([sequence, purged]) => ({
      sequence,
      purged,
      // A purge that covers no rows has nothing to free, except that aliases belong to scopes. Rows that were counted for
      // an earlier purge are rows all the same: the log keeps only the newest of purges that cover the same.
      state: walk.hasRows(sequence) || log.selectorOf(sequence)?.kind === "scope" ? ("counted" as const) : ("freed" as const),
    }));
    transactions.transact(() => {
      for (const [tenant, held] of walk.found) holdings.subtract(tenant, held);
      log.write(progress);
      if (log.leavesNoRows(progress)) numbers.set("floor_sequence", 0);
    });
    log.note(progress);
  }
}

function tagOf(selector: PurgeSelector): string | null {
  return selector.kind === "tag" ? selector.value : null;
}
