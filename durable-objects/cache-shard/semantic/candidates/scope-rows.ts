import { BoundedMap } from "../../../../shared/domain/bounded-map.ts";

const MAX_SCOPES_IN_MEMORY = 1000;
/** Scopes that one slice examines: about 3 ms. */
const SCOPES_PER_SLICE = 300;

/** The scopes of a shard's questions, by row number. All methods run inside the caller's transaction. */
export class ScopeRows {
  readonly #sql: SqlStorage;
  /** Scopes that the current transaction has removed questions from. */
  readonly #left = new Set<number>();
  /**
   * Row numbers of scopes. Cleared whenever a scope may have been removed or rolled back, because its number may then
   * be reused.
   */
  readonly #refs = new BoundedMap<string, number>({ maxWeight: MAX_SCOPES_IN_MEMORY });

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The row number of a scope; undefined when it has no row. */
  known(scope: string): number | undefined {
    const known = this.#refs.get(scope);
    if (known !== undefined) return known;
    const ref = this.#sql.exec<{ ref: number }>("SELECT ref FROM scopes WHERE scope = ?", scope).toArray()[0]?.ref;
    if (ref === undefined) return undefined;
    this.#refs.set(scope, ref);
    return ref;
  }

  /** The row number of a scope, whose row is inserted if there is none. */
  refOf(scope: string): number {
    return (
      this.known(scope) ??
      this.#sql.exec<{ ref: number }>("INSERT INTO scopes (scope, trust) VALUES (?, '') RETURNING ref", scope).one().ref
    );
  }

  /** Notes that the transaction has removed a question of a scope. */
  leave(ref: number): void {
    this.#left.add(ref);
  }

  /** Drops the scopes that the transaction has emptied. */
  beforeCommit(): void {
    for (const ref of this.#left) this.#dropIfEmpty(ref);
    this.#left.clear();
  }

  onRollback(): void {
    this.#left.clear();
    this.#refs.clear();
  }

  /**
   * Drops the empty scopes among those after a row number. Returns the number after which the next slice begins; null at
   * the end of the table.
   */
  dropEmpty(afterRef: number): number | null {
    const query = "SELECT ref FROM scopes WHERE ref > ? ORDER BY ref LIMIT ?";
    const refs = this.#sql.exec<{ ref: number }>(query, afterRef, SCOPES_PER_SLICE).toArray();
    for (const { ref } of refs) this.#dropIfEmpty(ref);
    return refs.length < SCOPES_PER_SLICE ? null : (refs.at(-1)?.ref ?? null);
  }

  /** Deletes a scope that has neither questions nor learned trust. */
  #dropIfEmpty(ref: number): void {
    this.#sql.exec(
      "DELETE FROM scopes WHERE ref = ? AND trust = '' AND NOT EXISTS (SELECT 1 FROM questions WHERE scope_ref = ?)",
      ref,
      ref,
    );
    this.#refs.clear();
  }
}
