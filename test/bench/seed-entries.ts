import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Number of values of a key's first eight hex digits, which spread the keys evenly. The rest of a key is random. */
const PREFIX_SPACE = 2 ** 32;
const RANDOM_BYTES = 28;

/** Reads what each tenant holds, when no body is in KV and no purge waits for its rows to be freed. */
export const HOLDINGS_OF_ROWS = "SELECT tenant, COUNT(*) AS entries, 0 AS spilled, SUM(bytes) AS bytes FROM entries GROUP BY tenant";

/** SQL expressions for columns of `entries` that differ from the copied entry's. They may use the row's number `i`. */
export type SeededColumns = Readonly<Record<string, string>>;

/**
 * Fills the single shard of a stopped server up to `rows` entries. The new entries are copies of one entry under keys
 * that are spread evenly over the key space. Writes to the object's file, because asking for a million answers through
 * a client would take too long.
 */
export function seedEntries(dataDir: string, rows: number, columns: SeededColumns = {}): void {
  const database = openShard(dataDir);
  try {
    const present = Number(database.prepare("SELECT COUNT(*) AS n FROM entries").get()?.["n"]);
    const more = rows - present;
    database.exec("PRAGMA synchronous = OFF; BEGIN");
    database.exec(`CREATE TEMP TABLE fresh AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${more - 1})
      SELECT i, printf('%08x', i * ${PREFIX_SPACE} / ${more}) || lower(hex(randomblob(${RANDOM_BYTES}))) AS key FROM n`);
    copyRows(database, "entries", columns);
    copyRows(database, "bodies", {});
    database.exec("INSERT OR IGNORE INTO tags (tag, key) SELECT tags, key FROM entries WHERE tags <> ''");
    recountHoldings(database);
    database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    database.close();
  }
}

/** Opens the shard's file. Files are named by the object's id; the shard's file is the one with a table of entries. */
export function openShard(dataDir: string): DatabaseSync {
  const folder = join(dataDir, "state/do/refrain-CacheShard");
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".sqlite") || file === "metadata.sqlite") continue;
    const database = new DatabaseSync(join(folder, file));
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'entries'").get() !== undefined) return database;
    database.close();
  }
  throw new Error(`No shard in ${folder}.`);
}

/** Writes what each tenant holds. */
export function recountHoldings(database: DatabaseSync): void {
  database.exec("DELETE FROM holdings");
  database.exec(`INSERT INTO holdings (tenant, entries, spilled, bytes) ${HOLDINGS_OF_ROWS}`);
}

/** Copies all columns but the key from one existing row, unless `changed` gives an expression for a column. */
function copyRows(database: DatabaseSync, table: "entries" | "bodies", changed: SeededColumns): void {
  const columns = database
    .prepare(`SELECT name FROM pragma_table_info('${table}') WHERE name <> 'key'`)
    .all()
    .map((row) => String(row["name"]));
  const values = columns.map((name) => changed[name] ?? `one.${name}`);
  database.exec(`INSERT INTO ${table} (key, ${columns.join(", ")})
    SELECT fresh.key, ${values.join(", ")} FROM fresh, (SELECT ${columns.join(", ")} FROM ${table} LIMIT 1) AS one ORDER BY fresh.key`);
}
