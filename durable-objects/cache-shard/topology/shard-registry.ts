import type { Clock } from "../../../shared/time/clock.ts";
import { withDeadline } from "../../../shared/time/deadline.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";

/** Number of the shard that keeps the registry. It exists under every SHARD_COUNT. */
const KEEPER = 0;
/** How long a flight waits for the keeper. After that its answer is not stored, and the next flight asks again. */
const KEEPER_DEADLINE_MS = 2000;

export interface ShardRegistryParts {
  readonly shard: number;
  readonly numbers: ShardNumbers;
  readonly transactions: ShardTransactions;
  readonly clock: Clock;
  /** Registers a shard with the keeper. */
  registerShard(shard: number): Promise<void>;
}

/**
 * Registry of the shards that have ever stored anything, kept by shard 0. Purges use it to reach shards that
 * SHARD_COUNT no longer includes: their entries would be found again if the number were raised. A shard registers
 * before the first call whose answer it may store. All its entries are therefore newer than any purge that did not
 * reach it.
 */
export class ShardRegistry {
  readonly #parts: ShardRegistryParts;
  #registering: Promise<boolean> | null = null;

  constructor(parts: ShardRegistryParts) {
    this.#parts = parts;
  }

  /** On the keeper: the highest registered number, plus one. On other shards 0. */
  get knownShards(): number {
    return this.#parts.shard === KEEPER ? Math.max(KEEPER + 1, this.#parts.numbers.get("known_shards")) : 0;
  }

  /** On the keeper: registers a shard that is about to store for the first time. */
  add(shard: number): void {
    if (shard < this.knownShards) return;
    this.#write("known_shards", shard + 1);
  }

  /**
   * Registers this shard with the keeper, once. False when the keeper cannot be reached: this shard must not store yet.
   */
  register(): boolean | Promise<boolean> {
    if (this.#parts.shard === KEEPER || this.#parts.numbers.get("registered") === 1) return true;
    this.#registering ??= this.#askKeeper().finally(() => {
      this.#registering = null;
    });
    return this.#registering;
  }

  async #askKeeper(): Promise<boolean> {
    const { shard, clock } = this.#parts;
    try {
      const registered = this.#parts.registerShard(shard).then(() => true);
      if (!(await withDeadline(clock, KEEPER_DEADLINE_MS, registered, false))) return false;
      this.#write("registered", 1);
      return true;
    } catch {
      return false;
    }
  }

  /** Writes a number in a transaction, which restores the number in memory when the write fails. */
  #write(name: "known_shards" | "registered", value: number): void {
    this.#parts.transactions.transact(() => this.#parts.numbers.set(name, value));
  }
}
