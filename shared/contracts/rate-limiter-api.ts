/**
 * RPC interface of the RateLimiter Durable Object. There is one object per (tenant, user) and one per tenant.
 * All data is flat, and no method throws on purpose.
 */
import type { LeaseGrant, LeaseRequest, LeaseReturn, LimiterStatus } from "../domain/rate/lease-messages.ts";

export interface RateLimiterApi {
  lease(request: LeaseRequest): Promise<LeaseGrant>;
  release(request: LeaseReturn): Promise<void>;
  /** Null until the first lease request. */
  status(): Promise<LimiterStatus | null>;
}
