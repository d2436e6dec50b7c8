/**
 * Names of the packed state that a shard keeps, each in one row of the table `labels`. Renaming one needs a migration.
 * `freeing`: where the freeing of purged rows stands. `uses`: hits that the entries' rows lack. `counters`: events since
 * the shard was created. `figures`: totals of all tenants. `embedder`: the embedder that made the stored vectors.
 */
export type StateName = "freeing" | "uses" | "counters" | "figures" | "embedder";

/** A shard's packed state. */
export class StateRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(name: StateName): string | null {
    return this.#sql.exec<{ value: string }>("SELECT value FROM labels WHERE name = ?", name).toArray()[0]?.value ?? null;
  }

  /** Writes a state. Runs inside the caller's transaction. */
  set(name: StateName, value: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO labels (name, value) VALUES (?, ?)", name, value);
  }

  delete(name: StateName): void {
    this.#sql.exec("DELETE FROM labels WHERE name = ?", name);
  }
}
