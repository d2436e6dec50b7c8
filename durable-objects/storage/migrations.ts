/**
 * Append-only schema migrations for an object's SQLite storage (`PRAGMA user_version` is not available there).
 * A migration that has shipped is never edited: add another.
 */
export function migrate(storage: DurableObjectStorage, migrations: readonly string[]): void {
  storage.transactionSync(() => {
    storage.sql.exec("CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY)");
    const applied =
      storage.sql.exec<{ version: number | null }>("SELECT MAX(version) AS version FROM schema_migrations").one().version ?? 0;
    for (let version = applied + 1; version <= migrations.length; version++) {
      storage.sql.exec(migrations[version - 1] ?? "");
      storage.sql.exec("INSERT INTO schema_migrations (version) VALUES (?)", version);
    }
  });
}
