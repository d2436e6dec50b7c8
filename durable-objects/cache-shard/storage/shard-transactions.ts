import type { PurgeLog } from "../purging/purge-log.ts";
import type { ShardNumbers } from "./shard-numbers.ts";

/** Keeps data that belongs to entries, in other tables, consistent with them, inside the same transactions. */
export interface EntryCompanion {
  /** Called when the row of an entry is removed. */
  onEntryRemoved(key: string): void;
  /** Called at the end of every transaction, inside it. */
  beforeCommit(): void;
  /** Called when a transaction failed: changes since its start did not happen. */
  onRollback(): void;
}

/** Runs a shard's transactions: rows, numbers and the purge log change together or not at all. */
export class ShardTransactions {
  readonly #storage: DurableObjectStorage;
  readonly #numbers: ShardNumbers;
  readonly #log: PurgeLog;
  #companion: EntryCompanion | null = null;

  constructor(storage: DurableObjectStorage, numbers: ShardNumbers, log: PurgeLog) {
    this.#storage = storage;
    this.#numbers = numbers;
    this.#log = log;
  }

  /** Sets the companion; there is at most one. */
  accompany(companion: EntryCompanion): void {
    this.#companion = companion;
  }

  /** Tells the companion that the current transaction removes a row. */
  noteRemoved(key: string): void {
    this.#companion?.onEntryRemoved(key);
  }

  /** Runs one transaction. If it fails, restores the state in memory and rethrows the error. */
  transact(change: () => void): void {
    const { sequence } = this.#log;
    const numbers = this.#numbers.snapshot();
    try {
      this.#storage.transactionSync(() => {
        change();
        this.#companion?.beforeCommit();
        this.#numbers.flush();
      });
    } catch (error) {
      // Restore from memory: storage that has just failed may fail to read, too.
      this.#numbers.restore(numbers);
      this.#log.restore(sequence);
      this.#companion?.onRollback();
      throw error;
    }
  }
}
