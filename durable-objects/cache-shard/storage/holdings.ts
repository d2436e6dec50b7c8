/** What is stored: entries, how many of them have their bodies in KV, and the bytes of the others in the shard. */
export interface Held {
  readonly entries: number;
  readonly spilledEntries: number;
  readonly bytes: number;
}

interface HeldRow extends Record<string, SqlStorageValue> {
  entries: number;
  spilled: number;
  bytes: number;
}

interface HoldingsSnapshot {
  readonly total: Held;
  readonly changes: ReadonlyMap<string, Held>;
}

const NOTHING: Held = { entries: 0, spilledEntries: 0, bytes: 0 };

/**
 * What each tenant holds in this shard. Kept in one row per tenant, in the transactions of the entries, so that no
 * figure needs a scan. Entries that a counted purge covers are not part of it.
 */
export class Holdings {
  readonly #sql: SqlStorage;
  #total: Held;
  /** Changes of the current transaction, by tenant. */
  #changes = new Map<string, Held>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#total = heldOf(
      sql.exec<HeldRow>("SELECT TOTAL(entries) AS entries, TOTAL(spilled) AS spilled, TOTAL(bytes) AS bytes FROM holdings").one(),
    );
  }

  /** What all tenants hold. */
  get total(): Held {
    return this.#total;
  }

  of(tenant: string): Held {
    const query = "SELECT entries, spilled, bytes FROM holdings WHERE tenant = ?";
    const row = this.#sql.exec<HeldRow>(query, tenant).toArray()[0];
    return row === undefined ? NOTHING : heldOf(row);
  }

  /** Notes a change. Runs inside the transaction that changes the rows. */
  add(tenant: string, change: Held): void {
    this.#total = sum(this.#total, change);
    this.#changes.set(tenant, sum(this.#changes.get(tenant) ?? NOTHING, change));
  }

  subtract(tenant: string, change: Held): void {
    this.add(tenant, negative(change));
  }

  /** Forgets what all tenants hold. Runs inside the transaction of the purge that covers it. */
  clear(): void {
    this.#sql.exec("DELETE FROM holdings");
    this.#changes.clear();
    this.#total = NOTHING;
  }

  /** Forgets what a tenant holds. Runs inside the transaction of the purge that covers it. */
  clearTenant(tenant: string): void {
    this.#total = sum(this.#total, negative(this.of(tenant)));
    this.#sql.exec("DELETE FROM holdings WHERE tenant = ?", tenant);
    this.#changes.delete(tenant);
  }

  /** Writes the changes. Runs at the end of every transaction, inside it. */
  flush(): void {
    for (const [tenant, { entries, spilledEntries, bytes }] of this.#changes) {
      if (entries === 0 && spilledEntries === 0 && bytes === 0) continue;
      this.#sql.exec(
        `INSERT INTO holdings (tenant, entries, spilled, bytes) VALUES (?, ?, ?, ?)
         ON CONFLICT (tenant) DO UPDATE SET entries = entries + excluded.entries, spilled = spilled + excluded.spilled, bytes = bytes + excluded.bytes`,
        tenant,
        entries,
        spilledEntries,
        bytes,
      );
      if (entries < 0) this.#sql.exec("DELETE FROM holdings WHERE tenant = ? AND entries = 0", tenant);
    }
    this.#changes.clear();
  }

  /** A copy of the current state, to restore if a transaction fails. */
  snapshot(): HoldingsSnapshot {
    return { total: this.#total, changes: new Map(this.#changes) };
  }

  restore({ total, changes }: HoldingsSnapshot): void {
    this.#total = total;
    this.#changes = new Map(changes);
  }
}

function heldOf({ entries, spilled, bytes }: HeldRow): Held {
  return { entries, spilledEntries: spilled, bytes };
}

function sum(a: Held, b: Held): Held {
  return { entries: a.entries + b.entries, spilledEntries: a.spilledEntries + b.spilledEntries, bytes: a.bytes + b.bytes };
}

function negative({ entries, spilledEntries, bytes }: Held): Held {
  return { entries: -entries, spilledEntries: -spilledEntries, bytes: -bytes };
}
