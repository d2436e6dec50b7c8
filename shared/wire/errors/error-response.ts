import type { CacheError } from "../../domain/cache-error.ts";
import { sseEvent } from "../chat/chat-replay.ts";
import { describeError, type PublicError } from "./public-error.ts";

/** What an error answer tells about the request it belongs to. */
export interface ErrorContext {
  readonly requestId: string;
  readonly nowMs: number;
}

/** The route's family: `/v1/*`, `/chat`, `/admin/*`. */
export type ErrorShape = "openai" | "prompt" | "problem";

/** An error as HTTP. Header names are lower case. */
export interface WireError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** URN prefix of a problem's `type` (RFC 9457, 3.1.1): an identifier, not an address. */
const PROBLEM_TYPE_PREFIX = "urn:refrain:problem:";

/** An expected failure as an HTTP answer in the route's shape. Nothing internal is in it. */
export function errorResponse(error: CacheError, shape: ErrorShape, context: ErrorContext): WireError {
  const described = describeError(error);
  const headers = {
    "content-type": shape === "problem" ? "application/problem+json" : "application/json",
    "cache-control": "no-store",
    ...described.headers,
    ...(described.retryAfterSeconds === null ? {} : { "retry-after": String(described.retryAfterSeconds) }),
  };
  return { status: described.status, headers, body: JSON.stringify(bodyOf(described, shape, context)) };
}

/** The same error as one event of a stream that has begun. */
export function errorEvent(error: CacheError, shape: "openai" | "prompt", context: ErrorContext): string {
  const described = describeError(error);
  return sseEvent(JSON.stringify(shape === "openai" ? openAiBody(described) : { type: "error", ...promptBody(described, context) }));
}

function bodyOf(error: PublicError, shape: ErrorShape, context: ErrorContext): object {
  switch (shape) {
    case "openai":
      return openAiBody(error);
    case "prompt":
      return promptBody(error, context);
    case "problem":
      return problemBody(error, context);
  }
}

function openAiBody(error: PublicError): object {
  const { message, providerType, type, field, providerCode, code } = error;
  return { error: { message, type: providerType ?? type, param: field, code: providerCode ?? code } };
}

function promptBody(error: PublicError, context: ErrorContext): object {
  const { type, message, code, field, retryAfterSeconds } = error;
  return {
    success: false,
    error: {
      type,
      message,
      code,
      ...(field === null ? {} : { field }),
      ...(retryAfterSeconds === null ? {} : { retryAfter: retryAfterSeconds }),
    },
    metadata: { requestId: context.requestId, timestamp: new Date(context.nowMs).toISOString() },
  };
}

function problemBody(error: PublicError, context: ErrorContext): object {
  const { code, title, status, message, field } = error;
  return {
    type: `${PROBLEM_TYPE_PREFIX}${code}`,
    title,
    status,
    detail: message,
    ...(field === null ? {} : { field }),
    requestId: context.requestId,
  };
}
