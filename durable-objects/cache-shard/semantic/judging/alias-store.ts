import type { Purgeable } from "../../../../shared/domain/caching/purge-selector.ts";
import type { PurgeLog } from "../../purging/purge-log.ts";

/** Aliases of one shard. Beyond it, each new one replaces another one. */
const MAX_ALIASES = 50_000;
/** Aliases that one slice examines: about 3 ms. */
const SLICE_ROWS = 1000;

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
  sequence: number;
}

/** Whether a set of purges covers something. */
export type Covers = (subject: Purgeable) => boolean;

/** Stores the aliases of a shard, about 300 bytes each. Reads ignore what a purge covers. */
export class AliasStore {
  readonly #sql: SqlStorage;
  readonly #log: Pick<PurgeLog, "covers">;

  constructor(sql: SqlStorage, log: Pick<PurgeLog, "covers">) {
    this.#sql = sql;
    this.#log = log;
  }

  get(key: string): Alias | null {
    const query = "SELECT key, scope, tenant, shard, target, similarity, score_bin, sequence FROM aliases WHERE key = ?";
    const row = this.#sql.exec<AliasRow>(query, key).toArray()[0];
    if (row === undefined || isCovered(row, (subject) => this.#log.covers(subject))) return null;
    const { score_bin: scoreBin, sequence: _sequence, ...alias } = row;
    return { ...alias, scoreBin };
  }

  put(alias: Alias, sequence: number, nowMs: number): void {
    this.#makeRoom(alias.key);
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
   * Drops the covered ones among the aliases after a key. Returns the key after which the next slice begins; null at
   * the end of the table.
   */
  freeSlice(afterKey: string, covers: Covers): string | null {
    const query =
      "SELECT key, scope, tenant, shard, target, similarity, score_bin, sequence FROM aliases WHERE key > ? ORDER BY key LIMIT ?";
    const rows = this.#sql.exec<AliasRow>(query, afterKey, SLICE_ROWS).toArray();
    for (const row of rows) if (isCovered(row, covers)) this.drop(row.key);
    return rows.length < SLICE_ROWS ? null : (rows.at(-1)?.key ?? null);
  }

  #makeRoom(key: string): void {
    // An alias is made after a call to the judge, so counting the rows is no cost.
    const { n } = this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM aliases").one();
    if (n < MAX_ALIASES) return;
    // Keys are digests: the next alias is a random one.
    this.#sql.exec("DELETE FROM aliases WHERE key = (SELECT key FROM aliases WHERE key > ? ORDER BY key LIMIT 1)", key);
  }
}

/**
 * Whether a purge covers an alias. Tags, models and ages belong to the entry: an alias to an entry that such a purge
 * covers finds nothing.
 */
function isCovered({ key, scope, tenant, target, sequence }: AliasRow, covers: Covers): boolean {
  const subject = { key, scope, tenant, models: [], tags: [], createdMs: Number.POSITIVE_INFINITY, sequence };
  return covers(subject) || covers({ ...subject, key: target });
}
