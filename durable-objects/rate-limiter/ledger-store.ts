import type { Lease, Ledger } from "../../shared/domain/rate/lease-ledger.ts";
import type { TokenBucket } from "../../shared/domain/rate/token-bucket.ts";
import { migrate, type SchemaVersions } from "../storage/migrations.ts";
import { leasesFromText, leasesToText } from "./lease-text.ts";
import type { LedgerStorage } from "./limiter-ledger.ts";
import { RATE_LIMITER_MIGRATIONS } from "./schema.ts";

/** The only dimension so far: leases count requests. */
const REQUESTS_DIMENSION = "requests";

interface BucketRow extends Record<string, SqlStorageValue> {
  readonly per_window: number;
  readonly window_ms: number;
  readonly burst: number;
  readonly drops: number;
  readonly at_ms: number;
  /** Null when version 0.2.0 wrote the row. */
  readonly level_at_ms: number | null;
  readonly leases: string | null;
}

interface LeaseRow extends Record<string, SqlStorageValue> {
  readonly lease_id: string;
  readonly granted: number;
  readonly held: number;
  readonly returned: number;
  readonly returnable_drops: number;
  readonly expires_at_ms: number;
}

/**
 * Stores the ledger of a limiter in one row of SQLite. Every method is synchronous. The object's output gate holds
 * replies back until the writes are durable.
 */
export class LedgerStore implements LedgerStorage {
  readonly #storage: DurableObjectStorage;
  #schema: SchemaVersions | null = null;
  /** Whether the table `leases` has rows, which version 0.2.0 wrote. */
  #hasLeaseRows = false;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Versions of the schema; null while there are no tables. */
  get schema(): SchemaVersions | null {
    return this.#schema;
  }

  /** Creates no tables: a bucket without requests stores nothing. */
  load(): Ledger | null {
    const { sql } = this.#storage;
    const [table] = sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'buckets'").toArray();
    if (table === undefined) return null;
    this.#migrate();
    const [row] = sql
      .exec<BucketRow>(
        "SELECT per_window, window_ms, burst, drops, at_ms, level_at_ms, leases FROM buckets WHERE dimension = ?",
        REQUESTS_DIMENSION,
      )
      .toArray();
    if (row === undefined) return null;
    if (row.level_at_ms === null) return { bucket: bucketAt(row, row.at_ms), leases: this.#leaseRows() };
    const leases = leasesFromText(row.leases ?? "");
    // Without its leases, only what version 0.2.0 would read is safe: no refill until the last lease has ended.
    return leases === null ? { bucket: bucketAt(row, row.at_ms), leases: [] } : { bucket: bucketAt(row, row.level_at_ms), leases };
  }

  save(ledger: Ledger): void {
    this.#migrate();
    const { sql } = this.#storage;
    const { bucket, leases } = ledger;
    const { shape, drops, atMs } = bucket;
    // Version 0.2.0 reads `drops` and `at_ms` alone. A bucket at a later time does not refill until then, so it cannot
    // fill up while leases that this version does not know may still be spent.
    const lastHeldMs = leases.findLast(({ held }) => held > 0)?.expiresAtMs ?? 0;
    this.#storage.transactionSync(() => {
      sql.exec(
        "INSERT OR REPLACE INTO buckets (dimension, per_window, window_ms, burst, drops, at_ms, level_at_ms, leases) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        REQUESTS_DIMENSION,
        shape.perWindow,
        shape.windowMs,
        shape.burst,
        drops,
        Math.max(atMs, lastHeldMs),
        atMs,
        leasesToText(leases),
      );
      if (this.#hasLeaseRows) sql.exec("DELETE FROM leases WHERE dimension = ?", REQUESTS_DIMENSION);
    });
    this.#hasLeaseRows = false;
  }

  /** Deletes everything, also the alarm. The next `save` creates the tables again. */
  async deleteAll(): Promise<void> {
    this.#schema = null;
    await this.#storage.deleteAll();
  }

  #migrate(): void {
    this.#schema ??= migrate(this.#storage, RATE_LIMITER_MIGRATIONS);
  }

  #leaseRows(): readonly Lease[] {
    const rows = this.#storage.sql
      .exec<LeaseRow>(
        "SELECT lease_id, granted, held, returned, returnable_drops, expires_at_ms FROM leases WHERE dimension = ? ORDER BY expires_at_ms",
        REQUESTS_DIMENSION,
      )
      .toArray();
    this.#hasLeaseRows = rows.length > 0;
    return rows.map((row) => ({
      leaseId: row.lease_id,
      granted: row.granted,
      held: row.held,
      returned: row.returned,
      returnableDrops: row.returnable_drops,
      expiresAtMs: row.expires_at_ms,
    }));
  }
}

function bucketAt(row: BucketRow, atMs: number): TokenBucket {
  return { shape: { perWindow: row.per_window, windowMs: row.window_ms, burst: row.burst }, drops: row.drops, atMs };
}
