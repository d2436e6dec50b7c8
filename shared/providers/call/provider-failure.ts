import type { UpstreamFailure } from "../../domain/cache-error.ts";
import { MS_PER_SECOND } from "../../domain/units.ts";
import { MAX_ANSWER_NODES, parseJson } from "../../wire/json/json-body.ts";
import type { ProviderErrorText } from "./provider-error-text.ts";
import { MAX_ERROR_MESSAGE_CHARACTERS, readErrorText } from "./provider-error-text.ts";

/** Longest `Retry-After` taken from a provider, in seconds (one day). Longer ones are shortened to it. */
const MAX_RETRY_AFTER_SECONDS = 86_400;
const REFUSAL_STATUSES: ReadonlySet<number> = new Set([400, 403, 422]);
const STREAM_WORD = /\bstream(ing|ed|_options)?\b/i;
const REFUSAL_WORDS =
  /not (be )?(support|allow|available|permitted|enabled)|n[o']t support|unsupported|must be verified|disabled|cannot|can't|unknown|unrecognized|extra/i;

/** True when the provider refuses streaming itself. The caller then repeats the call without streaming. */
export function refusesStreaming(status: number, bodyText: string): boolean {
  if (!REFUSAL_STATUSES.has(status)) return false;
  const read = readBody(bodyText);
  if (read.param !== null) return read.param === "stream" || read.param.startsWith("stream_options");
  return read.message !== null && STREAM_WORD.test(read.message) && REFUSAL_WORDS.test(read.message);
}

/** Turns a provider's error response into a failure. Keeps only message, type and code, with bounded lengths. */
export function providerError(
  provider: string,
  status: number,
  bodyText: string,
  retryAfter: string | null,
  nowMs: number,
): UpstreamFailure {
  const read = readBody(bodyText);
  return {
    kind: "upstream_error",
    provider,
    status,
    message: read.message ?? `The provider '${provider}' answered with status ${status}.`,
    errorType: read.type,
    code: read.code,
    retryAfterSeconds: parseRetryAfter(retryAfter, nowMs),
  };
}

function readBody(bodyText: string): ProviderErrorText {
  const parsed = parseJson(bodyText, MAX_ANSWER_NODES);
  if (parsed.ok) return readErrorText(parsed.value);
  // A page of markup, for example from a proxy, must not become a message for clients.
  const text = bodyText.trimStart();
  return readErrorText(text.startsWith("<") ? null : text.slice(0, MAX_ERROR_MESSAGE_CHARACTERS + 1));
}

/** Parses `Retry-After`, which is in seconds or an HTTP date (RFC 9110, 10.2.3). Null when absent or invalid. */
function parseRetryAfter(value: string | null, nowMs: number): number | null {
  const text = value?.trim() ?? "";
  // An HTTP date begins with the name of a day. Without this check, `Date.parse` would accept "-5" as a date.
  const untilMs = /^[A-Z]/i.test(text) ? Date.parse(text) : Number.NaN;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (untilMs - nowMs) / MS_PER_SECOND;
  return Number.isFinite(seconds) ? Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(0, Math.ceil(seconds))) : null;
}
