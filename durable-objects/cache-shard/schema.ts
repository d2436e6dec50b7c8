/** Tables of a CacheShard. See docs/storage-schema.md; append only. */
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
];
