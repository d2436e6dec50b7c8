/** Rate-limit headers: draft-ietf-httpapi-ratelimit-headers-10, and OpenAI's own names. */
import type { RateState } from "../../shared/domain/rate/rate-state.ts";
import { MS_PER_SECOND, SECONDS_PER_HOUR, SECONDS_PER_MINUTE } from "../../shared/domain/units.ts";

/**
 * Formats a duration as OpenAI does: `250ms`, `1.5s`, `6m0s`, `1h0m30s`.
 * @param seconds any non-negative number; rounded up to whole milliseconds
 */
export function durationText(seconds: number): string {
  const ms = Math.ceil(seconds * MS_PER_SECOND);
  if (ms > 0 && ms < MS_PER_SECOND) return `${ms}ms`;
  const hours = Math.floor(ms / (SECONDS_PER_HOUR * MS_PER_SECOND));
  const minutes = Math.floor(ms / (SECONDS_PER_MINUTE * MS_PER_SECOND)) % SECONDS_PER_MINUTE;
  const rest = (ms % (SECONDS_PER_MINUTE * MS_PER_SECOND)) / MS_PER_SECOND;
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

/**
 * The rate-limit headers of an answer. `q` and `w` give the sustained rate and `refrain-burst` the bucket's capacity.
 * OpenAI's three headers describe the bucket: `limit` is its capacity, and `reset` is the time until it is full.
 */
export function rateHeaders(state: RateState, policyName: "user"): readonly (readonly [string, string])[] {
  // While requests are denied, `t` equals Retry-After (section 5 of the draft).
  const effectiveSeconds = state.retryAfterSeconds > 0 ? state.retryAfterSeconds : Math.ceil(state.resetSeconds);
  return [
    ["RateLimit-Policy", `"${policyName}";q=${state.limit};w=${Math.ceil(state.windowSeconds)};refrain-burst=${state.burst}`],
    ["RateLimit", `"${policyName}";r=${state.remaining};t=${effectiveSeconds}`],
    ["x-ratelimit-limit-requests", String(state.burst)],
    ["x-ratelimit-remaining-requests", String(state.remaining)],
    ["x-ratelimit-reset-requests", durationText(state.resetSeconds)],
  ];
}
