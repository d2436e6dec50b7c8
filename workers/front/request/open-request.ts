import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { ok } from "../../../shared/domain/result.ts";
import { sha256Hex } from "../../../shared/digest/sha256.ts";
import type { RequestControls } from "./request-controls.ts";
import { isControl, readControls } from "./request-controls.ts";
import type { RequestContext } from "../request-context.ts";
import { readBody } from "./body-reader.ts";
import type { Caller } from "../access/caller.ts";
import { authenticate } from "../access/caller.ts";

/** Longest user name used as it is. Longer names are digested, because the names of limiter objects are bounded. */
const MAX_USER_CHARACTERS = 256;

/** What every client route needs from a request before it parses the body. */
export interface OpenedRequest {
  readonly caller: Caller;
  readonly controls: RequestControls;
  /** The body as sent. */
  readonly text: string;
}

/**
 * Authenticates the caller, then reads the cache controls and the body.
 * Fails with the first error; the cheapest check runs first.
 */
export async function openRequest(request: Request, context: RequestContext): Promise<Result<OpenedRequest, CacheError>> {
  const { config, failedAuth } = context.isolate;
  const used = usedHeaders(request.headers);
  const caller = authenticate(used.others, config, failedAuth, context.startedMs);
  if (!caller.ok) return caller;
  const controls = readControls(used.controls);
  if (!controls.ok) return controls;
  const text = await readBody(request, config.bodies.maxBodyBytes, used.others);
  return text.ok ? ok({ caller: caller.value, controls: controls.value, text: text.value }) : text;
}

/** Headers that are read beside the control headers. */
const OTHER_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "cf-connecting-ip",
  "content-type",
  "content-encoding",
  "content-length",
]);

interface UsedHeaders {
  readonly controls: ReadonlyMap<string, string>;
  readonly others: ReadonlyMap<string, string>;
}

/** Copies the headers that are used, in one pass: each look-up in `Headers` takes as long as the pass. */
function usedHeaders(headers: Headers): UsedHeaders {
  const controls = new Map<string, string>();
  const others = new Map<string, string>();
  // `forEach` allocates no pair per header, unlike iteration.
  headers.forEach((value, name) => {
    if (OTHER_HEADERS.has(name)) others.set(name, value);
    else if (isControl(name)) controls.set(name, value);
  });
  return { controls, others };
}

/** The user for rate limits: from the header, else from the body (null = none), else from the credential or address. */
export function userOf({ caller, controls }: Pick<OpenedRequest, "caller" | "controls">, bodyUser: string | null): string {
  const user = controls.user ?? bodyUser ?? caller.fallbackUser;
  return user.length <= MAX_USER_CHARACTERS ? user : `sha256:${sha256Hex(user)}`;
}
