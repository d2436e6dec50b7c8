import { retryable } from "cloudflare:durable-objects";
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../shared/config/config-cache.ts";
import type { RateLimiterApi } from "../../shared/contracts/rate-limiter-api.ts";
import type { LeaseGrant, LeaseRequest, LeaseReturn, LimiterStatus } from "../../shared/domain/rate/lease-messages.ts";
import { grantLease, type Ledger, ledgerStatus, returnLease } from "../../shared/domain/rate/granted-leases.ts";
import { consoleReporter } from "../../shared/report/console-reporter.ts";
import { reportNewerSchema } from "../storage/migrations.ts";
import { LedgerStore } from "./ledger-store.ts";

/** One persisted token bucket and the leases it has granted. It needs no alarms: each call refills the bucket first. */
export class RateLimiter extends DurableObject implements RateLimiterApi {
  static {
    // All three are idempotent: a repeated attempt gets the same lease, and a return reports its total so far.
    // oxlint-disable-next-line typescript/unbound-method -- `retryable` marks the functions and does not call them.
    retryable(this.prototype.lease, this.prototype.release, this.prototype.status);
  }

  readonly #store: LedgerStore;
  /** The ledger as last written to storage. */
  #stored: Ledger | null;
  /**
   * The ledger as of the last call. It differs from `#stored` only by elapsed time and denials, which need no write.
   */
  #ledger: Ledger | null;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#store = new LedgerStore(ctx.storage);
    const schema = this.#store.migrate();
    const config = configOf(env);
    if (config.ok) reportNewerSchema("limiter", schema, consoleReporter(config.value.logLevel, env));
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
    // A repeated or unknown return only advances the time, which needs no write.
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
