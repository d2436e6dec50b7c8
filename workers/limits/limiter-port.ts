import type { RateLimiterApi } from "../../shared/contracts/rate-limiter-api.ts";
import type { LeaseGrant, LeaseRequest, LeaseReturn } from "../../shared/domain/rate/lease.ts";

/** The two calls a lease book makes on one bucket. */
export interface LimiterStub {
  lease(request: LeaseRequest): Promise<LeaseGrant>;
  release(ended: LeaseReturn): Promise<void>;
}

/** Where buckets are found. Asked anew for every call: a stub that has failed stays broken. */
export interface LimiterPort {
  user(tenant: string, user: string): LimiterStub;
  tenant(tenant: string): LimiterStub;
}

/** The part of a Durable Object namespace that finds a limiter. */
export interface LimiterNamespace {
  getByName(name: string): Pick<RateLimiterApi, "lease" | "release">;
}

/** The name of a user's object. The tenant's length comes first, so no two pairs ever share a name. */
export function userLimiterName(tenant: string, user: string): string {
  return `user:${tenant.length}:${tenant}:${user}`;
}

export function tenantLimiterName(tenant: string): string {
  return `tenant:${tenant}`;
}

/** Limiters as Durable Objects. */
export function durableLimiters(namespace: LimiterNamespace): LimiterPort {
  return {
    user: (tenant, user) => namespace.getByName(userLimiterName(tenant, user)),
    tenant: (tenant) => namespace.getByName(tenantLimiterName(tenant)),
  };
}
