import type { PurgeSelector } from "../../../../shared/domain/caching/purge-selector.ts";

/**
 * A question that the entry of another question answers, according to the judge. An alias holds no answer: the entry
 * is fetched for each request.
 */
export interface Alias {
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  /** Shard of the entry. */
  readonly shard: number;
  /** Key of the entry. */
  readonly target: string;
  readonly similarity: number;
  readonly scoreBin: number;
}

interface AliasRow extends Record<string, SqlStorageValue> {
  key: string;
  scope: string;
  tenant: string;
  shard: number;
  target: string;
  similarity: number;
  score_bin: number;
}

/** Stores the aliases of a shard, about 300 bytes each. */
export class AliasStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(key: string): Alias | null {
    const query = "SELECT key, scope, tenant, shard, target, similarity, score_bin FROM aliases WHERE key = ?";
    const row = this.#sql.exec<AliasRow>(query, key).toArray()[0];
    if (row === undefined) return null;
    const { score_bin: scoreBin, ...alias } = row;
    return { ...alias, scoreBin };
  }

  put(alias: Alias, sequence: number, nowMs: number): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO aliases (key, scope, tenant, shard, target, similarity, score_bin, created_ms, sequence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      alias.key,
      alias.scope,
      alias.tenant,
      alias.shard,
      alias.target,
      alias.similarity,
      alias.scoreBin,
      nowMs,
      sequence,
    );
  }

  drop(key: string): void {
    this.#sql.exec("DELETE FROM aliases WHERE key = ?", key);
  }

  /** Drops every alias to an entry. */
  dropTo(target: string): void {
    this.#sql.exec("DELETE FROM aliases WHERE target = ?", target);
  }

  /**
   * Drops the aliases that a purge covers. Tags, models and ages belong to the entry: an alias to a purged one finds
   * nothing.
   */
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
