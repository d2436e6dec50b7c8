import { MS_PER_DAY, MS_PER_SECOND } from "../../../../shared/domain/units.ts";

/** How long after a serving feedback is accepted. */
const KEPT_MS = MS_PER_DAY;
/** Entries that one caller may judge within `KEPT_MS` in one shard. */
const MAX_JUDGEMENTS = 50;
const MAX_PENDING = 5000;

/** A semantic hit that was served. */
export interface Serving {
  /** Key of the question that was asked. */
  readonly asked: string;
  /** Digest of tenant and user. */
  readonly callerId: string;
  /** Key of the entry that was served; `shard` holds it. */
  readonly target: string;
  readonly shard: number;
  readonly scope: string;
  readonly scoreBin: number;
  readonly atMs: number;
}

interface ServingRow extends Record<string, SqlStorageValue> {
  asked: string;
  scope: string;
  shard: number;
  score_bin: number;
  judged: number;
}

export type Claim =
  | { readonly kind: "granted"; readonly serving: Pick<Serving, "asked" | "scope" | "shard" | "scoreBin"> }
  | { readonly kind: "not_served" }
  | { readonly kind: "already_judged" }
  | { readonly kind: "too_many"; readonly retryAfterSeconds: number };

/**
 * Records which caller was served which semantic hit: only that caller may judge it, once, and a limited number of
 * entries per day. Written in batches.
 */
export class ServingLog {
  readonly #sql: SqlStorage;
  #pending: Serving[] = [];

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  note(serving: Serving): void {
    if (this.#pending.length < MAX_PENDING) this.#pending.push(serving);
  }

  /** Writes pending servings and deletes those that are too old to judge. */
  flush(nowMs: number): void {
    if (this.#pending.length === 0) return;
    this.#sql.exec("DELETE FROM servings WHERE at_ms < ?", nowMs - KEPT_MS);
    for (const serving of this.#pending) {
      this.#sql.exec(
        `INSERT INTO servings (asked, caller_id, target, shard, scope, score_bin, at_ms, judged) VALUES (?, ?, ?, ?, ?, ?, ?, 0)
         ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms, shard = excluded.shard, score_bin = excluded.score_bin WHERE judged = 0`,
        serving.asked,
        serving.callerId,
        serving.target,
        serving.shard,
        serving.scope,
        serving.scoreBin,
        serving.atMs,
      );
    }
    this.#pending = [];
  }

  /** Claims a caller's right to judge an entry that it was served. */
  claim(target: string, callerId: string, nowMs: number): Claim {
    this.flush(nowMs);
    const rows = this.#sql
      .exec<ServingRow>(
        "SELECT asked, scope, shard, score_bin, judged FROM servings WHERE target = ? AND caller_id = ? AND at_ms >= ?",
        target,
        callerId,
        nowMs - KEPT_MS,
      )
      .toArray();
    const [first] = rows;
    if (first === undefined) return { kind: "not_served" };
    const open = rows.find((row) => row.judged === 0);
    if (open === undefined) return { kind: "already_judged" };
    const given = this.#given(callerId, nowMs - KEPT_MS);
    if (given.entries >= MAX_JUDGEMENTS)
      return { kind: "too_many", retryAfterSeconds: Math.ceil((given.oldestMs + KEPT_MS - nowMs) / MS_PER_SECOND) };
    this.#sql.exec("UPDATE servings SET judged = 1 WHERE target = ? AND caller_id = ?", target, callerId);
    const { asked, scope, shard, score_bin: scoreBin } = open;
    return { kind: "granted", serving: { asked, scope, shard, scoreBin } };
  }

  /** Returns a claimed right when the verdict could not be applied. */
  release(target: string, callerId: string, asked: string): void {
    this.#sql.exec("UPDATE servings SET judged = 0 WHERE target = ? AND caller_id = ? AND asked = ?", target, callerId, asked);
  }

  /** How many entries a caller has judged since a time, and when the oldest of them was served (0 for none). */
  #given(callerId: string, sinceMs: number): { readonly entries: number; readonly oldestMs: number } {
    return this.#sql
      .exec<{ entries: number; oldestMs: number }>(
        "SELECT COUNT(DISTINCT target) AS entries, COALESCE(MIN(at_ms), 0) AS oldestMs FROM servings WHERE caller_id = ? AND judged = 1 AND at_ms >= ?",
        callerId,
        sinceMs,
      )
      .one();
  }
}
