import { timingSafeEqual } from "node:crypto";
import { sha256Hex } from "../../../shared/digest/sha256.ts";
import type { Config } from "../../../shared/config/config.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import type { HeaderValues } from "../request/body-reader.ts";
import type { FailedAuthLimiter } from "./failed-auth.ts";

/** Tenant of every caller while AUTH is `open`. */
export const DEFAULT_TENANT = "default";
/** Characters of an API key's digest that name its holder in the rate-limit key. */
const KEY_NAME_CHARACTERS = 16;
const encoder = new TextEncoder();

/** The caller, as its credentials identify it. */
export interface Caller {
  readonly tenant: string;
  /** Rate-limit key of a request that names no user: the API key, else the client's address. */
  readonly fallbackUser: string;
}

/**
 * Authenticates a client. Keys are compared as digests, in constant time. Fails with `unauthenticated`, or with
 * `rate_limited` when the address has failed too often.
 */
export function authenticate(
  headers: HeaderValues,
  config: Config,
  failures: FailedAuthLimiter,
  nowMs: number,
): Result<Caller, CacheError> {
  const token = bearerToken(headers);
  const address = clientAddress(headers, config);
  const waiting = config.auth === "keys" && failures.retryAfterSeconds(address, nowMs) > 0;
  // While an address is blocked, a right key gets the same answer as a wrong one, so guessing reveals nothing.
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

/** Checks the admin token. Returns null when the request may proceed. */
export function refuseAdmin(headers: HeaderValues, config: Config, failures: FailedAuthLimiter, nowMs: number): CacheError | null {
  if (config.adminTokenDigest === null) return { kind: "forbidden", message: "Admin routes are disabled: no ADMIN_TOKEN is configured." };
  const token = bearerToken(headers);
  const address = clientAddress(headers, config);
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

/** Counts a failed admin authentication. For routes that accept an admin token as well as a client key. */
export function countFailedAdmin(headers: HeaderValues, config: Config, failures: FailedAuthLimiter, nowMs: number): void {
  failures.noteFailure(clientAddress(headers, config), nowMs);
}

/** True when the bearer token is the admin's. Does not count a failure, because the token may still be a client key. */
export function isAdmin(headers: HeaderValues, config: Config, failures: FailedAuthLimiter, nowMs: number): boolean {
  const token = bearerToken(headers);
  if (failures.retryAfterSeconds(clientAddress(headers, config), nowMs) > 0) return false;
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

function bearerToken(headers: HeaderValues): string | null {
  const match = /^Bearer +(\S+)\s*$/i.exec(headers.get("authorization") ?? "");
  return match?.[1] ?? null;
}

/**
 * The address that Cloudflare reports. A local server ignores the header, because only the client could have set it.
 */
function clientAddress(headers: HeaderValues, config: Config): string {
  if (config.listenHost !== null) return "local";
  return headers.get("cf-connecting-ip") ?? "unknown";
}

function sameDigest(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(encoder.encode(a), encoder.encode(b));
}
