/** The column's name in RateLimiter objects before version 0.2.0. */
const LEGACY_COLUMN = "step";

/**
 * Brings an object's SQLite schema up to date (`PRAGMA user_version` is not available there). Append-only: a
 * migration that has shipped is never edited, reordered or removed; add another.
 */
export function migrate(storage: DurableObjectStorage, migrations: readonly string[]): void {
  const { sql } = storage;
  storage.transactionSync(() => {
    sql.exec("CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY)");
    const [column] = sql.exec<{ name: string }>("SELECT name FROM pragma_table_info('schema_migrations')").toArray();
    if (column?.name === LEGACY_COLUMN) sql.exec(`ALTER TABLE schema_migrations RENAME COLUMN ${LEGACY_COLUMN} TO version`);
    const applied = sql.exec<{ version: number | null }>("SELECT MAX(version) AS version FROM schema_migrations").one().version ?? 0;
    for (let version = applied + 1; version <= migrations.length; version++) {
      sql.exec(migrations[version - 1] ?? "");
      sql.exec("INSERT INTO schema_migrations (version) VALUES (?)", version);
    }
  });
}
