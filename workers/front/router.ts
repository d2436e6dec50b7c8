import { Router } from "itty-router";
import type { IRequest } from "itty-router";
import { adminGate } from "./admin/admin-gate.ts";
import { deleteEntry, inspectEntry } from "./admin/entries.ts";
import { checkTiers } from "./admin/health.ts";
import { invalidateShard, purge } from "./admin/purge.ts";
import { rebalance } from "./admin/rebalance.ts";
import { inspectShard, listShards } from "./admin/shard-details.ts";
import type { RequestContext } from "./request-context.ts";
import { errorAnswer } from "./answer/error-answer.ts";
import { chatCompletions } from "./routes/chat-completions.ts";
import { feedback } from "./routes/feedback.ts";
import { health } from "./routes/health.ts";
import { listModels, retrieveModel } from "./routes/models.ts";
import { prompt } from "./routes/prompt/prompt.ts";
import { stats } from "./routes/stats.ts";
import type { ErrorShape } from "../../shared/wire/errors/error-response.ts";

type Routed = (request: IRequest, context: RequestContext) => Response | Promise<Response> | undefined;

/** Allowed methods by path. Used to answer 405 for a wrong method and 404 for an unknown path. */
const METHODS: readonly (readonly [RegExp, string])[] = [
  [/^\/v1\/chat\/completions\/?$/, "POST"],
  [/^\/(chat|v1\/feedback)\/?$/, "POST"],
  [/^\/(health|stats|v1\/models(\/.+)?)\/?$/, "GET, HEAD"],
  [/^\/admin\/(purge|rebalance)\/?$/, "POST"],
  [/^\/admin\/(shards|health)\/?$/, "GET, HEAD"],
  [/^\/admin\/(shards|entries)\/[^/]+\/?$/, "GET, HEAD, DELETE"],
];

/** All routes, the busiest first. */
const router = Router<IRequest, [RequestContext], Response>();

router
  .post("/v1/chat/completions", route(chatCompletions))
  .post("/chat", route(prompt))
  .post("/v1/feedback", route(feedback))
  .get("/health", route(health))
  .get("/stats", route(stats))
  .get("/v1/models", route(listModels))
  .get("/v1/models/:model+", (request, context) => retrieveModel(original(request), context, parameter(request, "model")))
  .all("/admin/*", gate)
  .get("/admin/health", route(checkTiers))
  .get("/admin/shards", route(listShards))
  .get("/admin/shards/:shard", (request, context) => inspectShard(original(request), context, parameter(request, "shard")))
  .delete("/admin/shards/:shard", (request, context) => invalidateShard(original(request), context, parameter(request, "shard")))
  .post("/admin/purge", route(purge))
  .post("/admin/rebalance", route(rebalance))
  .get("/admin/entries/:key", (request, context) => inspectEntry(original(request), context, parameter(request, "key")))
  .delete("/admin/entries/:key", (request, context) => deleteEntry(original(request), context, parameter(request, "key")))
  .all("*", (request, context) => noRoute(original(request), context));

/** Shortcut for the busiest paths. The router would parse the URL again and try one pattern after another. */
const BUSIEST: ReadonlyMap<string, (request: Request, context: RequestContext) => Promise<Response>> = new Map([
  ["/v1/chat/completions", chatCompletions],
  ["/chat", prompt],
]);

/** Passes a request to its route's handler. */
export async function routeRequest(request: Request, pathname: string, context: RequestContext): Promise<Response> {
  const busy = request.method === "POST" ? BUSIEST.get(pathname) : undefined;
  return busy === undefined ? router.fetch(request, context) : busy(request, context);
}

function route(handler: (request: Request, context: RequestContext) => Response | Promise<Response>): Routed {
  return (request, context) => handler(original(request), context);
}

function gate(request: IRequest, context: RequestContext): Response | undefined {
  const refused = adminGate(original(request), context);
  return refused === null ? undefined : errorAnswer(refused, "problem", context);
}

function noRoute(request: Request, context: RequestContext): Response {
  const { pathname } = new URL(request.url);
  const known = METHODS.find(([path]) => path.test(pathname));
  const shape = shapeOf(pathname);
  if (known !== undefined) return errorAnswer({ kind: "method_not_allowed", allow: known[1] }, shape, context);
  return errorAnswer({ kind: "not_found", message: `There is no route ${request.method} ${pathname.slice(0, 200)}.` }, shape, context);
}

/** The error shape of a path: `problem` under /admin, `prompt` under /chat, `openai` elsewhere. */
export function shapeOf(pathname: string): ErrorShape {
  if (pathname.startsWith("/admin")) return "problem";
  return pathname.startsWith("/chat") ? "prompt" : "openai";
}

/** itty-router passes on the request object it was given, with `params` added to it. */
function original(request: IRequest): Request {
  return request;
}

function parameter(request: IRequest, name: string): string {
  try {
    return decodeURIComponent(request.params[name] ?? "");
  } catch {
    return request.params[name] ?? "";
  }
}
