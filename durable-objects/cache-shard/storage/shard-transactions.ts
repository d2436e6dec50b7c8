import type { Entry } from "../entries/entry.ts";
import type { Holdings } from "./holdings.ts";
import type { ShardNumbers } from "./shard-numbers.ts";

/** Keeps data that belongs to entries, in other tables, consistent with them, inside the same transactions. */
export interface EntryCompanion {
  /** Called when the row of an entry is removed, before its holdings are adjusted. */
  onEntryRemoved?(entry: Entry): void;
  /** Called at the end of every transaction, inside it. */
  beforeCommit?(): void;
  /** Called when a transaction has been committed. */
  onCommit?(): void;
  /** Called when a transaction failed: changes since its start did not happen. */
  onRollback?(): void;
}

/** Runs a shard's transactions: rows, holdings and numbers change together or not at all. */
export class ShardTransactions {
  readonly #storage: DurableObjectStorage;
  readonly #numbers: ShardNumbers;
  readonly #holdings: Holdings;
  readonly #companions: EntryCompanion[] = [];

  constructor(storage: DurableObjectStorage, numbers: ShardNumbers, holdings: Holdings) {
    this.#storage = storage;
    this.#numbers = numbers;
    this.#holdings = holdings;
  }

  /** Adds a companion. */
  accompany(companion: EntryCompanion): void {
    this.#companions.push(companion);
  }

  /** Tells the companions that the current transaction removes a row. */
  noteRemoved(entry: Entry): void {
    for (const companion of this.#companions) companion.onEntryRemoved?.(entry);
  }

  /** Runs one transaction. If it fails, restores the state in memory and rethrows the error. */
  transact(change: () => void): void {
    const numbers = this.#numbers.snapshot();
    const holdings = this.#holdings.snapshot();
    try {
      this.#storage.transactionSync(() => {
        change();
        for (const companion of this.#companions) companion.beforeCommit?.();
        this.#holdings.flush();
        this.#numbers.flush();
      });
    } catch (error) {
      // Restore from memory: storage that has just failed may fail to read, too.
      this.#numbers.restore(numbers);
      this.#holdings.restore(holdings);
      for (const companion of this.#companions) companion.onRollback?.();
      throw error;
    }
    for (const companion of this.#companions) companion.onCommit?.();
  }
}
