/** The stateless front Worker: every request enters here. */
import { errorResponse } from "../../shared/wire/errors/error-response.ts";
import type { Client, RequestContext } from "./request-context.ts";
import { corsHeaders, isForeignOrigin, preflight } from "./access/cors.ts";
import { errorAnswer } from "./answer/error-answer.ts";
import { isForeignHost } from "./access/host-guard.ts";
import type { Isolate } from "./isolate.ts";
import { isolateOf } from "./isolate.ts";
import { discardBody } from "./request/discard-body.ts";
import { routeRequest, shapeOf } from "./router.ts";
import { sendIsolateReport } from "./figures/send-isolate-report.ts";

export { CacheShard, RateLimiter, Upstream } from "../../durable-objects/index.ts";

async function handle(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const response = await answer(request, env, ctx);
  await discardBody(request);
  return response;
}

async function answer(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const startedMs = Date.now();
  const requestId = crypto.randomUUID();
  const url = parsedUrl(request.url);
  if (url === null) return malformed(requestId, startedMs);
  const isolate = isolateOf(env);
  if (isolate === null) return invalidConfig(url.pathname, requestId, startedMs);
  isolate.idle.touch(startedMs);
  const context: RequestContext = { env, isolate, client: clientOf(request, ctx), requestId, startedMs };
  if (isForeignHost(url.hostname, isolate.config))
    return errorAnswer(
      { kind: "forbidden", message: "This server accepts requests only for its own host names." },
      shapeOf(url.pathname),
      context,
    );
  const origin = request.headers.get("origin");
  if (origin !== null && isForeignOrigin(request, url.host, isolate.config))
    return errorAnswer(
      { kind: "forbidden", message: "This origin may not call this server. See ALLOWED_ORIGINS." },
      shapeOf(url.pathname),
      context,
    );
  if (request.method === "OPTIONS") return preflight(request, url.pathname, isolate.config);
  const response = await dispatch(request, url.pathname, context);
  if (isolate.traffic.isOverdue(startedMs)) ctx.waitUntil(sendIsolateReport(isolate.traffic, env));
  return origin === null ? response : withCors(request, url.pathname, response, isolate);
}

function clientOf(request: Request, ctx: ExecutionContext): Client {
  return {
    get signal() {
      return request.signal;
    },
    keepAlive: (work) => ctx.waitUntil(work),
  };
}

/** The last parsed URL. Most requests to an isolate have the same URL. Callers must not modify it. */
let lastUrl: URL | null = null;
let lastUrlText = "";

function parsedUrl(text: string): URL | null {
  if (text !== lastUrlText) {
    lastUrl = URL.parse(text);
    lastUrlText = text;
  }
  return lastUrl;
}

async function dispatch(request: Request, pathname: string, context: RequestContext): Promise<Response> {
  try {
    // HEAD answers like GET, without the body (RFC 9110 section 9.3.2).
    if (request.method !== "HEAD") return await routeRequest(request, pathname, context);
    const answered = await routeRequest(new Request(request.url, { method: "GET", headers: request.headers }), pathname, context);
    await answered.body?.cancel();
    return new Response(null, answered);
  } catch (error) {
    // This is a bug. The log gets the details; the client does not.
    context.isolate.report({ event: "request_failed", requestId: context.requestId, message: String(error) });
    return errorAnswer({ kind: "internal" }, shapeOf(pathname), context);
  }
}

function withCors(request: Request, pathname: string, response: Response, isolate: Isolate): Response {
  const cors = pathname.startsWith("/admin") ? null : corsHeaders(request, isolate.config);
  if (cors !== null) for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
  return response;
}

/** The answer to a request whose `Host` header does not form a valid URL. */
function malformed(requestId: string, startedMs: number): Response {
  return errorAnswer(
    { kind: "invalid_request", field: "host", message: "Header host: is not a valid host name.", code: "invalid_header" },
    "openai",
    { requestId, startedMs },
  );
}

function invalidConfig(pathname: string, requestId: string, nowMs: number): Response {
  const wire = errorResponse({ kind: "config_invalid" }, shapeOf(pathname), { requestId, nowMs });
  return new Response(wire.body, { status: wire.status, headers: wire.headers });
}

export default { fetch: handle } satisfies ExportedHandler<Env>;
