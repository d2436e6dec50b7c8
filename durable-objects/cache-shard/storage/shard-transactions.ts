import type { PurgeLog } from "../purging/purge-log.ts";
import type { ShardNumbers } from "./shard-numbers.ts";

/** Keeps what belongs to entries but lives in other tables in step with them, inside the same transactions. */
export interface EntryCompanion {
  /** The row of an entry is being removed. */
  onEntryRemoved(key: string): void;
  /** The last step inside every transaction that changed entries. */
  beforeCommit(): void;
  /** The transaction failed: nothing noted since its start has happened. */
  onRollback(): void;
}

/** The one way to write to a shard's storage: rows, counters and purge log change together or not at all. */
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

  /** Sets what follows the life of entries; at most one. */
  accompany(companion: EntryCompanion): void {
    this.#companion = companion;
  }

  /** Tells the companion about a row that the present transaction removes. */
  noteRemoved(key: string): void {
    this.#companion?.onEntryRemoved(key);
  }

  /** Runs one transaction. When it fails, what is held in memory is as before, and the error is thrown on. */
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
      // Restored from memory: storage that has just failed may fail to read, too.
      this.#numbers.restore(numbers);
      this.#log.restore(sequence);
      this.#companion?.onRollback();
      throw error;
    }
  }
}
