/** Judgements are taken this long after an answer was served. */
const KEPT_MS = 24 * 3600 * 1000;
/** Entries served in that time that one caller may judge in one shard: those asked for in words whose home it is. */
const MAX_JUDGEMENTS = 50;
const MAX_PENDING = 5000;
const MS_PER_SECOND = 1000;

/** Somebody was served an entry by meaning. */
export interface Serving {
  readonly asked: string;
  /** Digest of tenant and user. */
  readonly party: string;
  /** The entry served, and the shard that holds it. */
  readonly target: string;
  readonly shard: number;
  readonly scope: string;
  readonly band: number;
  readonly atMs: number;
}

interface ServingRow extends Record<string, SqlStorageValue> {
  asked: string;
  scope: string;
  shard: number;
  band: number;
  judged: number;
}

export type Claim =
  | { readonly kind: "granted"; readonly serving: Pick<Serving, "asked" | "scope" | "shard" | "band"> }
  | { readonly kind: "not_served" }
  | { readonly kind: "already_judged" }
  | { readonly kind: "too_many"; readonly retryAfterSeconds: number };

/** Who was served what by meaning, so that only they can judge it, once, and not without end. Written in batches. */
export class ServingLog {
  readonly #sql: SqlStorage;
  #pending: Serving[] = [];

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  note(serving: Serving): void {
    if (this.#pending.length < MAX_PENDING) this.#pending.push(serving);
  }

  /** Writes what piled up and forgets what is too old to judge. Inside the caller's transaction. */
  flush(nowMs: number): void {
    if (this.#pending.length === 0) return;
    this.#sql.exec("DELETE FROM servings WHERE at_ms < ?", nowMs - KEPT_MS);
    for (const serving of this.#pending) {
      this.#sql.exec(
        `INSERT INTO servings (asked, party, target, shard, scope, band, at_ms, judged) VALUES (?, ?, ?, ?, ?, ?, ?, 0)
         ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms, shard = excluded.shard, band = excluded.band WHERE judged = 0`,
        serving.asked,
        serving.party,
        serving.target,
        serving.shard,
        serving.scope,
        serving.band,
        serving.atMs,
      );
    }
    this.#pending = [];
  }

  /** Uses up a caller's right to judge an entry it was served. */
  claim(target: string, party: string, nowMs: number): Claim {
    this.flush(nowMs);
    const rows = this.#sql
      .exec<ServingRow>(
        "SELECT asked, scope, shard, band, judged FROM servings WHERE target = ? AND party = ? AND at_ms >= ?",
        target,
        party,
        nowMs - KEPT_MS,
      )
      .toArray();
    const [first] = rows;
    if (first === undefined) return { kind: "not_served" };
    const open = rows.find((row) => row.judged === 0);
    if (open === undefined) return { kind: "already_judged" };
    const given = this.#given(party, nowMs - KEPT_MS);
    if (given.entries >= MAX_JUDGEMENTS)
      return { kind: "too_many", retryAfterSeconds: Math.ceil((given.oldestMs + KEPT_MS - nowMs) / MS_PER_SECOND) };
    this.#sql.exec("UPDATE servings SET judged = 1 WHERE target = ? AND party = ?", target, party);
    return { kind: "granted", serving: open };
  }

  /** Gives a right back that was used up for nothing. */
  release(target: string, party: string, asked: string): void {
    this.#sql.exec("UPDATE servings SET judged = 0 WHERE target = ? AND party = ? AND asked = ?", target, party, asked);
  }

  /** What a caller has judged of what was served since then. */
  #given(party: string, sinceMs: number): { readonly entries: number; readonly oldestMs: number } {
    return this.#sql
      .exec<{ entries: number; oldestMs: number }>(
        "SELECT COUNT(DISTINCT target) AS entries, COALESCE(MIN(at_ms), 0) AS oldestMs FROM servings WHERE party = ? AND judged = 1 AND at_ms >= ?",
        party,
        sinceMs,
      )
      .one();
  }
}
