import { DatabaseSync } from "node:sqlite";
import type { SQLInputValue } from "node:sqlite";
import { CACHE_SHARD_MIGRATIONS } from "../../../../durable-objects/cache-shard/storage/schema.ts";

/** A shard's tables in Node's SQLite, behind the part of `SqlStorage` that the stores use. */
export function shardTables(): SqlStorage {
  const database = new DatabaseSync(":memory:");
  for (const migration of CACHE_SHARD_MIGRATIONS) database.exec(migration);
  const exec = (query: string, ...bindings: SQLInputValue[]): object => {
    const rows = database.prepare(query).all(...bindings);
    return { toArray: () => rows, one: () => rows[0], [Symbol.iterator]: () => rows[Symbol.iterator]() };
  };
  return { exec } as unknown as SqlStorage; // the only member that the stores use
}
