/**
 * Takes over what version 0.2.0 has counted and purged: after an upgrade, and after a rollback to it and a second
 * upgrade. That version counts in `numbers` what is in `holdings` now, and leaves the rows below the floor to a sweep.
 * Scans the table once, because the holdings of tenants were not stored.
 */
export function takeOver(sql: SqlStorage): void {
  const counted = "SELECT 1 FROM numbers WHERE name IN ('entries', 'spilled_entries', 'bytes') LIMIT 1";
  if (sql.exec(counted).toArray().length === 0) return;
  const floor = "(SELECT value FROM numbers WHERE name = 'floor_sequence')";
  sql.exec("DELETE FROM holdings");
  sql.exec(
    `INSERT INTO holdings (tenant, entries, spilled, bytes)
       SELECT tenant, COUNT(*), COUNT(kv_name), COALESCE(SUM(CASE WHEN kv_name IS NULL THEN bytes END), 0) FROM entries
       WHERE sequence >= COALESCE(${floor}, 0) GROUP BY tenant`,
  );
  // The rows below the floor are freed like those of any other purge. Its record may have been trimmed.
  sql.exec(
    `INSERT OR IGNORE INTO purge_log (sequence, kind, value, at_ms, purged)
       SELECT value, 'all', '', 0, 0 FROM numbers WHERE name = 'floor_sequence'`,
  );
  sql.exec(`UPDATE purge_log SET state = 1 WHERE sequence = ${floor}`);
  sql.exec("DELETE FROM numbers WHERE name IN ('entries', 'spilled_entries', 'bytes')");
}
