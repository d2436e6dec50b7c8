import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Number of values of a key's first eight hex digits, which spread the keys evenly. The rest of a key is random. */
const PREFIX_SPACE = 2 ** 32;
const RANDOM_BYTES = 28;

/**
 * Fills the single shard of a stopped server up to `rows` entries. The new entries are copies of one entry under keys
 * that are spread evenly over the key space. Writes to the object's file, because asking for a million answers through
 * a client would take too long.
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

/** Copies all columns but the key from one existing row. */
function copyRows(database: DatabaseSync, table: "entries" | "bodies"): void {
  const columns = database
    .prepare(`SELECT name FROM pragma_table_info('${table}') WHERE name <> 'key'`)
    .all()
    .map((row) => String(row["name"]))
    .join(", ");
  database.exec(`INSERT INTO ${table} (key, ${columns})
    SELECT fresh.key, one.* FROM fresh, (SELECT ${columns} FROM ${table} LIMIT 1) AS one ORDER BY fresh.key`);
}

/** Opens the shard's file. Files are named by the object's id; the shard's file is the one with a table of entries. */
function openShard(folder: string): DatabaseSync {
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".sqlite") || file === "metadata.sqlite") continue;
    const database = new DatabaseSync(join(folder, file));
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'entries'").get() !== undefined) return database;
    database.close();
  }
  throw new Error(`No shard in ${folder}.`);
}
