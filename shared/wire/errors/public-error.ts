import type { CacheError } from "../../domain/cache-error.ts";

/** `Retry-After` for a provider's 429 or 503 without one. In seconds. */
const DEFAULT_RETRY_AFTER_SECONDS = 5;
/** Shortest `Retry-After`, in seconds. Zero would make clients retry in a loop. */
const MIN_RETRY_AFTER_SECONDS = 1;

/** What a client may learn about a failure, independent of the error format. Several kinds may share a code. */
export interface PublicError {
  readonly status: number;
  readonly type:
    | "invalid_request_error"
    | "authentication_error"
    | "permission_error"
    | "rate_limit_error"
    | "upstream_error"
    | "unavailable_error"
    | "server_error";
  readonly code: string;
  /** The code in words. It is the same for every occurrence. */
  readonly title: string;
  readonly message: string;
  readonly field: string | null;
  readonly retryAfterSeconds: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The provider's own type and code, used in the `openai` format. */
  readonly providerType: string | null;
  readonly providerCode: string | null;
}

const NOTHING_MORE = { field: null, retryAfterSeconds: null, headers: {}, providerType: null, providerCode: null } as const;

/** OpenAI's clients retry 409 and 5xx answers unless this header forbids it. */
const NO_RETRY = { "x-should-retry": "false" } as const;

/** `Retry-After` for unreachable shards, in seconds. Objects that were moved or restarted are soon back. */
export const SHARDS_RETRY_AFTER_SECONDS = 1;

const BEARER_CHALLENGE = { "www-authenticate": 'Bearer realm="refrain"' } as const;

/** Maps every kind of error to status, code and message. */
export function describeError(error: CacheError): PublicError {
  switch (error.kind) {
    case "invalid_request":
      return { ...invalid(400, error.code ?? "invalid_request", "Invalid request", error.message), field: error.field };
    case "body_too_large":
      return invalid(413, "body_too_large", "Body too large", `The request body is larger than ${error.limitBytes} bytes.`);
    case "unsupported_media_type":
      return invalid(415, "unsupported_media_type", "Unsupported media type", "The request body must be application/json.");
    case "not_found":
      return invalid(404, "not_found", "Not found", error.message);
    case "method_not_allowed":
      return { ...invalid(405, error.kind, "Method not allowed", `This route allows ${error.allow}.`), headers: { allow: error.allow } };
    case "model_not_found":
      return { ...invalid(404, error.kind, "Model not found", `The model '${error.model}' is not known here.`), field: "model" };
    case "unauthenticated":
      return unauthenticated(error.credential, error.message);
    case "forbidden":
      return denied(403, "forbidden", "Forbidden", error.message);
    case "rate_limited":
      return rateLimited(error.message, error.retryAfterSeconds);
    case "already_judged":
      return alreadyJudged("You have already judged this answer.");
    case "shards_unreachable":
      return shardsUnreachable(error.message);
    case "only_if_cached":
      return notCached("No stored answer satisfies this request, and only-if-cached forbids a provider call.");
    case "limiter_unavailable":
      return unavailable("The rate limiter cannot be reached, and this request needs an upstream call.", error.retryAfterSeconds);
    case "overloaded":
      return unavailable("The cache is at capacity.", error.retryAfterSeconds);
    case "upstream_error":
      return upstreamError(error);
    case "upstream_unreachable":
      return upstream(502, error.kind, "Provider unreachable", `The provider '${error.provider}' could not be reached.`);
    case "upstream_timeout":
      return upstream(504, error.kind, "Provider timed out", `The provider '${error.provider}' did not answer in time.`);
    case "upstream_invalid":
      return upstream(502, error.kind, "Invalid answer from the provider", invalidAnswer(error.provider, error.reason));
    case "config_invalid":
      return { ...server("config_invalid", "The server's configuration is invalid."), headers: NO_RETRY };
    case "internal":
      return server("internal_error", "The server failed to handle this request.");
  }
}

function invalid(status: 400 | 404 | 405 | 413 | 415, code: string, title: string, message: string): PublicError {
  return { ...NOTHING_MORE, status, type: "invalid_request_error", code, title, message };
}

function denied(status: 401 | 403, code: string, title: string, message: string): PublicError {
  return { ...NOTHING_MORE, status, type: status === 401 ? "authentication_error" : "permission_error", code, title, message };
}

function unauthenticated(credential: "key" | "admin_token", message: string): PublicError {
  const code = credential === "key" ? "invalid_api_key" : "invalid_admin_token";
  return { ...denied(401, code, "Authentication required", message), headers: BEARER_CHALLENGE };
}

function rateLimited(message: string, retryAfterSeconds: number): PublicError {
  const title = "Rate limit exceeded";
  return {
    ...NOTHING_MORE,
    status: 429,
    type: "rate_limit_error",
    code: "rate_limit_exceeded",
    title,
    message,
    retryAfterSeconds: wait(retryAfterSeconds),
  };
}

/** 409 with a header against retries, because OpenAI's clients retry conflicts. */
function alreadyJudged(message: string): PublicError {
  const type = "invalid_request_error";
  return {
    ...NOTHING_MORE,
    status: 409,
    type,
    code: "already_judged",
    title: "Already judged",
    message,
    headers: NO_RETRY,
  };
}

function shardsUnreachable(message: string): PublicError {
  return {
    ...unavailable(message, SHARDS_RETRY_AFTER_SECONDS),
    code: "shard_unreachable",
    title: "Shard unreachable",
  };
}

/** RFC 9111, 5.2.1.7 requires status 504 for `only-if-cached`. */
function notCached(message: string): PublicError {
  return { ...NOTHING_MORE, status: 504, type: "unavailable_error", code: "not_cached", title: "Not cached", message, headers: NO_RETRY };
}

function unavailable(message: string, retryAfterSeconds: number): PublicError {
  const type = "unavailable_error";
  return {
    ...NOTHING_MORE,
    status: 503,
    type,
    code: "unavailable",
    title: "Unavailable",
    message,
    retryAfterSeconds: wait(retryAfterSeconds),
  };
}

function server(code: string, message: string): PublicError {
  return { ...NOTHING_MORE, status: 500, type: "server_error", code, title: "Server error", message };
}

function upstream(status: number, code: string, title: string, message: string): PublicError {
  return { ...NOTHING_MORE, status, type: "upstream_error", code, title, message };
}

/**
 * A provider's own error. Its 401, 403 and 407 concern the operator's credentials, so they become a 502. Their message
 * is replaced, because it may quote a part of the key.
 */
function upstreamError(error: Extract<CacheError, { readonly kind: "upstream_error" }>): PublicError {
  const { provider, status, message, errorType, code } = error;
  if (status === 401 || status === 403 || status === 407) {
    return upstream(502, "upstream_refused", "Refused by the provider", `The provider '${provider}' refused this server's credentials.`);
  }
  const kept = status >= 400 && status <= 599 ? status : 502;
  const mustWait = kept === 429 || kept === 503;
  const retryAfterSeconds =
    error.retryAfterSeconds === null ? (mustWait ? DEFAULT_RETRY_AFTER_SECONDS : null) : wait(error.retryAfterSeconds);
  return {
    ...upstream(kept, "upstream_error", "Error from the provider", message),
    retryAfterSeconds,
    providerType: errorType,
    providerCode: code,
  };
}

function invalidAnswer(provider: string, reason: "truncated" | "garbage" | "empty" | "too_large" | "redirect"): string {
  switch (reason) {
    case "truncated":
      return `The answer of the provider '${provider}' ended before it was complete.`;
    case "garbage":
      return `The provider '${provider}' sent an answer that cannot be read.`;
    case "empty":
      return `The provider '${provider}' sent an empty answer.`;
    case "too_large":
      return `The answer of the provider '${provider}' is too large.`;
    case "redirect":
      return `The provider '${provider}' answered with a redirect, which is not followed.`;
  }
}

function wait(seconds: number): number {
  return Number.isFinite(seconds) ? Math.max(MIN_RETRY_AFTER_SECONDS, Math.ceil(seconds)) : DEFAULT_RETRY_AFTER_SECONDS;
}
