import type { AnswerMeta } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { RateState } from "../../../shared/domain/rate/rate-state.ts";
import { rateHeaders } from "../../limits/rate-headers.ts";
import { MS_PER_SECOND } from "../../../shared/domain/units.ts";

/** Facts about the request that go into an answer's headers. */
export interface AnswerSetting {
  readonly requestId: string;
  readonly rate: RateState | null;
  readonly nowMs: number;
}

/** Headers of an answered request. All client routes share them. */
export function answerHeaders(facts: AnswerMeta, setting: AnswerSetting, contentType: string): Record<string, string> {
  const { requestId, rate, nowMs } = setting;
  const fromStore = facts.forwarded === null || facts.outcome === "STALE";
  const headers: Record<string, string> = {
    "content-type": contentType,
    "cache-control": "no-store",
    "cache-status": cacheStatus(facts, nowMs),
    "refrain-cache": facts.outcome,
    "refrain-provider": facts.provider,
    "refrain-attempts": facts.outcome === "MISS" || facts.outcome === "BYPASS" ? "1" : "0",
    "refrain-request-id": requestId,
    "cf-aig-cache-status": fromStore ? "HIT" : "MISS",
  };
  if (facts.outcome !== "BYPASS") headers["refrain-entry"] = facts.entryKey;
  if (facts.similarity !== null) headers["refrain-similarity"] = facts.similarity.toFixed(4);
  if (facts.explanation !== null) headers["refrain-explain"] = facts.explanation;
  if (fromStore) headers["age"] = String(Math.max(0, Math.floor((nowMs - facts.createdMs) / MS_PER_SECOND)));
  if (rate !== null) for (const [name, value] of rateHeaders(rate, "user")) headers[name] = value;
  return headers;
}

/**
 * Value of `Cache-Status` (RFC 9211):
 * `hit` with the remaining lifetime, or `fwd` with the reason for the upstream call.
 */
function cacheStatus(facts: AnswerMeta, nowMs: number): string {
  if (facts.forwarded === null || facts.outcome === "STALE") {
    return `refrain; hit; ttl=${Math.floor((facts.expiresMs - nowMs) / MS_PER_SECOND)}`;
  }
  const collapsed = facts.collapsed ? "; collapsed" : "";
  const stored = facts.stored ? "; stored" : "";
  return `refrain; fwd=${facts.forwarded}${collapsed}${stored}`;
}
