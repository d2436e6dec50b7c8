/** Former name of the column `version`, in RateLimiter objects created before version 0.2.0. */
const LEGACY_COLUMN = "step";

/**
 * Applies the migrations that an object's SQLite database lacks, in one transaction. The table `schema_migrations`
 * records the applied versions, because Durable Objects do not support `PRAGMA user_version`. The list is append only:
 * never edit, reorder or remove a migration that has shipped.
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
