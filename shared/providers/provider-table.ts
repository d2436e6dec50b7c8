import type { ProviderConfig } from "../config/config.ts";
import type { UpstreamFailure } from "../domain/cache-error.ts";
import { parseJson } from "../wire/json-body.ts";
import { MAX_ERROR_MESSAGE_CHARACTERS, type ProviderErrorText, readErrorText } from "../wire/upstream-failure.ts";

/** What is particular to one provider. */
export interface ProviderSpec {
  readonly name: string;
  /** Null when there is nowhere to call, or the operator has to say where. */
  readonly defaultBaseUrl: string | null;
  /** Asked for when neither the request nor the configuration names a model. */
  readonly defaultModel: string;
  readonly auth: "bearer" | "none";
  /** True for a provider that answers inside the process, without a network. */
  readonly embedded: boolean;
}

/** Every provider this gateway knows, in order of preference when several are configured. */
export const PROVIDERS: readonly ProviderSpec[] = [
  { name: "openai", defaultBaseUrl: "https://api.openai.com/v1", defaultModel: "gpt-4o-mini", auth: "bearer", embedded: false },
  { name: "demo", defaultBaseUrl: null, defaultModel: "demo", auth: "none", embedded: true },
];

/** One HTTP request to a provider. */
export interface HttpCall {
  readonly url: string;
  readonly method: "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const STREAM_MEMBERS = '"stream":true,"stream_options":{"include_usage":true}';
/** Longest wait a provider may impose, in seconds (one day): beyond it the number is a mistake. */
const MAX_RETRY_AFTER_SECONDS = 86_400;
const MS_PER_SECOND = 1_000;

/**
 * The call for a chat request. `body` is the effective request as the text of a JSON object without `stream` and
 * `stream_options`; they are added to the text, so that a large body is not parsed again.
 */
export function chatCall(provider: ProviderConfig, body: string, stream: boolean): HttpCall {
  const headers: Record<string, string> = { "content-type": "application/json", accept: stream ? "text/event-stream" : "application/json" };
  if (provider.apiKey !== null) headers["authorization"] = `Bearer ${provider.apiKey}`;
  return { url: endpoint(provider.baseUrl, "chat/completions"), method: "POST", headers, body: stream ? withStreamMembers(body) : body };
}

function withStreamMembers(body: string): string {
  const head = body.slice(0, body.lastIndexOf("}")).trimEnd();
  return `${head}${head.endsWith("{") ? "" : ","}${STREAM_MEMBERS}}`;
}

/** A base URL may carry a query (`?api-version=…`): the path goes before it. */
function endpoint(baseUrl: string, path: string): string {
  const query = baseUrl.indexOf("?");
  const [base, search] = query === -1 ? [baseUrl, ""] : [baseUrl.slice(0, query), baseUrl.slice(query)];
  return `${base.replace(/\/+$/, "")}/${path}${search}`;
}

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
