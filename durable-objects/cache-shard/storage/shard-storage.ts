import { migrate } from "../../storage/migrations.ts";
import { PurgeLog } from "../purging/purge-log.ts";
import { CACHE_SHARD_MIGRATIONS } from "./schema.ts";
import { ShardNumbers } from "./shard-numbers.ts";
import { ShardTransactions } from "./shard-transactions.ts";

/** The storage of one shard, with its schema up to date. */
export interface ShardStorage {
  readonly sql: SqlStorage;
  readonly log: PurgeLog;
  readonly numbers: ShardNumbers;
  readonly transactions: ShardTransactions;
}

/** Opens the storage of a shard: migrates it and reads the purge log and the numbers. */
export function openShardStorage(storage: DurableObjectStorage, nowMs: number): ShardStorage {
  migrate(storage, CACHE_SHARD_MIGRATIONS);
  const log = new PurgeLog(storage.sql);
  const numbers = new ShardNumbers(storage.sql);
  if (numbers.get("since_ms") === 0) {
    numbers.set("since_ms", nowMs);
    numbers.flush();
  }
  return { sql: storage.sql, log, numbers, transactions: new ShardTransactions(storage, numbers, log) };
}
