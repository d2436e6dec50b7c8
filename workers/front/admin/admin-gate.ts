import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { RequestContext } from "../request-context.ts";
import { refuseAdmin } from "../access/caller.ts";

/** Returns null when the request may reach an admin route. Refuses other origins even when the token is right. */
export function adminGate(request: Request, context: RequestContext): CacheError | null {
  const origin = request.headers.get("origin");
  if (origin !== null && URL.parse(origin)?.host !== new URL(request.url).host) {
    return { kind: "forbidden", message: "Admin routes do not accept requests from other origins." };
  }
  return refuseAdmin(request.headers, context.isolate.config, context.isolate.failedAdminAuth, context.startedMs);
}
