import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { RateLimiter } from "../../../durable-objects/rate-limiter/rate-limiter.ts";
import type { LeaseRequest } from "../../../shared/domain/rate/lease-messages.ts";

let names = 0;

export function newLimiter(): DurableObjectStub<RateLimiter> {
  names += 1;
  return env.RATE_LIMITER.getByName(`user:4:acme:limiter-${names}`);
}

export function ask(attempt: string, changes: Partial<LeaseRequest> = {}): LeaseRequest {
  // One request per hour: the bucket does not refill while a test runs.
  return { requests: 1, windowSeconds: 3600, burst: 50, want: 1, expected: 1000, attempt, returns: [], ...changes };
}

export function rowsOf(limiter: DurableObjectStub<RateLimiter>, statement: string, ...values: readonly SqlStorageValue[]) {
  return runInDurableObject(limiter, (_, state) => state.storage.sql.exec(statement, ...values).toArray());
}

export function bucketRows(limiter: DurableObjectStub<RateLimiter>) {
  return rowsOf(limiter, "SELECT * FROM buckets");
}

/** Stored leases that expire earlier. */
export function aged(leases: unknown, ms: number): readonly (readonly (string | number)[])[] {
  return (JSON.parse(String(leases)) as (string | number)[][]).map((lease) => [...lease.slice(0, 5), Number(lease[5]) - ms]);
}
