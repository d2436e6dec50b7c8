/** Tables of the servings of even and odd days, so that a whole day can be dropped. The view `servings_by_day` reads both. */
export const SERVINGS_TABLES = ["servings_even", "servings_odd"] as const;

/** The statement that creates a table of servings. */
export function servingsTable(name: (typeof SERVINGS_TABLES)[number]): string {
  return `CREATE TABLE ${name} (
    day INTEGER NOT NULL,
    caller_id TEXT NOT NULL,
    target TEXT NOT NULL,
    asked TEXT NOT NULL,
    shard INTEGER NOT NULL,
    scope TEXT NOT NULL,
    score_bin INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    judged INTEGER NOT NULL,
    PRIMARY KEY (day, caller_id, target, asked)
  ) WITHOUT ROWID`;
}

/** Columns of the table `servings` of version 0.2.0, in the order of `servingsTable`. */
export const SERVING_OF_0_2_0 = "at_ms / 86400000, caller_id, target, asked, shard, scope, score_bin, at_ms, judged";

/** Schema of a CacheShard, one migration per version; append only. docs/storage-schema.md describes the tables. */
export const CACHE_SHARD_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE entries (
    key TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    tenant TEXT NOT NULL,
    model TEXT NOT NULL,
    answered_model TEXT NOT NULL,
    provider TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    tti_ms INTEGER,
    last_used_ms INTEGER NOT NULL,
    hits INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    worth_usd REAL NOT NULL,
    kv_name TEXT,
    kv_expires_ms INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE bodies (
    key TEXT NOT NULL,
    part INTEGER NOT NULL,
    json BLOB NOT NULL,
    events BLOB NOT NULL,
    usage_event TEXT NOT NULL,
    PRIMARY KEY (key, part)
  ) WITHOUT ROWID;
  CREATE TABLE tags (
    tag TEXT NOT NULL,
    key TEXT NOT NULL,
    PRIMARY KEY (tag, key)
  ) WITHOUT ROWID;
  CREATE TABLE purge_log (
    sequence INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    purged INTEGER NOT NULL
  );
  CREATE TABLE numbers (
    name TEXT PRIMARY KEY,
    value REAL NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE traffic (
    tenant TEXT PRIMARY KEY,
    counts TEXT NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  CREATE TABLE scopes (
    ref INTEGER PRIMARY KEY,
    scope TEXT NOT NULL UNIQUE,
    trust TEXT NOT NULL
  );
  CREATE TABLE meanings (
    ref INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    scope_ref INTEGER NOT NULL,
    text TEXT NOT NULL,
    canonical TEXT NOT NULL
  );
  CREATE INDEX meanings_by_canonical ON meanings (scope_ref, canonical);
  CREATE TABLE vectors (
    page INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
  );
  CREATE TABLE labels (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE aliases (
    key TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    tenant TEXT NOT NULL,
    shard INTEGER NOT NULL,
    target TEXT NOT NULL,
    similarity REAL NOT NULL,
    band INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    sequence INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE servings (
    asked TEXT NOT NULL,
    party TEXT NOT NULL,
    target TEXT NOT NULL,
    shard INTEGER NOT NULL,
    scope TEXT NOT NULL,
    band INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    judged INTEGER NOT NULL,
    PRIMARY KEY (target, party, asked)
  ) WITHOUT ROWID;
  `,
  // Renames tables, columns and a number to the names in use since version 0.2.0.
  `
  ALTER TABLE meanings RENAME TO questions;
  DROP INDEX meanings_by_canonical;
  CREATE INDEX questions_by_canonical ON questions (scope_ref, canonical);
  ALTER TABLE aliases RENAME COLUMN band TO score_bin;
  ALTER TABLE servings RENAME COLUMN band TO score_bin;
  ALTER TABLE servings RENAME COLUMN party TO caller_id;
  UPDATE numbers SET name = 'registered' WHERE name = 'enlisted';
  `,
  // Maintained holdings instead of counters (filled by `take-over.ts`), an index on expiry, the progress of purges, packed
  // figures, and servings by day, so that old ones are dropped without a row each. The table `servings` stays for a rollback.
  `
  CREATE INDEX entries_by_expiry ON entries (expires_ms);
  CREATE TABLE holdings (
    tenant TEXT PRIMARY KEY,
    entries INTEGER NOT NULL,
    spilled INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO labels (name, value)
    SELECT 'counters', json_group_object(name, value) FROM numbers
    WHERE name IN ('evictions', 'spills', 'promotions', 'corrupt', 'fenced_commits', 'kv_errors');
  DELETE FROM numbers WHERE name IN ('evictions', 'spills', 'promotions', 'corrupt', 'fenced_commits', 'kv_errors');
  ALTER TABLE purge_log ADD COLUMN state INTEGER NOT NULL DEFAULT 2;
  CREATE TABLE figure_buckets (
    kind TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (kind, start_ms)
  ) WITHOUT ROWID;
  ${servingsTable("servings_even")};
  ${servingsTable("servings_odd")};
  CREATE VIEW servings_by_day AS SELECT * FROM servings_even UNION ALL SELECT * FROM servings_odd;
  INSERT INTO servings_even SELECT ${SERVING_OF_0_2_0} FROM servings WHERE at_ms / 86400000 % 2 = 0;
  INSERT INTO servings_odd SELECT ${SERVING_OF_0_2_0} FROM servings WHERE at_ms / 86400000 % 2 = 1;
  DELETE FROM servings;
  `,
];
