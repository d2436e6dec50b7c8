import type { SpillStore } from "../spill/spill-store.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { DeadRows } from "./dead-rows.ts";

/** Slices that one alarm works through before it lets requests by. */
const SLICES_PER_ALARM = 5;
const NEXT_SLICE_MS = 1000;
/** How often the sweeper looks for rows past their use. */
const SWEEP_EVERY_MS = 15 * 60_000;
const KV_DELETE_PARALLELISM = 6;

/** When the first sweep of a shard that has just stored its first entry is due. */
export const FIRST_SWEEP_MS = SWEEP_EVERY_MS;
/** When to free what a purge of the whole shard left behind. */
export const SWEEP_AFTER_PURGE_MS = NEXT_SLICE_MS;

/** Frees what purges and time have made unreachable, a slice at a time. Only space depends on it. */
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

  /** Works through some slices. Returns when to come back (ms from now), or null when nothing is left to watch. */
  async run(nowMs: number): Promise<number | null> {
    for (let slice = 0; slice < SLICES_PER_ALARM; slice++) {
      const { nextKey, kvNames } = this.#deadRows.freeSlice(this.#cursor, nowMs, this.#retentionMs);
      await this.deleteValues(kvNames);
      this.#cursor = nextKey ?? "";
      if (nextKey === null) return this.#numbers.get("entries") > 0 ? SWEEP_EVERY_MS : null;
    }
    return NEXT_SLICE_MS;
  }

  /** Works through the whole table, for a hard purge. */
  async runToEnd(nowMs: number): Promise<void> {
    let cursor: string | null = "";
    while (cursor !== null) {
      const { nextKey, kvNames } = this.#deadRows.freeSlice(cursor, nowMs, this.#retentionMs);
      await this.deleteValues(kvNames);
      cursor = nextKey;
    }
  }

  /** Deletes KV values that nothing can reach. One that cannot be deleted now ends by its own TTL. */
  async deleteValues(names: readonly string[]): Promise<void> {
    for (let at = 0; at < names.length; at += KV_DELETE_PARALLELISM) {
      const deleted = await Promise.all(names.slice(at, at + KV_DELETE_PARALLELISM).map((name) => this.#spill.delete(name)));
      this.#numbers.add("kv_errors", deleted.filter((done) => !done).length);
    }
  }
}
