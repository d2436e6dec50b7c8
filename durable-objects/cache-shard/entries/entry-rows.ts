import { joinBytes } from "../../../shared/domain/join-bytes.ts";
import { splitBody } from "./body-codec.ts";
import type { Entry, EntryBody } from "./entry.ts";

/** A row of the table `entries`. */
export interface EntryRow extends Record<string, SqlStorageValue> {
  key: string;
  scope: string;
  tenant: string;
  model: string;
  answered_model: string;
  provider: string;
  tags: string;
  created_ms: number;
  expires_ms: number;
  tti_ms: number | null;
  last_used_ms: number;
  hits: number;
  sequence: number;
  bytes: number;
  input_tokens: number;
  output_tokens: number;
  worth_usd: number;
  kv_name: string | null;
  kv_expires_ms: number | null;
}

interface BodyRow extends Record<string, SqlStorageValue> {
  json: ArrayBuffer;
  events: ArrayBuffer;
  usage_event: string;
}

export function entryFromRow(row: EntryRow): Entry {
  return {
    key: row.key,
    scope: row.scope,
    tenant: row.tenant,
    model: row.model,
    answeredModel: row.answered_model,
    provider: row.provider,
    tags: row.tags === "" ? [] : row.tags.split("\n"),
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
    ttiMs: row.tti_ms,
    lastUsedMs: row.last_used_ms,
    hits: row.hits,
    sequence: row.sequence,
    bytes: row.bytes,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    worthUsd: row.worth_usd,
    spilled: row.kv_name === null ? null : { kvName: row.kv_name, kvExpiresMs: row.kv_expires_ms ?? 0 },
  };
}

/** The row of a key, even when it is below the purge floor; null when there is no row. */
export function readEntryRow(sql: SqlStorage, key: string): EntryRow | null {
  return sql.exec<EntryRow>("SELECT * FROM entries WHERE key = ?", key).toArray()[0] ?? null;
}

/** The rows of some keys, in no order. One statement, because each leaves an object that the collector must free. */
export function readEntryRows(sql: SqlStorage, keys: readonly string[]): readonly EntryRow[] {
  return sql.exec<EntryRow>("SELECT * FROM entries WHERE key IN (SELECT value FROM json_each(?))", JSON.stringify(keys)).toArray();
}

/** Inserts the rows of an entry: the entry, its tags and, unless it is spilled, its body. */
export function insertEntryRows(sql: SqlStorage, entry: Entry, body: EntryBody): void {
  sql.exec(
    `INSERT INTO entries (key, scope, tenant, model, answered_model, provider, tags, created_ms, expires_ms, tti_ms, last_used_ms, hits,
       sequence, bytes, input_tokens, output_tokens, worth_usd, kv_name, kv_expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    entry.key,
    entry.scope,
    entry.tenant,
    entry.model,
    entry.answeredModel,
    entry.provider,
    entry.tags.join("\n"),
    entry.createdMs,
    entry.expiresMs,
    entry.ttiMs,
    entry.lastUsedMs,
    entry.hits,
    entry.sequence,
    entry.bytes,
    entry.inputTokens,
    entry.outputTokens,
    entry.worthUsd,
    entry.spilled?.kvName ?? null,
    entry.spilled?.kvExpiresMs ?? null,
  );
  // An entry that moved here with its body in KV has no body to insert.
  if (entry.spilled === null) insertBodyRows(sql, entry.key, body);
  for (const tag of entry.tags) sql.exec("INSERT OR REPLACE INTO tags (tag, key) VALUES (?, ?)", tag, entry.key);
}

/** Deletes the rows of entries: their metadata, bodies and tags. The number of statements does not depend on them. */
export function deleteEntryRows(sql: SqlStorage, entries: readonly Entry[]): void {
  const keys = JSON.stringify(entries.map(({ key }) => key));
  sql.exec("DELETE FROM entries WHERE key IN (SELECT value FROM json_each(?))", keys);
  sql.exec("DELETE FROM bodies WHERE key IN (SELECT value FROM json_each(?))", keys);
  const tags = entries.flatMap(({ key, tags: names }) => names.map((tag) => [tag, key]));
  if (tags.length === 0) return;
  sql.exec("DELETE FROM tags WHERE (tag, key) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))", JSON.stringify(tags));
}

export function insertBodyRows(sql: SqlStorage, key: string, body: EntryBody): void {
  for (const [part, rows] of splitBody(body.json, body.events).entries()) {
    sql.exec(
      "INSERT INTO bodies (key, part, json, events, usage_event) VALUES (?, ?, ?, ?, ?)",
      key,
      part,
      rows.json,
      rows.events,
      part === 0 ? body.usageEvent : "",
    );
  }
}

export function deleteBodyRows(sql: SqlStorage, key: string): void {
  sql.exec("DELETE FROM bodies WHERE key = ?", key);
}

/** The body of an entry; null when the shard does not hold it. */
export function readBodyRows(sql: SqlStorage, key: string): EntryBody | null {
  const rows = sql.exec<BodyRow>("SELECT json, events, usage_event FROM bodies WHERE key = ? ORDER BY part", key).toArray();
  if (rows.length === 0) return null;
  return {
    json: joinBytes(rows.map((row) => new Uint8Array(row.json))),
    events: joinBytes(rows.map((row) => new Uint8Array(row.events))),
    usageEvent: rows[0]?.usage_event ?? "",
  };
}
