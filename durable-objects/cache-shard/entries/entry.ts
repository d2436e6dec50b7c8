import type { EntryTimes } from "../../../shared/domain/caching/freshness.ts";
import type { Purgeable } from "../../../shared/domain/caching/purge-selector.ts";
import type { Held } from "../storage/holdings.ts";

/** Estimated bytes of an entry's rows without its body. */
const ROW_OVERHEAD_BYTES = 400;

/** Metadata of a stored answer. */
export interface Entry extends EntryTimes {
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  /** Model as requested; `answeredModel` is the provider's name for it. */
  readonly model: string;
  readonly answeredModel: string;
  readonly provider: string;
  readonly tags: readonly string[];
  readonly hits: number;
  /** Position of the purge log when the entry's flight began. */
  readonly sequence: number;
  /** Bytes that the entry takes in the shard (compressed). */
  readonly bytes: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** What one hit is worth to eviction, in US dollars. */
  readonly worthUsd: number;
  /** Name and expiry (ms) of the KV value that holds the body; null while the body is in the shard. */
  readonly spilled: { readonly kvName: string; readonly kvExpiresMs: number } | null;
}

/** Both stored forms of an answer, encoded by body-codec.ts. */
export interface EntryBody {
  readonly json: Uint8Array;
  readonly events: Uint8Array;
  /** Data of the usage event; "" when the provider sent none. */
  readonly usageEvent: string;
}

/** Bytes that an entry with this body takes in the shard. */
export function bodyBytes(body: EntryBody): number {
  return body.json.byteLength + body.events.byteLength + body.usageEvent.length + ROW_OVERHEAD_BYTES;
}

/** The names by which a purge by model covers the entry. */
export function modelsOf(entry: Pick<Entry, "model" | "answeredModel">): readonly string[] {
  return entry.model === entry.answeredModel ? [entry.model] : [entry.model, entry.answeredModel];
}

/** The facts that purges are matched against. */
export function purgeableOf(entry: Entry): Purgeable {
  const { key, scope, tenant, tags, createdMs, sequence } = entry;
  return { key, scope, tenant, models: modelsOf(entry), tags, createdMs, sequence };
}

/** What an entry adds to its tenant's holdings. */
export function heldBy({ bytes, spilled }: Pick<Entry, "bytes" | "spilled">): Held {
  return spilled === null ? { entries: 1, spilledEntries: 0, bytes } : { entries: 1, spilledEntries: 1, bytes: 0 };
}
