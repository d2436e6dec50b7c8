import type { CacheError } from "../../domain/cache-error.ts";
import { sseEvent } from "../chat/sse-writer.ts";
import { describeError, type PublicError } from "./public-error.ts";

/** Facts about the request that an error answer contains. */
export interface ErrorContext {
  readonly requestId: string;
  readonly nowMs: number;
}

/** Error format of a route: `prompt` for `/chat`, `problem` for `/admin/*`, `openai` for all others. */
export type ErrorShape = "openai" | "prompt" | "problem";

/** An error as HTTP. Header names are lower case. */
export interface WireError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** URN prefix of a problem's `type` (RFC 9457, 3.1.1). It identifies the problem and cannot be dereferenced. */
const PROBLEM_TYPE_PREFIX = "urn:refrain:problem:";

/** Turns an expected failure into an HTTP answer in the given format. It contains no internal details. */
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

/** Turns a failure into an SSE event, for a stream that has already begun. */
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
