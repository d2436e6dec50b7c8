/**
 * Names of a shard's stored numbers. They are keys of the table `numbers`, so renaming one needs a migration.
 * `floor_sequence` is written for version 0.2.0, after a rollback: it serves no row with a lower sequence, and has no
 * other way to honour a purge whose rows have not been freed. It is the newest such purge, or 0.
 */
export type ShardNumber = "floor_sequence" | "spill_day" | "spills_today" | "since_ms" | "known_shards" | "registered";

interface NumbersSnapshot {
  readonly values: ReadonlyMap<string, number>;
  readonly dirty: ReadonlySet<ShardNumber>;
}

/** Single numbers that a shard keeps, in memory and in rows that are written in the transaction that changes them. */
export class ShardNumbers {
  readonly #sql: SqlStorage;
  readonly #values = new Map<string, number>();
  readonly #dirty = new Set<ShardNumber>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    for (const row of sql.exec<{ name: string; value: number }>("SELECT name, value FROM numbers")) this.#values.set(row.name, row.value);
  }

  get(name: ShardNumber): number {
    return this.#values.get(name) ?? 0;
  }

  set(name: ShardNumber, value: number): void {
    this.#values.set(name, value);
    this.#dirty.add(name);
  }

  /** Writes the changed numbers. Runs at the end of every transaction, inside it. */
  flush(): void {
    for (const name of this.#dirty) this.#sql.exec("INSERT OR REPLACE INTO numbers (name, value) VALUES (?, ?)", name, this.get(name));
    this.#dirty.clear();
  }

  /** A copy of the current state, to restore if a transaction fails. */
  snapshot(): NumbersSnapshot {
    return { values: new Map(this.#values), dirty: new Set(this.#dirty) };
  }

  restore({ values, dirty }: NumbersSnapshot): void {
    this.#values.clear();
    this.#dirty.clear();
    for (const [name, value] of values) this.#values.set(name, value);
    for (const name of dirty) this.#dirty.add(name);
  }
}
