import { DatabaseSync } from "node:sqlite";
import type { SQLInputValue } from "node:sqlite";
import { CACHE_SHARD_MIGRATIONS } from "../../durable-objects/cache-shard/storage/schema.ts";

/** A shard's tables in Node's SQLite, behind the part of `DurableObjectStorage` that the stores use. */
export interface NodeStorage {
  readonly sql: SqlStorage;
  /** Like the platform's: rolls back when `change` throws. */
  transactionSync<Value>(change: () => Value): Value;
  /** Statements from the next one on throw while this is true. */
  isFailing: boolean;
}

export function nodeStorage(): NodeStorage {
  const database = new DatabaseSync(":memory:");
  for (const migration of CACHE_SHARD_MIGRATIONS) database.exec(migration);
  const exec = (query: string, ...bindings: SQLInputValue[]): object => {
    if (storage.isFailing) throw new Error("SQLITE_IOERR: disk I/O error");
    const rows = database.prepare(query).all(...bindings);
    return { toArray: () => rows, one: () => rows[0], [Symbol.iterator]: () => rows[Symbol.iterator]() };
  };
  const storage: NodeStorage = {
    sql: { exec } as unknown as SqlStorage, // the only member that the stores use
    isFailing: false,
    transactionSync: (change) => {
      database.exec("BEGIN");
      try {
        const value = change();
        database.exec("COMMIT");
        return value;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
  };
  return storage;
}

/** A shard's tables alone. */
export function shardTables(): SqlStorage {
  return nodeStorage().sql;
}
