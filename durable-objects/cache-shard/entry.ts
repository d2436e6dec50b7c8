import type { EntryTimes } from "../../shared/domain/freshness.ts";

/** The facts of a stored answer, without its body. */
export interface Entry extends EntryTimes {
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  /** Model as asked for, and as the provider named it. */
  readonly model: string;
  readonly answeredModel: string;
  readonly provider: string;
  readonly tags: readonly string[];
  readonly hits: number;
  /** Purge log position its flight began at. */
  readonly sequence: number;
  /** Bytes it takes in the shard (compressed). */
  readonly bytes: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Relative worth of one hit, in dollars. */
  readonly worthUsd: number;
  /** Where the body is when it has left the shard: the KV key and its end of life (ms). */
  readonly spilled: { readonly kvName: string; readonly kvExpiresMs: number } | null;
}

/** Both stored forms, encoded (see body-codec). */
export interface EntryBody {
  readonly json: Uint8Array;
  readonly events: Uint8Array;
  /** The usage event's data, or "". */
  readonly usageEvent: string;
}

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

export function insertEntryRow(sql: SqlStorage, entry: Entry): void {
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
}
