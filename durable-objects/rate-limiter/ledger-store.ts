import type { Lease, Ledger } from "../../shared/domain/rate/granted-leases.ts";
import { migrate, type SchemaVersions } from "../storage/migrations.ts";
import { RATE_LIMITER_MIGRATIONS } from "./schema.ts";

/** The only dimension so far: leases count requests. */
const REQUESTS_DIMENSION = "requests";

interface BucketRow extends Record<string, SqlStorageValue> {
  readonly per_window: number;
  readonly window_ms: number;
  readonly burst: number;
  readonly drops: number;
  readonly at_ms: number;
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
 * Stores the ledger of a limiter in SQLite. Every method is synchronous. The object's output gate holds replies back
 * until the writes are durable.
 */
export class LedgerStore {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Brings the schema up to date. */
  migrate(): SchemaVersions {
    return migrate(this.#storage, RATE_LIMITER_MIGRATIONS);
  }

  /** Loads the stored ledger; null when none has been stored. */
  load(): Ledger | null {
    const { sql } = this.#storage;
    const [row] = sql
      .exec<BucketRow>("SELECT per_window, window_ms, burst, drops, at_ms FROM buckets WHERE dimension = ?", REQUESTS_DIMENSION)
      .toArray();
    if (row === undefined) return null;
    const rows = sql.exec<LeaseRow>(
      "SELECT lease_id, granted, held, returned, returnable_drops, expires_at_ms FROM leases WHERE dimension = ? ORDER BY expires_at_ms",
      REQUESTS_DIMENSION,
    );
    return {
      bucket: { shape: { perWindow: row.per_window, windowMs: row.window_ms, burst: row.burst }, drops: row.drops, atMs: row.at_ms },
      leases: rows.toArray().map(leaseOf),
    };
  }

  /** Writes the differences between two ledgers in one transaction. */
  save(before: Ledger | null, after: Ledger): void {
    const { sql } = this.#storage;
    const { shape, drops, atMs } = after.bucket;
    this.#storage.transactionSync(() => {
      sql.exec(
        "INSERT OR REPLACE INTO buckets (dimension, per_window, window_ms, burst, drops, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
        REQUESTS_DIMENSION,
        shape.perWindow,
        shape.windowMs,
        shape.burst,
        drops,
        atMs,
      );
      // A changed lease is a new object, so comparing by identity finds the leases to write.
      const kept = new Set<Lease>(after.leases);
      const known = new Set<Lease>(before?.leases);
      const remembered = new Set(after.leases.map((lease) => lease.leaseId));
      for (const lease of known) if (!kept.has(lease) && !remembered.has(lease.leaseId)) this.#delete(lease);
      for (const lease of after.leases) if (!known.has(lease)) this.#upsert(lease);
    });
  }

  #delete(lease: Lease): void {
    this.#storage.sql.exec("DELETE FROM leases WHERE dimension = ? AND lease_id = ?", REQUESTS_DIMENSION, lease.leaseId);
  }

  #upsert(lease: Lease): void {
    this.#storage.sql.exec(
      "INSERT OR REPLACE INTO leases (dimension, lease_id, granted, held, returned, returnable_drops, expires_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
      REQUESTS_DIMENSION,
      lease.leaseId,
      lease.granted,
      lease.held,
      lease.returned,
      lease.returnableDrops,
      lease.expiresAtMs,
    );
  }
}

function leaseOf(row: LeaseRow): Lease {
  return {
    leaseId: row.lease_id,
    granted: row.granted,
    held: row.held,
    returned: row.returned,
    returnableDrops: row.returnable_drops,
    expiresAtMs: row.expires_at_ms,
  };
}
