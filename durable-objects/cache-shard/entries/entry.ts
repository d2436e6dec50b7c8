import type { EntryTimes } from "../../../shared/domain/caching/freshness.ts";

/** What the rows of one entry take beside its body. */
const ROW_OVERHEAD_BYTES = 400;

/** The facts of a stored answer, without its body. */
export interface Entry extends EntryTimes {
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  /** Model as it was asked for, and as the provider named it. */
  readonly model: string;
  readonly answeredModel: string;
  readonly provider: string;
  readonly tags: readonly string[];
  readonly hits: number;
  /** Position of the purge log when its flight began. */
  readonly sequence: number;
  /** Bytes that it takes in the shard (compressed). */
  readonly bytes: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Relative worth of one hit, in dollars. */
  readonly worthUsd: number;
  /** Where the body is when it has left the shard: the name of its KV value and that value's end of life (ms). */
  readonly spilled: { readonly kvName: string; readonly kvExpiresMs: number } | null;
}

/** Both stored forms, encoded (see body-codec). */
export interface EntryBody {
  readonly json: Uint8Array;
  readonly events: Uint8Array;
  /** Data of the usage event, or "". */
  readonly usageEvent: string;
}

/** Bytes that a body takes in the shard, with a constant for its rows. */
export function bodyBytes(body: EntryBody): number {
  return body.json.byteLength + body.events.byteLength + body.usageEvent.length + ROW_OVERHEAD_BYTES;
}

/** Every name that a purge by model may know the entry by. */
export function modelsOf(entry: Pick<Entry, "model" | "answeredModel">): readonly string[] {
  return entry.model === entry.answeredModel ? [entry.model] : [entry.model, entry.answeredModel];
}
