import type { Clock } from "./clock.ts";
import type { EntryStore } from "./entry-store.ts";
import type { ShardNumbers } from "./shard-numbers.ts";

/** The shard that keeps the roster: there is always one with this number. */
const KEEPER = 0;
/** A keeper that takes longer is asked again by the next flight; this one's answer is not stored. */
const KEEPER_PATIENCE_MS = 2000;

export interface RosterParts {
  readonly shard: number;
  readonly numbers: ShardNumbers;
  readonly store: EntryStore;
  readonly clock: Clock;
  /** Tells the keeper of a shard. */
  enlist(shard: number): Promise<void>;
}

/**
 * Which shards there have ever been, kept by shard 0 so that purges reach those too that SHARD_COUNT no longer names:
 * what they hold would be back when the number goes up again. A shard is enlisted before the first call whose answer
 * it may store, so whatever it holds was asked for after every purge that did not reach it.
 */
export class Roster {
  readonly #parts: RosterParts;
  #joining: Promise<boolean> | null = null;

  constructor(parts: RosterParts) {
    this.#parts = parts;
  }

  /** On the keeper: the highest number enlisted, plus one. Elsewhere 0. */
  get knownShards(): number {
    return this.#parts.shard === KEEPER ? Math.max(KEEPER + 1, this.#parts.numbers.get("known_shards")) : 0;
  }

  /** On the keeper: a shard is about to store for the first time. */
  enlist(shard: number): void {
    if (shard < this.knownShards) return;
    this.#write("known_shards", shard + 1);
  }

  /** False when this shard may not store yet, because the keeper could not be told of it. One call in a shard's life. */
  join(): boolean | Promise<boolean> {
    if (this.#parts.shard === KEEPER || this.#parts.numbers.get("enlisted") === 1) return true;
    this.#joining ??= this.#tellKeeper().finally(() => {
      this.#joining = null;
    });
    return this.#joining;
  }

  async #tellKeeper(): Promise<boolean> {
    const { shard, clock } = this.#parts;
    const { promise: late, resolve } = Promise.withResolvers<false>();
    const cancel = clock.after(KEEPER_PATIENCE_MS, () => resolve(false));
    try {
      const told = await Promise.race([this.#parts.enlist(shard).then(() => true), late]);
      if (told) this.#write("enlisted", 1);
      return told;
    } catch {
      return false;
    } finally {
      cancel();
    }
  }

  /** A transaction of its own: a number that could not be written is not believed either. */
  #write(name: "known_shards" | "enlisted", value: number): void {
    this.#parts.store.flushUses([], () => this.#parts.numbers.set(name, value));
  }
}
