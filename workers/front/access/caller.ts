import { timingSafeEqual } from "node:crypto";
import { sha256Hex } from "../../../shared/digest/sha256.ts";
import type { Config } from "../../../shared/config/config.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import type { FailedAuthLimiter } from "./failed-auth.ts";

/** Tenant of everybody while auth is open. */
export const DEFAULT_TENANT = "default";
/** Characters of a key's digest that stand for its holder. */
const KEY_NAME_CHARACTERS = 16;
const encoder = new TextEncoder();

/** Who is calling, as far as credentials tell. */
export interface Caller {
  readonly tenant: string;
  /** The rate-limit key when the request names no user: the API key, else the address. */
  readonly fallbackUser: string;
}

/** Resolves a client's credentials. Keys are compared as digests; repeated failures of an address are slowed down. */
export function authenticate(request: Request, config: Config, failures: FailedAuthLimiter, nowMs: number): Result<Caller, CacheError> {
  const token = bearerToken(request);
  const address = clientAddress(request, config);
  const waiting = config.auth === "keys" && failures.retryAfterSeconds(address, nowMs) > 0;
  // A right guess among too many wrong ones must not be told apart from them.
  if (token !== null && config.apiKeys.length > 0 && !waiting) {
    const digest = sha256Hex(token);
    const key = config.apiKeys.find((known) => sameDigest(known.digest, digest));
    if (key !== undefined) return ok({ tenant: key.tenant, fallbackUser: `key:${digest.slice(0, KEY_NAME_CHARACTERS)}` });
  }
  if (config.auth === "open") return ok({ tenant: DEFAULT_TENANT, fallbackUser: `address:${address}` });
  return err(
    failedAuthentication(
      failures,
      address,
      nowMs,
      "key",
      token === null ? "This route needs an API key: send `Authorization: Bearer <key>`." : "The API key is not valid.",
    ),
  );
}

/** The admin's credential. Null = welcome. */
export function refuseAdmin(request: Request, config: Config, failures: FailedAuthLimiter, nowMs: number): CacheError | null {
  if (config.adminTokenDigest === null) return { kind: "forbidden", message: "Admin routes are disabled: no ADMIN_TOKEN is configured." };
  const token = bearerToken(request);
  const address = clientAddress(request, config);
  if (token !== null && failures.retryAfterSeconds(address, nowMs) === 0 && sameDigest(config.adminTokenDigest, sha256Hex(token)))
    return null;
  return failedAuthentication(
    failures,
    address,
    nowMs,
    "admin_token",
    token === null
      ? "This route needs the admin token: send `Authorization: Bearer <token>` with the value of ADMIN_TOKEN."
      : "The bearer token in the Authorization header is not the server's ADMIN_TOKEN.",
  );
}

/** Counts a token that was neither the admin's nor a client's against the admin's counter too. */
export function countFailedAdmin(request: Request, config: Config, failures: FailedAuthLimiter, nowMs: number): void {
  failures.noteFailure(clientAddress(request, config), nowMs);
}

/** True when the bearer token is the admin's. It may as well be a tenant's, so a failure is not counted here. */
export function isAdmin(request: Request, config: Config, failures: FailedAuthLimiter, nowMs: number): boolean {
  const token = bearerToken(request);
  if (failures.retryAfterSeconds(clientAddress(request, config), nowMs) > 0) return false;
  return token !== null && config.adminTokenDigest !== null && sameDigest(config.adminTokenDigest, sha256Hex(token));
}

function failedAuthentication(
  failures: FailedAuthLimiter,
  address: string,
  nowMs: number,
  credential: "key" | "admin_token",
  message: string,
): CacheError {
  const retryAfterSeconds = failures.retryAfterSeconds(address, nowMs);
  if (retryAfterSeconds > 0) {
    return { kind: "rate_limited", retryAfterSeconds, limitedBy: "address", message: "Too many failed authentications from this address." };
  }
  failures.noteFailure(address, nowMs);
  return { kind: "unauthenticated", credential, message };
}

function bearerToken(request: Request): string | null {
  const match = /^Bearer +(\S+)\s*$/i.exec(request.headers.get("authorization") ?? "");
  return match?.[1] ?? null;
}

/** The address the platform saw. On one machine nobody sets that header but the client itself. */
function clientAddress(request: Request, config: Config): string {
  if (config.listenHost !== null) return "local";
  return request.headers.get("cf-connecting-ip") ?? "unknown";
}

function sameDigest(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(encoder.encode(a), encoder.encode(b));
}
