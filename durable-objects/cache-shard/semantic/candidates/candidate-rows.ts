import type { EntryTimes } from "../../../../shared/domain/caching/freshness.ts";
import type { Purgeable } from "../../../../shared/domain/caching/purge-selector.ts";
import type { IndexHit } from "../../../../shared/domain/semantic/index/flat-index.ts";

/** Equal questions that are read, newest first: the oldest are the most likely to have expired. */
const MAX_EQUAL = 8;

export interface NearQuestion {
  readonly key: string;
  readonly text: string;
  readonly cosine: number;
}

/** A question whose entry is stored: neither purged nor evicted. */
export interface NearStoredQuestion extends NearQuestion {
  /** As stored in the row, without uses that have not been written yet. */
  readonly times: EntryTimes;
}

interface CandidateRow extends Record<string, SqlStorageValue> {
  ref: number;
  key: string;
  text: string;
  created_ms: number;
  expires_ms: number;
  tti_ms: number | null;
  last_used_ms: number;
  tenant: string;
  model: string;
  answered_model: string;
  tags: string;
  sequence: number;
}

/**
 * Reads questions by reference (a JSON list) and equal questions, with facts about their entries. Leaves out questions
 * whose entry is gone, and questions of other scopes, whatever the index in memory says.
 *
 * Rejected: `IN (…) OR IN (…)`, which builds a table for each list and takes four times as long as all the rest, and
 * one term per reference, because the platform allows few terms in a compound query.
 */
const CANDIDATES = `
  WITH wanted (ref) AS (
    SELECT value FROM json_each(?)
    UNION ALL
    SELECT ref FROM (SELECT ref FROM questions WHERE scope_ref = ? AND canonical = ? ORDER BY ref DESC LIMIT ${MAX_EQUAL})
  )
  SELECT q.ref, q.key, q.text, e.created_ms, e.expires_ms, e.tti_ms, e.last_used_ms,
    e.tenant, e.model, e.answered_model, e.tags, e.sequence
  FROM wanted CROSS JOIN questions q ON q.ref = wanted.ref CROSS JOIN entries e ON e.key = q.key
  WHERE q.scope_ref = (SELECT ref FROM scopes WHERE scope = ?)`;

/**
 * Reads the questions of neighbours, in their order, followed by equal questions, newest first. Runs one statement,
 * because the fixed cost of a statement is most of the cost of searching a shard.
 * @param isPurged whether a purge covers an entry
 */
export function readCandidates(
  sql: SqlStorage,
  near: readonly IndexHit[],
  scopeRef: number,
  { scope, canonical }: { readonly scope: string; readonly canonical: string },
  isPurged: (entry: Purgeable) => boolean,
): readonly NearStoredQuestion[] {
  const refs = JSON.stringify(near.map(({ ref }) => ref));
  const rows = sql
    .exec<CandidateRow>(CANDIDATES, refs, scopeRef, canonical, scope)
    .toArray()
    .filter((row) => !isPurged(purgeableOf(row, scope)));
  const byRef = new Map(rows.map((row) => [row.ref, row]));
  const found: NearStoredQuestion[] = [];
  for (const { ref, cosine } of near) {
    const row = byRef.get(ref);
    if (row !== undefined) found.push(nearStoredQuestion(row, cosine));
    byRef.delete(ref);
  }
  const equal = [...byRef.values()].sort((a, b) => b.ref - a.ref);
  return [...found, ...equal.map((row) => nearStoredQuestion(row, 1))];
}

function nearStoredQuestion(row: CandidateRow, cosine: number): NearStoredQuestion {
  const times = { createdMs: row.created_ms, expiresMs: row.expires_ms, ttiMs: row.tti_ms, lastUsedMs: row.last_used_ms };
  return { key: row.key, text: row.text, cosine, times };
}

function purgeableOf(
  { key, tenant, model, answered_model: answeredModel, tags, created_ms, sequence }: CandidateRow,
  scope: string,
): Purgeable {
  return { key, scope, tenant, models: [model, answeredModel], tags: tags === "" ? [] : tags.split("\n"), createdMs: created_ms, sequence };
}
