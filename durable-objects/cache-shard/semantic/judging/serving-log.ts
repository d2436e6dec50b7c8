import { SERVINGS_TABLES, servingsTable } from "../../storage/schema.ts";
import { MS_PER_DAY, MS_PER_SECOND } from "../../../../shared/domain/units.ts";

/** How long after a serving feedback is accepted. */
const KEPT_MS = MS_PER_DAY;
/** Entries that one caller may judge within `KEPT_MS` in one shard. */
const MAX_JUDGEMENTS = 50;
/** Servings that are kept of one day. Later ones of that day cannot be judged. */
const MAX_PER_DAY = 200_000;
const MAX_PENDING = 5000;
/** Old servings that one transaction deletes: about 2 ms. */
const DELETED_ROWS = 200;

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
 * entries per day. Written in batches, by day, so that old ones are dropped with their table.
 */
export class ServingLog {
  readonly #sql: SqlStorage;
  #pending: Serving[] = [];
  /** Rows of one day; null until they are counted. */
  #today: { readonly day: number; rows: number } | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  note(serving: Serving): void {
    if (this.#pending.length < MAX_PENDING) this.#pending.push(serving);
  }

  /** Writes pending servings. Runs inside the caller's transaction, which calls `noteStored` afterwards. */
  flush(): void {
    for (const serving of this.#pending) {
      const day = dayOf(serving.atMs);
      if (this.#rowsOf(day) >= MAX_PER_DAY) continue;
      this.#sql.exec(
        `INSERT INTO ${tableOf(day)} (day, caller_id, target, asked, shard, scope, score_bin, at_ms, judged) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)
         ON CONFLICT DO UPDATE SET at_ms = excluded.at_ms, shard = excluded.shard, score_bin = excluded.score_bin WHERE judged = 0`,
        day,
        serving.callerId,
        serving.target,
        serving.asked,
        serving.shard,
        serving.scope,
        serving.scoreBin,
        serving.atMs,
      );
      if (this.#today !== null) this.#today.rows += 1;
    }
  }

  /** Notes that pending servings have been stored. */
  noteStored(): void {
    this.#pending = [];
  }

  /**
   * Deletes the servings that are too old to judge: a whole day at once, because deleted rows are charged for and dropped
   * tables are not. False when none is left.
   */
  deleteOld(nowMs: number): boolean {
    return SERVINGS_TABLES.map((table) => this.#deleteOldOf(table, dayOf(nowMs - KEPT_MS))).includes(true);
  }

  #deleteOldOf(table: (typeof SERVINGS_TABLES)[number], firstKept: number): boolean {
    const oldest = this.#sql.exec<{ day: number | null }>(`SELECT MIN(day) AS day FROM ${table}`).one().day;
    if (oldest === null || oldest >= firstKept) return false;
    const newest = this.#sql.exec<{ day: number }>(`SELECT MAX(day) AS day FROM ${table}`).one().day;
    if (newest < firstKept) {
      this.#sql.exec(`DROP TABLE ${table}`);
      this.#sql.exec(servingsTable(table));
      return false;
    }
    // The clock has been set back: the table holds days to keep as well.
    const key = "day, caller_id, target, asked";
    this.#sql.exec(`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE day < ? LIMIT ${DELETED_ROWS})`, firstKept);
    return true;
  }

  /** Claims a caller's right to judge an entry that it was served. */
  claim(target: string, callerId: string, nowMs: number): Claim {
    this.flush();
    this.noteStored();
    const sinceMs = nowMs - KEPT_MS;
    const rows = this.#sql
      .exec<ServingRow>(
        `SELECT asked, scope, shard, score_bin, judged FROM servings_by_day
         WHERE day IN (?, ?) AND caller_id = ? AND target = ? AND at_ms >= ? ORDER BY at_ms`,
        dayOf(sinceMs),
        dayOf(nowMs),
        callerId,
        target,
        sinceMs,
      )
      .toArray();
    const [first] = rows;
    if (first === undefined) return { kind: "not_served" };
    // A question that was asked again on the next day has a row of its own.
    const judged = new Set(rows.filter((row) => row.judged === 1).map(({ asked }) => asked));
    const open = rows.find(({ asked }) => !judged.has(asked));
    if (open === undefined) return { kind: "already_judged" };
    const given = this.#given(callerId, nowMs);
    if (given.entries >= MAX_JUDGEMENTS)
      return { kind: "too_many", retryAfterSeconds: Math.ceil((given.oldestMs + KEPT_MS - nowMs) / MS_PER_SECOND) };
    for (const day of [dayOf(sinceMs), dayOf(nowMs)]) {
      const query = `UPDATE ${tableOf(day)} SET judged = 1 WHERE day = ? AND caller_id = ? AND target = ?`;
      this.#sql.exec(query, day, callerId, target);
    }
    const { asked, scope, shard, score_bin: scoreBin } = open;
    return { kind: "granted", serving: { asked, scope, shard, scoreBin } };
  }

  /** Returns a claimed right when the verdict could not be applied. */
  release(target: string, callerId: string, asked: string, nowMs: number): void {
    for (const day of [dayOf(nowMs - KEPT_MS), dayOf(nowMs)]) {
      const query = `UPDATE ${tableOf(day)} SET judged = 0 WHERE day = ? AND caller_id = ? AND target = ? AND asked = ?`;
      this.#sql.exec(query, day, callerId, target, asked);
    }
  }

  /** How many entries a caller has judged within `KEPT_MS`, and when the oldest of them was served (0 for none). */
  #given(callerId: string, nowMs: number): { readonly entries: number; readonly oldestMs: number } {
    return this.#sql
      .exec<{ entries: number; oldestMs: number }>(
        `SELECT COUNT(DISTINCT target) AS entries, COALESCE(MIN(at_ms), 0) AS oldestMs FROM servings_by_day
         WHERE day IN (?, ?) AND caller_id = ? AND judged = 1 AND at_ms >= ?`,
        dayOf(nowMs - KEPT_MS),
        dayOf(nowMs),
        callerId,
        nowMs - KEPT_MS,
      )
      .one();
  }

  #rowsOf(day: number): number {
    if (this.#today?.day !== day) {
      // The day before yesterday leaves the table before the first serving of a day enters it.
      this.#deleteOldOf(tableOf(day), day - 1);
      const { rows } = this.#sql.exec<{ rows: number }>("SELECT COUNT(*) AS rows FROM servings_by_day WHERE day = ?", day).one();
      this.#today = { day, rows };
    }
    return this.#today.rows;
  }
}

function tableOf(day: number): (typeof SERVINGS_TABLES)[number] {
  return SERVINGS_TABLES[Math.abs(day) % 2 === 0 ? 0 : 1];
}

function dayOf(atMs: number): number {
  return Math.floor(atMs / MS_PER_DAY);
}
