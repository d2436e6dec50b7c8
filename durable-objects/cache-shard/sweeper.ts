import type { EntryStore } from "./entry-store.ts";
import type { ShardNumbers } from "./shard-numbers.ts";
import type { SpillStore } from "./spill-store.ts";

/** Slices one alarm works through before it lets requests by. */
const SLICES_PER_ALARM = 5;
const NEXT_SLICE_MS = 1000;
/** How often rows past their use are looked for. */
const SWEEP_EVERY_MS = 15 * 60_000;
const KV_DELETE_PARALLELISM = 6;

/** Frees what purges and time have made unreachable, a slice at a time. Nothing depends on it but space. */
export class Sweeper {
  readonly #store: EntryStore;
  readonly #numbers: ShardNumbers;
  readonly #spill: SpillStore;
  readonly #retentionMs: number;
  #cursor = "";

  constructor(store: EntryStore, numbers: ShardNumbers, spill: SpillStore, retentionMs: number) {
    this.#store = store;
    this.#numbers = numbers;
    this.#spill = spill;
    this.#retentionMs = retentionMs;
  }

  /** Some slices; returns when to come back (ms from now), or null when nothing is left to watch. */
  async run(nowMs: number): Promise<number | null> {
    for (let slice = 0; slice < SLICES_PER_ALARM; slice++) {
      const { nextKey, kvNames } = this.#store.sweep(this.#cursor, nowMs, this.#retentionMs);
      await this.deleteValues(kvNames);
      this.#cursor = nextKey ?? "";
      if (nextKey === null) return this.#numbers.get("entries") > 0 ? SWEEP_EVERY_MS : null;
    }
    return NEXT_SLICE_MS;
  }

  /** Everything at once, for a hard purge. */
  async runToEnd(nowMs: number): Promise<void> {
    let cursor: string | null = "";
    while (cursor !== null) {
      const { nextKey, kvNames } = this.#store.sweep(cursor, nowMs, this.#retentionMs);
      await this.deleteValues(kvNames);
      cursor = nextKey;
    }
  }

  /** KV values that nothing can reach; one that cannot be deleted now dies by its own TTL. */
  async deleteValues(names: readonly string[]): Promise<void> {
    for (let at = 0; at < names.length; at += KV_DELETE_PARALLELISM) {
      const deleted = await Promise.all(names.slice(at, at + KV_DELETE_PARALLELISM).map((name) => this.#spill.delete(name)));
      this.#numbers.add("kv_errors", deleted.filter((done) => !done).length);
    }
  }
}

/** When the first sweep of a shard that has just got an entry is due. */
export const FIRST_SWEEP_MS = SWEEP_EVERY_MS;
/** When to free what a purge of the whole shard left behind. */
export const SWEEP_AFTER_PURGE_MS = NEXT_SLICE_MS;
