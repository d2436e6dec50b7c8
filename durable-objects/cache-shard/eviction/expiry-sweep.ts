import type { Clock } from "../../../shared/time/clock.ts";
import { pause } from "../storage/pause.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { SemanticLayer } from "../semantic/semantic-layer.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";

/** Rows that one slice removes: about 1 ms. */
const SLICE_ROWS = 20;
/** Slices of one run. An invocation of an object has a limited CPU time, so the alarm starts another run. */
const RUN_SLICES = 10_000;

export interface ExpirySweepParts {
  readonly store: EntryStore;
  readonly transactions: ShardTransactions;
  readonly clock: Clock;
  /** How long a row is kept past its expiry, for stale answers (ms). */
  readonly retentionMs: number;
  /** Null when similarity search is off. */
  readonly semantic: Pick<SemanticLayer, "records"> | null;
}

/** Frees the rows of expired entries, and servings that are too old to judge. KV deletes their values itself, by their TTL. */
export class ExpirySweep {
  readonly #parts: ExpirySweepParts;

  constructor(parts: ExpirySweepParts) {
    this.#parts = parts;
  }

  /** When the next row may be freed (ms); null when there is no row. */
  get nextMs(): number | null {
    const first = this.#parts.store.firstExpiryMs();
    return first === null ? null : first + this.#parts.retentionMs;
  }

  async run(): Promise<void> {
    const { store, transactions, clock, retentionMs, semantic } = this.#parts;
    for (let slice = 0; slice < RUN_SLICES && semantic?.records.deleteOldServings(clock.nowMs()) === true; slice++) await pause(clock);
    for (let slice = 0; slice < RUN_SLICES; slice++) {
      const expired = store.expired(clock.nowMs() - retentionMs, SLICE_ROWS);
      if (expired.length === 0) return;
      transactions.transact(() => {
        store.removeRows(expired);
      });
      await pause(clock);
    }
  }
}
