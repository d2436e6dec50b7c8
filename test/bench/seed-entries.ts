import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Hex digits of a key that order it; the rest is random. */
const PREFIX_SPACE = 2 ** 32;
const RANDOM_BYTES = 28;

/**
 * Fills the one shard of a stopped server up to `rows` entries: copies of one of its entries under keys spread evenly
 * over the key space. Straight into the object's file, as no client could ask for a million answers in a benchmark.
 */
export function seedEntries(dataDir: string, rows: number): void {
  const database = openShard(join(dataDir, "state/do/refrain-CacheShard"));
  try {
    const present = Number(database.prepare("SELECT COUNT(*) AS n FROM entries").get()?.["n"]);
    const more = rows - present;
    database.exec("PRAGMA synchronous = OFF; BEGIN");
    database.exec(`CREATE TEMP TABLE fresh AS WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${more - 1})
      SELECT printf('%08x', i * ${PREFIX_SPACE} / ${more}) || lower(hex(randomblob(${RANDOM_BYTES}))) AS key FROM n`);
    copyRows(database, "entries");
    copyRows(database, "bodies");
    database.exec("UPDATE numbers SET value = (SELECT COUNT(*) FROM entries) WHERE name = 'entries'");
    database.exec("UPDATE numbers SET value = (SELECT SUM(bytes) FROM entries) WHERE name = 'bytes'");
    database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  } finally {
    database.close();
  }
}

/** Every column as in one row that is there, but the key. */
function copyRows(database: DatabaseSync, table: "entries" | "bodies"): void {
  const columns = database
    .prepare(`SELECT name FROM pragma_table_info('${table}') WHERE name <> 'key'`)
    .all()
    .map((row) => String(row["name"]))
    .join(", ");
  database.exec(`INSERT INTO ${table} (key, ${columns})
    SELECT fresh.key, one.* FROM fresh, (SELECT ${columns} FROM ${table} LIMIT 1) AS one ORDER BY fresh.key`);
}

/** The object's file is named by its id: the one with entries is the shard's. */
function openShard(folder: string): DatabaseSync {
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".sqlite") || file === "metadata.sqlite") continue;
    const database = new DatabaseSync(join(folder, file));
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'entries'").get() !== undefined) return database;
    database.close();
  }
  throw new Error(`No shard in ${folder}.`);
}
