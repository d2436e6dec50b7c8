import type { UpstreamFailure } from "../cache-error.ts";

/** Why a call failed because of the provider or the network. `status`: the provider answered with an error status. */
export type ProviderErrorReason = "unreachable" | "timeout" | "invalid_answer" | "status";

export interface ProviderFault {
  readonly reason: ProviderErrorReason;
  /** HTTP status when `reason` is `status`; else null. */
  readonly status: number | null;
}

/** Outcomes of one shard's calls to a provider since the object started. Times in ms since the epoch; null = never. */
export interface ProviderRecord {
  readonly provider: string;
  readonly lastAnswerMs: number | null;
  readonly lastErrorMs: number | null;
  /** The fault at `lastErrorMs`. */
  readonly lastErrorReason: ProviderErrorReason | null;
  readonly lastErrorStatus: number | null;
}

/** State of a provider from the records of several shards. `idle`: there is no recent outcome. */
export interface ProviderHealth {
  readonly state: "ok" | "failing" | "idle";
  readonly lastAnswerMs: number | null;
  readonly lastError: (ProviderFault & { readonly atMs: number }) | null;
}

/** How long a failure counts when no call follows it, in milliseconds. After that the state is `idle`. */
const FAILURE_COUNTS_MS = 5 * 60_000;
const FIRST_SERVER_ERROR = 500;
/** Statuses below 500 that are not the caller's fault: refused credentials or payment, a timeout, a rate limit. */
const OPERATOR_STATUSES: ReadonlySet<number> = new Set([401, 402, 403, 407, 408, 429]);

/** The provider's fault in a failed call; null when the caller's request was wrong or the provider was not called. */
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

/** Combines the records of several shards for one provider. The newest outcome counts. */
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
