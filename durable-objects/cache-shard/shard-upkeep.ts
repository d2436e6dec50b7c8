import type { Reporter } from "../../shared/report/report-event.ts";
import type { Clock } from "../../shared/time/clock.ts";
import type { Entry } from "./entries/entry.ts";
import type { EntryStore } from "./entries/entry-store.ts";
import type { UseLog } from "./entries/use-log.ts";
import type { Evictor } from "./eviction/evictor.ts";
import type { FigureBook } from "./figures/figure-book.ts";
import type { FigureRollup } from "./figures/figure-rollup.ts";
import type { ShardCounters } from "./figures/shard-counters.ts";
import type { SemanticLayer } from "./semantic/semantic-layer.ts";
import type { ShardAlarm } from "./shard-alarm.ts";
import type { ShardTransactions } from "./storage/shard-transactions.ts";
import type { StateRows } from "./storage/state-rows.ts";

export interface ShardUpkeepParts {
  readonly shard: number;
  readonly clock: Clock;
  readonly report: Reporter;
  readonly transactions: ShardTransactions;
  readonly state: StateRows;
  readonly store: EntryStore;
  readonly uses: UseLog;
  readonly book: FigureBook;
  readonly counters: ShardCounters;
  readonly rollup: FigureRollup;
  readonly evictor: Evictor;
  readonly alarm: ShardAlarm;
  /** Null when similarity search is off. */
  readonly semantic: SemanticLayer | null;
  /** Keeps the object alive until the work is done. */
  keepAlive(work: Promise<unknown>): void;
}

/**
 * What a shard does besides answering: writes figures, evicts and plans the freeing of expired rows. It has no timer:
 * a pending timer would keep an idle object in memory, which is charged for.
 */
export class ShardUpkeep {
  readonly #parts: ShardUpkeepParts;

  constructor(parts: ShardUpkeepParts) {
    this.#parts = parts;
  }

  /** Called with every request: writes the figures of an earlier minute and urgent uses. */
  tend(): void {
    const { book, uses, clock } = this.#parts;
    const nowMs = clock.nowMs();
    if (book.isDue(nowMs) || uses.isUrgent(nowMs)) this.writeFigures();
  }

  /** Writes figures, counters, servings and pending uses in one transaction, if there are any. */
  writeFigures(): void {
    const { book, counters, uses, transactions, semantic, store, clock, report, shard, state } = this.#parts;
    const folded = uses.foldable(clock.nowMs());
    try {
      transactions.transact(() => {
        book.write();
        semantic?.records.flush();
        store.writeUses(folded);
        if (counters.isDirty) state.set("counters", counters.pack());
        if (uses.isDirty) state.set("uses", uses.pack(folded));
      });
    } catch (error) {
      // The request that finds the figures due must not fail because of them. The next one tries again.
      report({ event: "upkeep_failed", shard, message: String(error) });
      return;
    }
    book.noteStored();
    semantic?.records.noteStored();
    counters.noteStored();
    uses.forget(folded);
    uses.noteStored();
    store.noteUses(folded);
    this.#rollUp();
  }

  /** Runs after an entry has been stored: evicts if the shard is over its bound, and plans the end of the entry. */
  makeRoom(entry: Entry): void {
    const { evictor, alarm } = this.#parts;
    try {
      const eviction = evictor.admit(entry);
      if (eviction !== null) this.#parts.keepAlive(eviction.catch((error: unknown) => this.#failed(error)));
    } catch (error) {
      // The request whose answer was stored must not fail because of it.
      this.#failed(error);
    }
    const planning = alarm.expireAt(entry.expiresMs);
    if (planning !== null) this.#parts.keepAlive(planning.catch((error: unknown) => this.#failed(error)));
  }

  #rollUp(): void {
    const rolling = this.#parts.rollup.runIfDue();
    if (rolling !== null) this.#parts.keepAlive(rolling.catch((error: unknown) => this.#failed(error)));
  }

  #failed(error: unknown): void {
    this.#parts.report({ event: "upkeep_failed", shard: this.#parts.shard, message: String(error) });
  }
}
