import type { SpillStore } from "../spill/spill-store.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { DeadRows } from "./dead-rows.ts";

/** Slices per alarm. More would delay requests. */
const SLICES_PER_ALARM = 5;
const NEXT_SLICE_MS = 1000;
/** Time between two sweeps of a shard that has entries. */
const SWEEP_EVERY_MS = 15 * 60_000;
const KV_DELETE_PARALLELISM = 6;

/** Time from a shard's first entry to its first sweep. */
export const FIRST_SWEEP_MS = SWEEP_EVERY_MS;
/** Time from a purge of the whole shard to the sweep that frees its rows. */
export const SWEEP_AFTER_PURGE_MS = NEXT_SLICE_MS;

/**
 * Frees rows and KV values that purges and expiry have made unreachable, a slice at a time. It only saves space: dead
 * rows are never served.
 */
export class Sweeper {
  readonly #deadRows: DeadRows;
  readonly #numbers: ShardNumbers;
  readonly #spill: SpillStore;
  readonly #retentionMs: number;
  #cursor = "";

  constructor(deadRows: DeadRows, numbers: ShardNumbers, spill: SpillStore, retentionMs: number) {
    this.#deadRows = deadRows;
    this.#numbers = numbers;
    this.#spill = spill;
    this.#retentionMs = retentionMs;
  }

  /**
   * Sweeps up to `SLICES_PER_ALARM` slices. Returns the delay until the next run (ms); null when the shard is empty.
   */
  async run(nowMs: number): Promise<number | null> {
    for (let slice = 0; slice < SLICES_PER_ALARM; slice++) {
      const { nextKey, kvNames } = this.#deadRows.freeSlice(this.#cursor, nowMs, this.#retentionMs);
      await this.deleteValues(kvNames);
      this.#cursor = nextKey ?? "";
      if (nextKey === null) return this.#numbers.get("entries") > 0 ? SWEEP_EVERY_MS : null;
    }
    return NEXT_SLICE_MS;
  }

  /** Sweeps the whole table, for a hard purge. */
  async runToEnd(nowMs: number): Promise<void> {
    let cursor: string | null = "";
    while (cursor !== null) {
      const { nextKey, kvNames } = this.#deadRows.freeSlice(cursor, nowMs, this.#retentionMs);
      await this.deleteValues(kvNames);
      cursor = nextKey;
    }
  }

  /** Deletes KV values that are no longer referenced. A value that cannot be deleted expires by its TTL. */
  async deleteValues(names: readonly string[]): Promise<void> {
    for (let at = 0; at < names.length; at += KV_DELETE_PARALLELISM) {
      const deleted = await Promise.all(names.slice(at, at + KV_DELETE_PARALLELISM).map((name) => this.#spill.delete(name)));
      this.#numbers.add("kv_errors", deleted.filter((done) => !done).length);
    }
  }
}
