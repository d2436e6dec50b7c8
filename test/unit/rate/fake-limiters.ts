import type { LeaseGrant, LeaseRequest, LeaseReturn, RatePolicy } from "../../../shared/domain/rate/lease-messages.ts";
import { grantLease, type Ledger, returnLease } from "../../../shared/domain/rate/granted-leases.ts";
import { LeaseBook } from "../../../workers/limits/lease-book.ts";
import type { LimiterFailure, QueuePorts } from "../../../workers/limits/lease-queue.ts";
import { type LimiterPort, type LimiterStub, tenantLimiterName, userLimiterName } from "../../../workers/limits/limiter-port.ts";

/** A time far from zero, so that forgotten initial values cause failures. */
export const START_MS = 1_800_000_000_000;

export const UNLIMITED_POLICY: RatePolicy = { requests: null, windowSeconds: 3600, burst: 50 };

/** A clock whose timers fire only when the test advances it. */
export class FakeClock {
  nowMs = START_MS;
  #timers: { readonly atMs: number; readonly fire: () => void }[] = [];

  readonly startTimer = (delayMs: number, fire: () => void): (() => void) => {
    const timer = { atMs: this.nowMs + delayMs, fire };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  get timers(): number {
    return this.#timers.length;
  }

  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const [due] = this.#timers.filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (due === undefined) break;
      this.nowMs = Math.max(this.nowMs, due.atMs);
      this.#timers = this.#timers.filter((timer) => timer !== due);
      due.fire();
      await settle();
    }
    this.nowMs = untilMs;
    await settle();
  }
}

/** Waits until all promises that can settle have settled. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A limiter with the real ledger, and with a network that a test can slow down or break. */
export class FakeLimiter implements LimiterStub {
  ledger: Ledger | null = null;
  readonly requests: LeaseRequest[] = [];
  readonly released: LeaseReturn[] = [];
  /** Time of the charge, by attempt. */
  readonly chargedAtMs = new Map<string, number>();
  /** When set, answers wait for it. */
  gate: Promise<void> | null = null;
  failure: Error | null = null;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  async lease(request: LeaseRequest): Promise<LeaseGrant> {
    this.requests.push(request);
    if (this.failure !== null) throw this.failure;
    const decision = grantLease(this.ledger, request, this.#clock.nowMs);
    this.ledger = decision.ledger;
    this.chargedAtMs.set(request.attempt, this.#clock.nowMs);
    await this.gate;
    return decision.grant;
  }

  async release(ended: LeaseReturn): Promise<void> {
    this.released.push(ended);
    if (this.ledger !== null) this.ledger = returnLease(this.ledger, ended, this.#clock.nowMs);
  }

  /** Simulates an eviction, after which only data is left. */
  restart(): void {
    this.ledger = structuredClone(this.ledger);
  }
}

export class FakeLimiters implements LimiterPort {
  readonly objects = new Map<string, FakeLimiter>();
  readonly clock: FakeClock;

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  user(tenant: string, user: string): FakeLimiter {
    return this.#object(userLimiterName(tenant, user));
  }

  tenant(tenant: string): FakeLimiter {
    return this.#object(tenantLimiterName(tenant));
  }

  get calls(): number {
    return [...this.objects.values()].reduce((sum, limiter) => sum + limiter.requests.length, 0);
  }

  #object(key: string): FakeLimiter {
    const found = this.objects.get(key) ?? new FakeLimiter(this.clock);
    this.objects.set(key, found);
    return found;
  }
}

export interface Isolate {
  readonly book: LeaseBook;
  readonly deferred: Promise<unknown>[];
  /** Failed calls to limiters, as reported. */
  readonly failures: readonly LimiterFailure[];
}

let attempts = 0;

export function newIsolate(
  limiters: LimiterPort,
  clock: FakeClock,
  policies: { user: RatePolicy; tenant: RatePolicy },
  maxBuckets = 100,
): Isolate {
  const deferred: Promise<unknown>[] = [];
  const failures: LimiterFailure[] = [];
  const ports: QueuePorts = {
    nowMs: () => clock.nowMs,
    newAttempt: () => `attempt-${(attempts += 1)}`,
    startTimer: clock.startTimer,
    defer: (work) => void deferred.push(work),
    unreachable: (failure) => void failures.push(failure),
  };
  return { book: new LeaseBook({ limiters, policies, ports, maxBuckets }), deferred, failures };
}
