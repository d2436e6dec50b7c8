import type { UpstreamFailure } from "../cache-error.ts";

/** Why a call failed through the provider, or the way to it. `status`: it answered with one that says so. */
export type ProviderErrorReason = "unreachable" | "timeout" | "invalid_answer" | "status";

export interface ProviderFault {
  readonly reason: ProviderErrorReason;
  /** HTTP status, where there was one; else null. */
  readonly status: number | null;
}

/** What one shard has seen of a provider since its object started. Times in ms since the epoch; null = never. */
export interface ProviderRecord {
  readonly provider: string;
  readonly lastAnswerMs: number | null;
  readonly lastErrorMs: number | null;
  /** The fault at `lastErrorMs`. */
  readonly lastErrorReason: ProviderErrorReason | null;
  readonly lastErrorStatus: number | null;
}

/** A provider as the shards know it together. `idle`: nothing is known of late. */
export interface ProviderHealth {
  readonly state: "ok" | "failing" | "idle";
  readonly lastAnswerMs: number | null;
  readonly lastError: (ProviderFault & { readonly atMs: number }) | null;
}

/** A failure says something for this long; without calls after it, nobody knows. */
const FAILURE_COUNTS_MS = 5 * 60_000;
const FIRST_SERVER_ERROR = 500;
/** The operator's credential was refused, the provider gave up waiting, or it takes no more for now. */
const OPERATOR_STATUSES: ReadonlySet<number> = new Set([401, 402, 403, 407, 408, 429]);

/** The provider's part in a failed call; null when it answered as it should (the caller asked wrongly) or was not asked. */
export function providerFault(error: UpstreamFailure): ProviderFault | null {
  switch (error.kind) {
    case "upstream_unreachable":
      return { reason: "unreachable", status: null };
    case "upstream_timeout":
      return { reason: "timeout", status: null };
    case "upstream_invalid":
      return { reason: "invalid_answer", status: null };
    case "upstream_error":
      return error.status >= FIRST_SERVER_ERROR || OPERATOR_STATUSES.has(error.status) ? { reason: "status", status: error.status } : null;
    case "overloaded":
      return null;
  }
}

/** What several shards' records of one provider say together: the newest outcome counts. */
export function providerHealth(records: readonly ProviderRecord[], nowMs: number): ProviderHealth {
  let lastAnswerMs: number | null = null;
  let lastError: ProviderHealth["lastError"] = null;
  for (const record of records) {
    if (record.lastAnswerMs !== null && record.lastAnswerMs >= (lastAnswerMs ?? 0)) ({ lastAnswerMs } = record);
    if (record.lastErrorMs === null || record.lastErrorReason === null || record.lastErrorMs < (lastError?.atMs ?? 0)) continue;
    lastError = { atMs: record.lastErrorMs, reason: record.lastErrorReason, status: record.lastErrorStatus };
  }
  return { state: stateOf(lastAnswerMs, lastError?.atMs ?? null, nowMs), lastAnswerMs, lastError };
}

function stateOf(lastAnswerMs: number | null, lastErrorMs: number | null, nowMs: number): ProviderHealth["state"] {
  if (lastErrorMs !== null && lastErrorMs >= (lastAnswerMs ?? 0)) return nowMs - lastErrorMs <= FAILURE_COUNTS_MS ? "failing" : "idle";
  return lastAnswerMs === null ? "idle" : "ok";
}
