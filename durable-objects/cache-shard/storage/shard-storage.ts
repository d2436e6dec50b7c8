import type { Reporter } from "../../../shared/report/report-event.ts";
import { migrate, reportNewerSchema } from "../../storage/migrations.ts";
import { PurgeLog } from "../purging/purge-log.ts";
import { Holdings } from "./holdings.ts";
import { CACHE_SHARD_MIGRATIONS } from "./schema.ts";
import { ShardNumbers } from "./shard-numbers.ts";
import { ShardTransactions } from "./shard-transactions.ts";
import { StateRows } from "./state-rows.ts";
import { takeOver } from "./take-over.ts";

/** The storage of one shard, with its schema up to date. */
export interface ShardStorage {
  readonly sql: SqlStorage;
  readonly log: PurgeLog;
  readonly numbers: ShardNumbers;
  readonly holdings: Holdings;
  readonly state: StateRows;
  readonly transactions: ShardTransactions;
}

/** Opens the storage of a shard: migrates it and reads the purge log and the numbers. */
export function openShardStorage(shard: number, storage: DurableObjectStorage, nowMs: number, report: Reporter): ShardStorage {
  reportNewerSchema(`shard-${shard}`, migrate(storage, CACHE_SHARD_MIGRATIONS), report);
  const state = new StateRows(storage.sql);
  storage.transactionSync(() => takeOver(storage.sql, state));
  const log = new PurgeLog(storage.sql);
  const numbers = new ShardNumbers(storage.sql);
  if (numbers.get("since_ms") === 0) {
    numbers.set("since_ms", nowMs);
    numbers.flush();
  }
  const holdings = new Holdings(storage.sql);
  const transactions = new ShardTransactions(storage, numbers, holdings);
  return { sql: storage.sql, log, numbers, holdings, transactions, state };
}
