import type { Reporter } from "../../shared/report/report-event.ts";
import type { Clock } from "../../shared/time/clock.ts";
import type { Entry } from "./entries/entry.ts";
import type { EntryStore } from "./entries/entry-store.ts";
import type { UseLog } from "./entries/use-log.ts";
import { USE_FLUSH_KEYS, USE_FLUSH_MS } from "./entries/use-log.ts";
import type { Evictor } from "./eviction/evictor.ts";
import type { Sweeper } from "./eviction/sweeper.ts";
import { FIRST_SWEEP_MS } from "./eviction/sweeper.ts";
import type { TrafficCounters } from "./figures/traffic-counters.ts";
import type { SemanticLayer } from "./semantic/semantic-layer.ts";
import type { ShardTransactions } from "./storage/shard-transactions.ts";

export interface ShardUpkeepParts {
  readonly shard: number;
  readonly clock: Clock;
  readonly report: Reporter;
  readonly transactions: ShardTransactions;
  readonly store: EntryStore;
  readonly uses: UseLog;
  readonly traffic: TrafficCounters;
  readonly evictor: Evictor;
  readonly sweeper: Sweeper;
  readonly storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm">;
  /** Null when similarity search is off. */
  readonly semantic: SemanticLayer | null;
  /** Keeps the object alive until the work is done. */
  keepAlive(work: Promise<unknown>): void;
}

/** Background work of a shard: writes pending data, evicts and sweeps. */
export class ShardUpkeep {
  readonly #parts: ShardUpkeepParts;
  #flushTimer: (() => void) | null = null;
  #sweepPlanned = false;

  constructor(parts: ShardUpkeepParts) {
    this.#parts = parts;
  }

  /** Plans the next flush, or flushes now when enough uses are pending. */
  planFlush(): void {
    if (this.#parts.uses.size >= USE_FLUSH_KEYS) this.flush();
    this.#flushTimer ??= this.#parts.clock.after(USE_FLUSH_MS, () => this.flush());
  }

  /** Writes pending uses, figures and servings in one transaction. */
  flush(): void {
    const { uses, transactions, traffic, semantic, store, clock, report, shard } = this.#parts;
    this.#flushTimer?.();
    this.#flushTimer = null;
    const pending = uses.drain();
    try {
      transactions.transact(() => {
        traffic.flush();
        semantic?.flush(clock.nowMs());
        store.writeUses(pending);
      });
      store.noteUses(pending);
    } catch (error) {
      // The request that triggered the flush must not fail because figures were lost.
      report({ event: "commit_failed", shard, message: String(error) });
    }
  }

  /** Runs after an entry has been stored: evicts if the shard is over its bound, and plans the first sweep. */
  makeRoom(entry: Entry): void {
    const eviction = this.#parts.evictor.admit(entry);
    if (eviction !== null) this.#parts.keepAlive(eviction);
    if (!this.#sweepPlanned) this.#parts.keepAlive(this.#planSweep());
  }

  /** Handles the alarm: frees unreachable rows and KV values, and plans the next sweep. */
  async sweep(): Promise<void> {
    const { sweeper, storage, clock } = this.#parts;
    const againMs = await sweeper.run(clock.nowMs());
    if (againMs !== null) await storage.setAlarm(clock.nowMs() + againMs);
    this.#sweepPlanned = againMs !== null;
  }

  async #planSweep(): Promise<void> {
    const { storage, clock } = this.#parts;
    this.#sweepPlanned = true;
    if ((await storage.getAlarm()) === null) await storage.setAlarm(clock.nowMs() + FIRST_SWEEP_MS);
  }
}
