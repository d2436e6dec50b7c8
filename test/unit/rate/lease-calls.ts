import { grantLease } from "../../../shared/domain/rate/lease-grant.ts";
import type { Ledger } from "../../../shared/domain/rate/lease-ledger.ts";
import type { LeaseGrant, LeaseRequest } from "../../../shared/domain/rate/lease-messages.ts";

export const NOW_MS = 1_800_000_000_000;

export function ask(attempt: string, changes: Partial<LeaseRequest> = {}): LeaseRequest {
  return { requests: 1000, windowSeconds: 3600, burst: 50, want: 1, expected: 5, attempt, returns: [], ...changes };
}

/** Runs requests one after another at the same time. */
export function run(requests: readonly LeaseRequest[]): { ledger: Ledger; grants: LeaseGrant[] } {
  let ledger: Ledger | null = null;
  const grants: LeaseGrant[] = [];
  for (const request of requests) {
    const decision = grantLease(ledger, request, NOW_MS);
    ledger = decision.ledger;
    grants.push(decision.grant);
  }
  if (ledger === null) throw new Error("no request was made");
  return { ledger, grants };
}
