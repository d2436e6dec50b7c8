import { type LedgerStorage, LimiterLedger } from "../../../durable-objects/rate-limiter/limiter-ledger.ts";
import type { Ledger } from "../../../shared/domain/rate/lease-ledger.ts";
import type { LeaseGrant, LeaseRequest, LeaseReturn, LimiterStatus, RatePolicy } from "../../../shared/domain/rate/lease-messages.ts";
import { LeaseBook } from "../../../workers/limits/lease-book.ts";
import type { LimiterFailure, QueuePorts } from "../../../workers/limits/lease-queue.ts";
import { type LimiterPort, type LimiterStub, tenantLimiterName, userLimiterName } from "../../../workers/limits/limiter-port.ts";

/** A time far from zero, so that forgotten initial values cause failures. */
export const START_MS = 1_800_000_000_000;

/** After this long without a call, the platform drops the memory of an object that has no timers. */
const HIBERNATION_MS = 10_000;

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

/** Storage that holds one ledger and counts the rows written. */
export class FakeLedgerStorage implements LedgerStorage {
  ledger: Ledger | null = null;
  rowsWritten = 0;

  load(): Ledger | null {
    return structuredClone(this.ledger);
  }

  save(ledger: Ledger): void {
    this.ledger = structuredClone(ledger);
    this.rowsWritten += 1;
  }
}

/** A limiter with the real ledger, and with a network that a test can slow down or break. */
export class FakeLimiter implements LimiterStub {
  readonly storage = new FakeLedgerStorage();
  ledger = new LimiterLedger(this.storage);
  readonly requests: LeaseRequest[] = [];
  readonly released: LeaseReturn[] = [];
  /** Time of the charge, by attempt. */
  readonly chargedAtMs = new Map<string, number>();
  /** When set, answers wait for it. */
  gate: Promise<void> | null = null;
  failure: Error | null = null;
  /** When set, the next call is cut short by a kill: before its write is durable, or between the write and the reply. */
  crash: "before_commit" | "after_commit" | null = null;
  readonly #clock: FakeClock;
  #calledAtMs = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  async lease(request: LeaseRequest): Promise<LeaseGrant> {
    this.requests.push(request);
    if (this.failure !== null) throw this.failure;
    const grant = this.#run(() => this.ledger.lease(request, this.#clock.nowMs));
    this.chargedAtMs.set(request.attempt, this.#clock.nowMs);
    await this.gate;
    return grant;
  }

  async release(ended: LeaseReturn): Promise<void> {
    this.released.push(ended);
    this.#run(() => this.ledger.release(ended, this.#clock.nowMs));
  }

  status(): LimiterStatus | null {
    return this.ledger.status(this.#clock.nowMs);
  }

  /** Simulates a kill, after which only the stored row is left. */
  kill(): void {
    this.ledger = new LimiterLedger(this.storage);
  }

  #run<Reply>(call: () => Reply): Reply {
    // The platform drops the memory of an object that has not been called for a while.
    if (this.#clock.nowMs - this.#calledAtMs >= HIBERNATION_MS) this.kill();
    this.#calledAtMs = this.#clock.nowMs;
    const { crash } = this;
    const before = this.storage.ledger;
    const reply = call();
    if (crash === null) return reply;
    this.crash = null;
    if (crash === "before_commit") this.storage.ledger = before;
    this.kill();
    throw Object.assign(new Error("killed"), { durableObjectReset: true });
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
