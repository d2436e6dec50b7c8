import { retryable } from "cloudflare:durable-objects";
import { DurableObject } from "cloudflare:workers";
import { configOf } from "../../shared/config/config-cache.ts";
import type { RateLimiterApi } from "../../shared/contracts/rate-limiter-api.ts";
import { bucketDeletion, UNUSED_BUCKET_MS } from "../../shared/domain/rate/bucket-deletion.ts";
import type { LeaseGrant, LeaseRequest, LeaseReturn, LimiterStatus } from "../../shared/domain/rate/lease-messages.ts";
import { MS_PER_HOUR } from "../../shared/domain/units.ts";
import { consoleReporter } from "../../shared/report/console-reporter.ts";
import { reportNewerSchema } from "../storage/migrations.ts";
import { LedgerStore } from "./ledger-store.ts";
import { LimiterLedger } from "./limiter-ledger.ts";

/** Time until a failed check is repeated, in milliseconds. */
const CHECK_RETRY_MS = MS_PER_HOUR;

/**
 * One token bucket and the leases it has granted. Each call refills the bucket first. The only alarm deletes a bucket
 * that is no longer used.
 */
export class RateLimiter extends DurableObject implements RateLimiterApi {
  static {
    // All three are idempotent: a repeated attempt gets the same lease, and a return reports its total so far.
    // oxlint-disable-next-line typescript/unbound-method -- `retryable` marks the functions and does not call them.
    retryable(this.prototype.lease, this.prototype.release, this.prototype.status);
  }

  readonly #store: LedgerStore;
  #ledger: LimiterLedger;
  /** Whether this instance knows that an alarm is set. */
  #checkPlanned = false;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.#store = new LedgerStore(ctx.storage);
    this.#ledger = new LimiterLedger(this.#store);
    const config = configOf(env);
    const { schema } = this.#store;
    if (config.ok && schema !== null) reportNewerSchema("limiter", schema, consoleReporter(config.value.logLevel, env));
  }

  async lease(request: LeaseRequest): Promise<LeaseGrant> {
    const grant = this.#ledger.lease(request, Date.now());
    if (!this.#checkPlanned) this.ctx.waitUntil(this.#planCheck());
    return grant;
  }

  async release(request: LeaseReturn): Promise<void> {
    this.#ledger.release(request, Date.now());
  }

  async status(): Promise<LimiterStatus | null> {
    return this.#ledger.status(Date.now());
  }

  /** Deletes the bucket if it is full and unused; otherwise plans the next check. */
  override async alarm(): Promise<void> {
    this.#checkPlanned = false;
    try {
      await this.#check();
    } catch {
      // The platform gives up after six failed attempts. A planned check does not end.
      await this.#setAlarm(CHECK_RETRY_MS);
    }
  }

  async #check(): Promise<void> {
    const ledger = this.#ledger.current;
    if (ledger === null) return;
    const decision = bucketDeletion(ledger, Date.now());
    if (decision.kind === "delete") {
      // The storage is empty as soon as the call returns, so a request that arrives meanwhile starts a new bucket.
      const deleted = this.#store.deleteAll();
      this.#ledger = new LimiterLedger(this.#store);
      await deleted;
    } else if (decision.checkInMs !== null) await this.#setAlarm(decision.checkInMs);
  }

  /** Sets the alarm of a new bucket. The alarm sets the following ones. */
  async #planCheck(): Promise<void> {
    this.#checkPlanned = true;
    try {
      if ((await this.ctx.storage.getAlarm()) === null) await this.#setAlarm(UNUSED_BUCKET_MS);
    } catch {
      this.#checkPlanned = false;
    }
  }

  async #setAlarm(delayMs: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + delayMs);
    this.#checkPlanned = true;
  }
}
