import type { RateLimiterApi } from "../../shared/contracts/rate-limiter-api.ts";
import type { LeaseGrant, LeaseRequest, LeaseReturn } from "../../shared/domain/rate/lease-messages.ts";

/** The two calls that a lease book makes to a limiter. */
export interface LimiterStub {
  lease(request: LeaseRequest): Promise<LeaseGrant>;
  release(ended: LeaseReturn): Promise<void>;
}

/** Finds the limiter of a bucket. Every call gets a new stub, because a stub that has failed stays broken. */
export interface LimiterPort {
  user(tenant: string, user: string): LimiterStub;
  tenant(tenant: string): LimiterStub;
}

/** The part of a Durable Object namespace that finds a limiter. */
export interface LimiterNamespace {
  getByName(name: string): Pick<RateLimiterApi, "lease" | "release">;
}

/** Name of a user's limiter. It includes the tenant's length, so that no two pairs of tenant and user share a name. */
export function userLimiterName(tenant: string, user: string): string {
  return `user:${tenant.length}:${tenant}:${user}`;
}

export function tenantLimiterName(tenant: string): string {
  return `tenant:${tenant}`;
}

/** Limiters in a namespace of Durable Objects. */
export function durableLimiters(namespace: LimiterNamespace): LimiterPort {
  return {
    user: (tenant, user) => namespace.getByName(userLimiterName(tenant, user)),
    tenant: (tenant) => namespace.getByName(tenantLimiterName(tenant)),
  };
}
