/**
 * Schema of a RateLimiter, one migration per version; append only. `dimension` allows limits on something other than
 * requests. Each dimension has its own row in `buckets`. The table `leases` is that of version 0.2.0, whose objects may
 * still write it after a rollback.
 */
export const RATE_LIMITER_MIGRATIONS: readonly string[] = [
  `CREATE TABLE buckets (
     dimension TEXT PRIMARY KEY,
     per_window INTEGER NOT NULL,
     window_ms INTEGER NOT NULL,
     burst INTEGER NOT NULL,
     drops INTEGER NOT NULL,
     at_ms INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE leases (
     dimension TEXT NOT NULL,
     lease_id TEXT NOT NULL,
     granted INTEGER NOT NULL,
     held INTEGER NOT NULL,
     returned INTEGER NOT NULL,
     returnable_drops INTEGER NOT NULL,
     expires_at_ms INTEGER NOT NULL,
     PRIMARY KEY (dimension, lease_id)
   ) WITHOUT ROWID;`,
  `ALTER TABLE buckets ADD COLUMN level_at_ms INTEGER;
   ALTER TABLE buckets ADD COLUMN leases TEXT;`,
];
