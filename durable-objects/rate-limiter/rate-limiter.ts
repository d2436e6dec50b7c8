import { retryable } from "cloudflare:durable-objects";
import { DurableObject } from "cloudflare:workers";
import type { RateLimiterApi } from "../../shared/contracts/rate-limiter-api.ts";
import type { LeaseGrant, LeaseRequest, LeaseReturn, LimiterStatus } from "../../shared/domain/rate/lease.ts";
import { grantLease, type Ledger, ledgerStatus, returnLease } from "../../shared/domain/rate/lease-ledger.ts";
import { LedgerStore } from "./ledger-store.ts";

/** One persisted token bucket and the leases it has handed out. No alarms: it refills when it is looked at. */
export class RateLimiter extends DurableObject implements RateLimiterApi {
  static {
    // All of them give the same answer twice: a lease by its attempt, a return by its total.
    // oxlint-disable-next-line typescript/unbound-method -- The mark is put on the functions themselves.
    retryable(this.prototype.lease, this.prototype.release, this.prototype.status);
  }

  readonly #store: LedgerStore;
  /** As stored. */
  #stored: Ledger | null;
  /** `#stored` as of the last call; differs from it only by what time and a denial have done, which needs no write. */
  #ledger: Ledger | null;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#store = new LedgerStore(ctx.storage);
    this.#store.migrate();
    this.#stored = this.#store.load();
    this.#ledger = this.#stored;
  }

  async lease(request: LeaseRequest): Promise<LeaseGrant> {
    const decision = grantLease(this.#ledger, request, Date.now());
    if (decision.store) this.#save(decision.ledger);
    this.#ledger = decision.ledger;
    return decision.grant;
  }

  async release(request: LeaseReturn): Promise<void> {
    if (this.#ledger === null) return;
    const after = returnLease(this.#ledger, request, Date.now());
    // A repeated or unknown return changes nothing but the time.
    if (after.leases.some((lease) => lease.leaseId === request.leaseId && !this.#ledger?.leases.includes(lease))) this.#save(after);
    this.#ledger = after;
  }

  async status(): Promise<LimiterStatus | null> {
    return this.#ledger === null ? null : ledgerStatus(this.#ledger, Date.now());
  }

  #save(after: Ledger): void {
    this.#store.save(this.#stored, after);
    this.#stored = after;
  }
}
