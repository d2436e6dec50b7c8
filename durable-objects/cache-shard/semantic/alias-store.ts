import type { PurgeSelector } from "../../../shared/domain/purge.ts";

/** A question that a judge has found to be answered by another entry. Resolved anew each time: it holds no answer itself. */
export interface Alias {
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  /** Where the entry is. */
  readonly shard: number;
  readonly target: string;
  readonly similarity: number;
  readonly band: number;
}

interface AliasRow extends Record<string, SqlStorageValue> {
  key: string;
  scope: string;
  tenant: string;
  shard: number;
  target: string;
  similarity: number;
  band: number;
}

/** Aliases of a shard; about 300 bytes each. */
export class AliasStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(key: string): Alias | null {
    return (
      this.#sql.exec<AliasRow>("SELECT key, scope, tenant, shard, target, similarity, band FROM aliases WHERE key = ?", key).toArray()[0] ??
      null
    );
  }

  put(alias: Alias, sequence: number, nowMs: number): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO aliases (key, scope, tenant, shard, target, similarity, band, created_ms, sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      alias.key,
      alias.scope,
      alias.tenant,
      alias.shard,
      alias.target,
      alias.similarity,
      alias.band,
      nowMs,
      sequence,
    );
  }

  drop(key: string): void {
    this.#sql.exec("DELETE FROM aliases WHERE key = ?", key);
  }

  /** Aliases to an entry. */
  dropTo(target: string): void {
    this.#sql.exec("DELETE FROM aliases WHERE target = ?", target);
  }

  /** What a purge names. Tags, models and ages are the entry's: an alias to a purged entry resolves to nothing. */
  purge(selector: PurgeSelector): void {
    switch (selector.kind) {
      case "all":
        this.#sql.exec("DELETE FROM aliases");
        return;
      case "key":
        this.#sql.exec("DELETE FROM aliases WHERE key = ? OR target = ?", selector.value, selector.value);
        return;
      case "tenant":
        this.#sql.exec("DELETE FROM aliases WHERE tenant = ?", selector.value);
        return;
      case "scope":
        this.#sql.exec("DELETE FROM aliases WHERE scope = ?", selector.value);
        return;
      case "tag":
      case "model":
      case "created_before":
        return;
    }
  }
}
