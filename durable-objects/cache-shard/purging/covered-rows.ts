import { ANY_TAG } from "../../../shared/domain/caching/purge-selector.ts";
import type { Purgeable } from "../../../shared/domain/caching/purge-selector.ts";

/** What a purge needs to know of a row of `entries`. */
export interface RowFacts extends Purgeable {
  readonly bytes: number;
  readonly spilled: { readonly kvName: string; readonly kvExpiresMs: number } | null;
}

type RawRow = [
  key: string,
  tenant: string,
  scope: string,
  model: string,
  answeredModel: string,
  tags: string,
  createdMs: number,
  sequence: number,
  bytes: number,
  kvName: string | null,
  kvExpiresMs: number | null,
];

const COLUMNS = [
  "key",
  "tenant",
  "scope",
  "model",
  "answered_model",
  "tags",
  "created_ms",
  "sequence",
  "bytes",
  "kv_name",
  "kv_expires_ms",
];
const NEXT_ROWS = `SELECT ${COLUMNS.join(", ")} FROM entries WHERE key > ? ORDER BY key LIMIT ?`;
/**
 * The keys with a tag, and those that every purge by tag covers. Both are in order in the index of `tags`, so SQLite
 * merges them and stops at the limit.
 */
const NEXT_TAGGED = `SELECT ${COLUMNS.map((name) => `e.${name}`).join(", ")}
  FROM (SELECT key FROM tags WHERE tag = ? AND key > ? UNION SELECT key FROM tags WHERE tag = ? AND key > ? ORDER BY key LIMIT ?) t
  CROSS JOIN entries e ON e.key = t.key ORDER BY t.key`;

/** The rows after a key, in key order: of the whole table, or those that a purge by this tag covers. */
export function nextRows(sql: SqlStorage, tag: string | null, afterKey: string, limit: number): readonly RowFacts[] {
  const cursor = tag === null ? sql.exec(NEXT_ROWS, afterKey, limit) : sql.exec(NEXT_TAGGED, tag, afterKey, ANY_TAG, afterKey, limit);
  // Arrays instead of objects: reading the rows is most of the work.
  const rows: RowFacts[] = [];
  for (const row of cursor.raw<RawRow>()) {
    const [key, tenant, scope, model, answeredModel, tags, createdMs, sequence, bytes, kvName, kvExpiresMs] = row;
    const spilled = kvName === null ? null : { kvName, kvExpiresMs: kvExpiresMs ?? 0 };
    const models = model === answeredModel ? [model] : [model, answeredModel];
    rows.push({ key, tenant, scope, models, tags: tags === "" ? [] : tags.split("\n"), createdMs, sequence, bytes, spilled });
  }
  return rows;
}
