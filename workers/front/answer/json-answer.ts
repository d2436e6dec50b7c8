import type { RequestContext } from "../request-context.ts";

/** A JSON response with `cache-control: no-store`. */
export function jsonAnswer(body: unknown, context: Pick<RequestContext, "requestId">, status = 200): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-store", "refrain-request-id": context.requestId };
  return new Response(JSON.stringify(body), { status, headers });
}
