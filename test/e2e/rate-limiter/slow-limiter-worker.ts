import { RateLimiter } from "../../../durable-objects/rate-limiter/rate-limiter.ts";
import type { LeaseGrant, LeaseRequest } from "../../../shared/domain/rate/lease-messages.ts";
import { isolateLeaseBook } from "../../../workers/limits/isolate-lease-book.ts";
import type { LeaseBook } from "../../../workers/limits/lease-book.ts";

/** Long enough for a client to disconnect during the call. In milliseconds. */
const LEASE_DELAY_MS = 600;

/** Number of slow calls per limiter: those that the clients of a test wait for together. */
const SLOW_CALLS = 2;

let leaseCalls = 0;

/** A limiter whose first answers are slow. */
export class SlowLimiter extends RateLimiter {
  #calls = 0;

  override async lease(request: LeaseRequest): Promise<LeaseGrant> {
    leaseCalls += 1;
    this.#calls += 1;
    if (this.#calls <= SLOW_CALLS) await scheduler.wait(LEASE_DELAY_MS);
    return await super.lease(request);
  }
}

interface Env {
  readonly LIMITER: DurableObjectNamespace<SlowLimiter>;
}

const LIMITS = {
  user: { requests: 1, windowSeconds: 3600, burst: 50 },
  tenant: { requests: null, windowSeconds: 3600, burst: 50 },
} as const;

let book: LeaseBook | null = null;

/** Admits one request of the user that the path names and returns the outcome. */
async function admit(request: Request, env: Env): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/calls") return Response.json(leaseCalls);
  book ??= isolateLeaseBook(env.LIMITER, LIMITS, () => undefined);
  const admission = await book.admit({ tenant: "acme", user: pathname, nowMs: Date.now() });
  return Response.json(admission.kind);
}

// oxlint-disable-next-line import/no-default-export -- The platform calls a Worker through its default export.
export default { fetch: admit } satisfies ExportedHandler<Env>;
