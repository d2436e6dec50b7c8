import { FigureRows } from "../figures/figure-rows.ts";
import { SHARD_COUNTERS, ShardCounters } from "../figures/shard-counters.ts";
import { SERVING_OF_0_2_0, SERVINGS_TABLES } from "./schema.ts";
import type { StateRows } from "./state-rows.ts";

/** Rows of `numbers` in which version 0.2.0 counts what the table `holdings` holds now. */
const COUNTED = "('entries', 'spilled_entries', 'bytes')";
/** 0.2.0 serves no row with a lower sequence. */
const FLOOR = "(SELECT value FROM numbers WHERE name = 'floor_sequence')";

/**
 * Takes over what version 0.2.0 has written: after an upgrade, and after a rollback to it and a second upgrade. Runs in
 * one transaction, whenever an object starts; each part recognises by its rows whether 0.2.0 has run.
 */
export function takeOver(sql: SqlStorage, state: StateRows): void {
  takeOverServings(sql);
  if (sql.exec(`SELECT 1 FROM numbers WHERE name IN ${COUNTED} LIMIT 1`).toArray().length === 0) return;
  takeOverHoldings(sql);
  takeOverFloor(sql);
  // An unfinished pass has examined rows for a purge that covers more now, or that 0.2.0 has trimmed.
  state.delete("freeing");
  takeOverCounters(sql, state);
  new FigureRows(sql, state).renewTotalsOfAll();
  sql.exec(`DELETE FROM numbers WHERE name IN ${COUNTED}`);
}

function takeOverServings(sql: SqlStorage): void {
  if (sql.exec("SELECT 1 FROM servings LIMIT 1").toArray().length === 0) return;
  for (const [parity, table] of SERVINGS_TABLES.entries())
    sql.exec(`INSERT OR IGNORE INTO ${table} SELECT ${SERVING_OF_0_2_0} FROM servings WHERE at_ms / 86400000 % 2 = ${parity}`);
  sql.exec("DELETE FROM servings");
}

/** Scans the table once, because 0.2.0 does not store what each tenant holds. */
function takeOverHoldings(sql: SqlStorage): void {
  sql.exec("DELETE FROM holdings");
  sql.exec(
    `INSERT INTO holdings (tenant, entries, spilled, bytes)
       SELECT tenant, COUNT(*), COUNT(kv_name), COALESCE(SUM(CASE WHEN kv_name IS NULL THEN bytes END), 0) FROM entries
       WHERE sequence >= COALESCE(${FLOOR}, 0) GROUP BY tenant`,
  );
}

/**
 * The rows below the floor are freed like those of any purge of everything: 0.2.0 has not counted or served them. The
 * record may have been trimmed; or it is of a narrower purge, whose rows were not all freed before the rollback.
 */
function takeOverFloor(sql: SqlStorage): void {
  sql.exec(
    `INSERT INTO purge_log (sequence, kind, value, at_ms, purged, state)
       SELECT value, 'all', '', 0, 0, 1 FROM numbers WHERE name = 'floor_sequence' AND value > 0
       ON CONFLICT (sequence) DO UPDATE SET kind = excluded.kind, value = excluded.value, state = excluded.state`,
  );
}

/** Adds what 0.2.0 has counted since a rollback. The first upgrade has moved its counters already, in a migration. */
function takeOverCounters(sql: SqlStorage, state: StateRows): void {
  const names = SHARD_COUNTERS.map((name) => `'${name}'`).join(", ");
  const rows = sql.exec<{ name: string; value: number }>(`SELECT name, value FROM numbers WHERE name IN (${names})`).toArray();
  if (rows.length === 0) return;
  const counters = new ShardCounters(state.get("counters"));
  for (const counter of SHARD_COUNTERS) counters.add(counter, rows.find(({ name }) => name === counter)?.value ?? 0);
  state.set("counters", counters.pack());
  sql.exec(`DELETE FROM numbers WHERE name IN (${names})`);
}
