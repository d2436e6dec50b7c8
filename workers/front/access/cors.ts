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

/** CORS headers for the request's origin; null when the request has no origin or the origin is not allowed. */
export function corsHeaders(request: Request, config: Config): Record<string, string> | null {
  const origin = request.headers.get("origin");
  if (origin === null || !isAllowed(origin, config.allowedOrigins)) return null;
  return { "access-control-allow-origin": origin, vary: "Origin", "access-control-expose-headers": EXPOSED_HEADERS };
}

/**
 * True when the request must be refused because of its origin. While AUTH is `open`, a page needs no key, and a simple
 * request is sent without a preflight: the operator would pay for calls made by any page on the web.
 */
export function isForeignOrigin(request: Request, host: string, config: Config): boolean {
  const origin = request.headers.get("origin");
  if (config.auth !== "open" || origin === null || request.method === "OPTIONS") return false;
  return !isAllowed(origin, config.allowedOrigins) && URL.parse(origin)?.host !== host;
}

/**
 * Answers a preflight.
 * For an origin that is not allowed it carries no CORS headers, and the browser blocks the request.
 */
export function preflight(request: Request, pathname: string, config: Config): Response {
  // Admin routes never accept cross-origin requests.
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
