import type { Reporter } from "../../shared/report/report-event.ts";

/** Former name of the column `version`, in RateLimiter objects created before version 0.2.0. */
const LEGACY_COLUMN = "step";

/** How many migrations a database has had, and how many this code knows. */
export interface SchemaVersions {
  readonly stored: number;
  readonly known: number;
}

/**
 * Applies the migrations that an object's SQLite database lacks, in one transaction. The table `schema_migrations`
 * records the applied versions, because Durable Objects do not support `PRAGMA user_version`. The list is append only:
 * never edit, reorder or remove a migration that has shipped. After a rollback a database may have had more migrations
 * than this code knows; it is used as it is, because a migration only adds.
 */
export function migrate(storage: DurableObjectStorage, migrations: readonly string[]): SchemaVersions {
  const { sql } = storage;
  return storage.transactionSync(() => {
    sql.exec("CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY)");
    const [column] = sql.exec<{ name: string }>("SELECT name FROM pragma_table_info('schema_migrations')").toArray();
    if (column?.name === LEGACY_COLUMN) sql.exec(`ALTER TABLE schema_migrations RENAME COLUMN ${LEGACY_COLUMN} TO version`);
    const applied = sql.exec<{ version: number | null }>("SELECT MAX(version) AS version FROM schema_migrations").one().version ?? 0;
    for (let version = applied + 1; version <= migrations.length; version++) {
      sql.exec(migrations[version - 1] ?? "");
      sql.exec("INSERT INTO schema_migrations (version) VALUES (?)", version);
    }
    return { stored: Math.max(applied, migrations.length), known: migrations.length };
  });
}

/** Reports a database with migrations that this code does not know. Call it once, when the object starts. */
export function reportNewerSchema(object: string, { stored, known }: SchemaVersions, report: Reporter): void {
  if (stored > known) report({ event: "schema_newer", object, stored, known });
}
