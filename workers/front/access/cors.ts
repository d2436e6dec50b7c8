import type { Config } from "../../../shared/config/config.ts";
import { isLoopbackHost } from "./host-guard.ts";

const ALLOWED_METHODS = "GET, HEAD, POST, DELETE, OPTIONS";
const PREFLIGHT_SECONDS = "600";
/** Headers that page scripts may read. */
const EXPOSED_HEADERS = [
  "age",
  "cache-status",
  "refrain-cache",
  "refrain-entry",
  "refrain-provider",
  "refrain-attempts",
  "refrain-request-id",
  "refrain-similarity",
  "refrain-explain",
  "retry-after",
  "ratelimit",
  "ratelimit-policy",
  "x-ratelimit-limit-requests",
  "x-ratelimit-remaining-requests",
  "x-ratelimit-reset-requests",
].join(", ");

/** CORS headers for this request's origin; null when it sent none or may not call. */
export function corsHeaders(request: Request, config: Config): Record<string, string> | null {
  const origin = request.headers.get("origin");
  if (origin === null || !isAllowed(origin, config.allowedOrigins)) return null;
  return { "access-control-allow-origin": origin, vary: "Origin", "access-control-expose-headers": EXPOSED_HEADERS };
}

/**
 * While auth is open a page needs no key, so a simple request (no preflight) from any page would be served, and paid for:
 * origins that may not read the answer may not ask either.
 */
export function isForeignOrigin(request: Request, host: string, config: Config): boolean {
  const origin = request.headers.get("origin");
  if (config.auth !== "open" || origin === null || request.method === "OPTIONS") return false;
  return !isAllowed(origin, config.allowedOrigins) && URL.parse(origin)?.host !== host;
}

/** The answer to a preflight: without permission it just says nothing, and the browser refuses. */
export function preflight(request: Request, pathname: string, config: Config): Response {
  // Admin routes are never opened to pages.
  const allowed = pathname.startsWith("/admin") ? null : corsHeaders(request, config);
  if (allowed === null) return new Response(null, { status: 204, headers: { vary: "Origin", allow: ALLOWED_METHODS } });
  const asked = request.headers.get("access-control-request-headers");
  const headers = {
    ...allowed,
    "access-control-allow-methods": ALLOWED_METHODS,
    "access-control-max-age": PREFLIGHT_SECONDS,
    ...(asked === null ? {} : { "access-control-allow-headers": asked }),
  };
  return new Response(null, { status: 204, headers });
}

function isAllowed(origin: string, allowed: readonly string[]): boolean {
  if (allowed.includes("*") || allowed.includes(origin)) return true;
  const host = URL.parse(origin)?.hostname;
  return allowed.includes("loopback") && host !== undefined && isLoopbackHost(host);
}
