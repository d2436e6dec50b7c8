/** Names of a shard's stored numbers. They are keys of the table `numbers`, so renaming one needs a migration. */
export type ShardNumber =
  | "entries"
  | "spilled_entries"
  | "bytes"
  | "floor_sequence"
  | "evictions"
  | "spills"
  | "promotions"
  | "corrupt"
  | "fenced_commits"
  | "kv_errors"
  | "spill_day"
  | "spills_today"
  | "since_ms"
  | "known_shards"
  | "registered";

interface NumbersSnapshot {
  readonly values: ReadonlyMap<string, number>;
  readonly dirty: ReadonlySet<ShardNumber>;
}

/** A shard's numbers, kept in memory and written in the same transaction as the rows they count. */
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

  add(name: ShardNumber, delta: number): void {
    if (delta !== 0) this.set(name, this.get(name) + delta);
  }

  /** Writes the changed numbers. Runs inside the transaction that changed the rows they count. */
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
