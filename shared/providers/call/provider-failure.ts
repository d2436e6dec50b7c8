import type { UpstreamFailure } from "../../domain/cache-error.ts";
import { MS_PER_SECOND } from "../../domain/units.ts";
import { parseJson } from "../../wire/json/json-body.ts";
import type { ProviderErrorText } from "./provider-error-text.ts";
import { MAX_ERROR_MESSAGE_CHARACTERS, readErrorText } from "./provider-error-text.ts";

/** Longest wait that a provider may impose, in seconds (one day). A longer one is taken for a mistake. */
const MAX_RETRY_AFTER_SECONDS = 86_400;
const REFUSAL_STATUSES: ReadonlySet<number> = new Set([400, 403, 422]);
const STREAM_WORD = /\bstream(ing|ed|_options)?\b/i;
const REFUSAL_WORDS =
  /not (be )?(support|allow|available|permitted|enabled)|n[o']t support|unsupported|must be verified|disabled|cannot|can't|unknown|unrecognized|extra/i;

/** True when a refusal is about streaming itself, so that one more call without it is worth making. */
export function refusesStreaming(status: number, bodyText: string): boolean {
  if (!REFUSAL_STATUSES.has(status)) return false;
  const read = readBody(bodyText);
  if (read.param !== null) return read.param === "stream" || read.param.startsWith("stream_options");
  return read.message !== null && STREAM_WORD.test(read.message) && REFUSAL_WORDS.test(read.message);
}

/** A provider's error answer as a failure. Only what it says about itself is kept, and bounded. */
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
  const parsed = parseJson(bodyText);
  if (parsed.ok) return readErrorText(parsed.value);
  // A page of markup (some proxy's) is no message for a client.
  const text = bodyText.trimStart();
  return readErrorText(text.startsWith("<") ? null : text.slice(0, MAX_ERROR_MESSAGE_CHARACTERS + 1));
}

/** `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3); null when absent or not understood. */
function parseRetryAfter(value: string | null, nowMs: number): number | null {
  const text = value?.trim() ?? "";
  // An HTTP date begins with the name of a day; `Date.parse` alone would make a date of "-5".
  const untilMs = /^[A-Z]/i.test(text) ? Date.parse(text) : Number.NaN;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (untilMs - nowMs) / MS_PER_SECOND;
  return Number.isFinite(seconds) ? Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(0, Math.ceil(seconds))) : null;
}
