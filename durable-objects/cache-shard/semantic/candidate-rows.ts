import type { EntryTimes } from "../../../shared/domain/freshness.ts";
import type { IndexHit } from "../../../shared/domain/semantic/index/flat-index.ts";

/** Equal questions looked at, the newest first: the oldest are the likeliest to have expired. */
const MAX_EQUAL = 8;

export interface NearMeaning {
  readonly key: string;
  readonly text: string;
  readonly cosine: number;
}

/** A question whose entry is there: neither purged nor evicted. */
export interface StoredMeaning extends NearMeaning {
  /** As written: uses that are not written yet are not in it. */
  readonly times: EntryTimes;
}

interface MeaningRow extends Record<string, SqlStorageValue> {
  ref: number;
  key: string;
  text: string;
  created_ms: number;
  expires_ms: number;
  tti_ms: number | null;
  last_used_ms: number;
}

/**
 * Questions by reference (a JSON list), and equal ones, with what tells whether their entries are fresh. Where a
 * question's entry is not there or lies below the purge floor, the question is not found either; and none of another
 * scope is, whatever memory says.
 *
 * Not `IN (…) OR IN (…)`: that builds a table for either list, which takes four times as long as all the rest. And not
 * one term a reference: the platform allows few terms in a compound query.
 */
const CANDIDATES = `
  WITH wanted (ref) AS (
    SELECT value FROM json_each(?)
    UNION ALL
    SELECT ref FROM (SELECT ref FROM meanings WHERE scope_ref = ? AND canonical = ? ORDER BY ref DESC LIMIT ${MAX_EQUAL})
  )
  SELECT m.ref, m.key, m.text, e.created_ms, e.expires_ms, e.tti_ms, e.last_used_ms
  FROM wanted CROSS JOIN meanings m ON m.ref = wanted.ref CROSS JOIN entries e ON e.key = m.key
  WHERE m.scope_ref = (SELECT ref FROM scopes WHERE scope = ?)
    AND e.sequence >= COALESCE((SELECT value FROM numbers WHERE name = 'floor_sequence'), 0)`;

/**
 * The questions behind some neighbours, in their order, then those that are equal, the newest first. One statement:
 * what a statement costs by itself is most of what searching one shard takes.
 */
export function readCandidates(
  sql: SqlStorage,
  near: readonly IndexHit[],
  scopeRef: number,
  { scope, canonical }: { readonly scope: string; readonly canonical: string },
): readonly StoredMeaning[] {
  const refs = JSON.stringify(near.map(({ ref }) => ref));
  const rows = sql.exec<MeaningRow>(CANDIDATES, refs, scopeRef, canonical, scope).toArray();
  const byRef = new Map(rows.map((row) => [row.ref, row]));
  const found: StoredMeaning[] = [];
  for (const { ref, cosine } of near) {
    const row = byRef.get(ref);
    if (row !== undefined) found.push(storedMeaning(row, cosine));
    byRef.delete(ref);
  }
  const equal = [...byRef.values()].sort((a, b) => b.ref - a.ref);
  return [...found, ...equal.map((row) => storedMeaning(row, 1))];
}

function storedMeaning(row: MeaningRow, cosine: number): StoredMeaning {
  const times = { createdMs: row.created_ms, expiresMs: row.expires_ms, ttiMs: row.tti_ms, lastUsedMs: row.last_used_ms };
  return { key: row.key, text: row.text, cosine, times };
}
