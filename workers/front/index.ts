/** The stateless front Worker: every request enters here. */
import { errorResponse } from "../../shared/wire/error-response.ts";
import type { RequestContext } from "./context.ts";
import { corsHeaders, preflight } from "./cors.ts";
import { errorAnswer } from "./error-answer.ts";
import { isForeignHost } from "./host-guard.ts";
import type { Isolate } from "./isolate.ts";
import { isolateOf } from "./isolate.ts";
import { router, shapeOf } from "./router.ts";
import { reportTraffic } from "./traffic-report.ts";

export { CacheShard, RateLimiter, Upstream } from "../../durable-objects/index.ts";

async function handle(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const startedMs = Date.now();
  const requestId = crypto.randomUUID();
  const url = new URL(request.url);
  const isolate = isolateOf(env);
  if (isolate === null) return invalidConfig(url.pathname, requestId, startedMs);
  const context: RequestContext = { env, isolate, requestId, startedMs, defer: (work) => ctx.waitUntil(work) };
  if (isForeignHost(url.hostname, isolate.config))
    return errorAnswer({ kind: "forbidden", message: "This server answers on its own host names only." }, shapeOf(url.pathname), context);
  if (request.method === "OPTIONS") return preflight(request, isolate.config);
  const response = await dispatch(request, url.pathname, context);
  if (isolate.traffic.due(startedMs)) ctx.waitUntil(reportTraffic(isolate, env, startedMs));
  return withCors(request, url.pathname, response, isolate);
}

async function dispatch(request: Request, pathname: string, context: RequestContext): Promise<Response> {
  try {
    return await router.fetch(request, context);
  } catch (error) {
    // A bug: told to the operator in full, to the client not at all.
    console.error(JSON.stringify({ level: "error", event: "request_failed", requestId: context.requestId, message: String(error) })); // oxlint-disable-line no-console
    return errorAnswer({ kind: "internal" }, shapeOf(pathname), context);
  }
}

function withCors(request: Request, pathname: string, response: Response, isolate: Isolate): Response {
  const cors = pathname.startsWith("/admin") ? null : corsHeaders(request, isolate.config);
  if (cors !== null) for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
  return response;
}

function invalidConfig(pathname: string, requestId: string, nowMs: number): Response {
  const wire = errorResponse({ kind: "config_invalid" }, shapeOf(pathname), { requestId, nowMs });
  return new Response(wire.body, { status: wire.status, headers: wire.headers });
}

export default { fetch: handle } satisfies ExportedHandler<Env>;
