import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { RateState } from "../../../shared/domain/rate/rate-state.ts";
import type { ErrorShape } from "../../../shared/wire/errors/error-response.ts";
import { errorResponse } from "../../../shared/wire/errors/error-response.ts";
import { rateHeaders } from "../../limits/rate-headers.ts";

/** Turns an expected failure into a response in the error shape of the route. */
export function errorAnswer(
  error: CacheError,
  shape: ErrorShape,
  context: { readonly requestId: string; readonly startedMs: number },
  rate: RateState | null = null,
): Response {
  const wire = errorResponse(error, shape, { requestId: context.requestId, nowMs: context.startedMs });
  const headers: Record<string, string> = { ...wire.headers, "refrain-request-id": context.requestId };
  if (rate !== null) for (const [name, value] of rateHeaders(rate, "user")) headers[name] = value;
  return new Response(wire.body, { status: wire.status, headers });
}
