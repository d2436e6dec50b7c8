/**
 * The RPC surface of the RateLimiter Durable Object. One object per (tenant, user) and one per tenant.
 * Data is flat; nothing is thrown across the boundary on purpose.
 */
import type { LeaseGrant, LeaseRequest, LeaseReturn, LimiterStatus } from "../domain/rate/lease.ts";

export interface RateLimiterApi {
  lease(request: LeaseRequest): Promise<LeaseGrant>;
  release(request: LeaseReturn): Promise<void>;
  /** Null until the first lease was asked for. */
  status(): Promise<LimiterStatus | null>;
}
