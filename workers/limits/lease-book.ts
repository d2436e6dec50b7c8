/**
 * The isolate's lease book: admits requests from leases, usually without a call. All requests of an isolate share one.
 */
import type { RatePolicy } from "../../shared/domain/rate/lease-messages.ts";
import type { LocalLease, Refusal } from "../../shared/domain/rate/held-leases.ts";
import type { RateState } from "../../shared/domain/rate/rate-state.ts";
import { type BucketShape, bucketShape } from "../../shared/domain/rate/token-bucket.ts";
import { type BucketKind, LeaseQueue, type QueuePorts } from "./lease-queue.ts";
import type { LimiterPort, LimiterStub } from "./limiter-port.ts";

/** Buckets that one isolate remembers at most. */
export const MAX_BUCKETS = 10_000;

/**
 * After this long without a request a bucket is idle, and the rest of its lease is returned. In milliseconds. It is
 * longer than STEADY_GAP_MS, because steady users pause, too.
 */
export const IDLE_MS = 8000;

/** Shortest time between two sweeps for idle buckets, in milliseconds. */
export const SWEEP_INTERVAL_MS = 1000;

/** Buckets examined in one sweep. The bound keeps the cost for the request that runs the sweep small. */
export const MAX_SWEPT = 32;

/** Calls that return leases when the isolate is idle. The leases of further buckets expire. */
export const MAX_IDLE_RETURNS = 500;

export interface AdmitRequest {
  readonly tenant: string;
  readonly user: string;
  readonly nowMs: number;
}

export type Admission =
  /** `user` is null when users have no limit. `refund` undoes the admission; a second call does nothing. */
  | { readonly kind: "admitted"; readonly user: RateState | null; refund(): void }
  | { readonly kind: "denied"; readonly limitedBy: "user" | "tenant"; readonly retryAfterSeconds: number; readonly user: RateState | null }
  | { readonly kind: "unavailable" };

/** Stands for a lease when the bucket has no limit. */
const UNLIMITED = "unlimited";

type Held = LocalLease | typeof UNLIMITED;

type Outcome = Held | Refusal;

/** The buckets of one request; null = unlimited. */
interface Buckets {
  readonly user: LeaseQueue | null;
  readonly tenant: LeaseQueue | null;
}

export interface LeaseBookOptions {
  readonly limiters: LimiterPort;
  readonly policies: { readonly user: RatePolicy; readonly tenant: RatePolicy };
  /** `defer` must extend the request that is running when it is called (`waitUntil` of `cloudflare:workers`). */
  readonly ports: QueuePorts;
  readonly maxBuckets?: number;
}

export class LeaseBook {
  readonly #limiters: LimiterPort;
  readonly #ports: QueuePorts;
  readonly #userShape: BucketShape | null;
  readonly #tenantShape: BucketShape | null;
  readonly #maxBuckets: number;
  /** Least recently used first, to within SWEEP_INTERVAL_MS. */
  readonly #queues = new Map<string, LeaseQueue>();
  #sweptMs = 0;

  constructor(options: LeaseBookOptions) {
    this.#limiters = options.limiters;
    this.#ports = options.ports;
    this.#userShape = shapeOf(options.policies.user);
    this.#tenantShape = shapeOf(options.policies.tenant);
    this.#maxBuckets = options.maxBuckets ?? MAX_BUCKETS;
  }

  /** Buckets remembered now. */
  get size(): number {
    return this.#queues.size;
  }

  /**
   * Takes one request from the user's and one from the tenant's bucket.
   * Synchronous when leases in hand or a remembered refusal decide.
   */
  admit(request: AdmitRequest): Admission | Promise<Admission> {
    const { nowMs } = request;
    const buckets = this.#buckets(request);
    this.#sweep(nowMs);
    // Both buckets are checked before either is spent, because a denied request must not use up the other bucket.
    const userRefusal = buckets.user?.bucket.refusal(nowMs) ?? null;
    const tenantRefusal = buckets.tenant?.bucket.refusal(nowMs) ?? null;
    if (userRefusal !== null || tenantRefusal !== null) return refused(buckets, userRefusal, tenantRefusal, nowMs);
    const user = buckets.user === null ? UNLIMITED : buckets.user.take(nowMs);
    const tenant = buckets.tenant === null ? UNLIMITED : buckets.tenant.take(nowMs);
    if (user !== null && tenant !== null) return admitted(buckets, user, tenant, nowMs);
    return this.#ask(buckets, user, tenant);
  }

  /** Returns the leases of all buckets that no request waits for. Called when the isolate is idle. */
  returnLeases(nowMs: number): void {
    let calls = 0;
    for (const [key, queue] of this.#queues) {
      if (calls >= MAX_IDLE_RETURNS) return;
      if (queue.busy(nowMs)) continue;
      this.#queues.delete(key);
      calls += queue.relinquish(nowMs);
    }
  }

  async #ask(buckets: Buckets, user: Held | null, tenant: Held | null): Promise<Admission> {
    const [userOutcome, tenantOutcome] = await Promise.all([user ?? acquire(buckets.user), tenant ?? acquire(buckets.tenant)]);
    const nowMs = this.#ports.nowMs();
    if (isHeld(userOutcome) && isHeld(tenantOutcome)) return admitted(buckets, userOutcome, tenantOutcome, nowMs);
    give(buckets.user, userOutcome);
    give(buckets.tenant, tenantOutcome);
    return refused(buckets, userOutcome, tenantOutcome, nowMs);
  }

  #buckets(request: AdmitRequest): Buckets {
    const { tenant, user, nowMs } = request;
    return {
      user:
        this.#userShape === null
          ? null
          : this.#queue("user", `u${tenant.length}:${tenant}${user}`, this.#userShape, nowMs, () => this.#limiters.user(tenant, user)),
      tenant:
        this.#tenantShape === null
          ? null
          : this.#queue("tenant", `t${tenant}`, this.#tenantShape, nowMs, () => this.#limiters.tenant(tenant)),
    };
  }

  #queue(kind: BucketKind, key: string, shape: BucketShape, nowMs: number, stub: () => LimiterStub): LeaseQueue {
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      this.#makeRoom(nowMs);
      queue = new LeaseQueue(kind, shape, stub, this.#ports);
    } else if (nowMs - queue.touchedMs < SWEEP_INTERVAL_MS) return queue;
    else this.#queues.delete(key);
    queue.touchedMs = nowMs;
    this.#queues.set(key, queue);
    return queue;
  }

  /**
   * Drops the oldest buckets. This is safe:
   * waiting requests keep their queue alive, and the limiter accounts for every lease.
   */
  #makeRoom(nowMs: number): void {
    while (this.#queues.size >= this.#maxBuckets) {
      const oldest = this.#queues.entries().next();
      if (oldest.done === true) return;
      this.#queues.delete(oldest.value[0]);
      oldest.value[1].relinquish(nowMs);
    }
  }

  #sweep(nowMs: number): void {
    if (Math.abs(nowMs - this.#sweptMs) < SWEEP_INTERVAL_MS) return;
    this.#sweptMs = nowMs;
    let looked = 0;
    for (const [key, queue] of this.#queues) {
      looked += 1;
      if (looked > MAX_SWEPT || nowMs - queue.touchedMs < IDLE_MS) return;
      this.#queues.delete(key);
      // A busy queue moves to the end. At the front it would use up the budget of every sweep.
      if (queue.busy(nowMs)) this.#queues.set(key, queue);
      else queue.relinquish(nowMs);
    }
  }
}

function shapeOf(policy: RatePolicy): BucketShape | null {
  return policy.requests === null ? null : bucketShape(policy.requests, policy.windowSeconds, policy.burst);
}

async function acquire(queue: LeaseQueue | null): Promise<Outcome> {
  return queue === null ? UNLIMITED : await queue.acquire();
}

function isHeld(outcome: Outcome): outcome is Held {
  return outcome !== "denied" && outcome !== "unavailable";
}

/** Returns a request to the lease it was taken from, if it was taken. */
function give(queue: LeaseQueue | null, outcome: Outcome): void {
  if (queue !== null && isHeld(outcome) && outcome !== UNLIMITED) queue.bucket.refund(outcome);
}

function admitted(buckets: Buckets, user: Held, tenant: Held, nowMs: number): Admission {
  let refunded = false;
  return {
    kind: "admitted",
    user: buckets.user?.bucket.state(nowMs) ?? null,
    refund(): void {
      if (refunded) return;
      refunded = true;
      give(buckets.user, user);
      give(buckets.tenant, tenant);
    },
  };
}

/**
 * Combines two outcomes of which at least one is a refusal.
 * A denial outranks `unavailable`, and the longer wait is reported.
 */
function refused(buckets: Buckets, user: Outcome | null, tenant: Outcome | null, nowMs: number): Admission {
  if (user !== "denied" && tenant !== "denied") return { kind: "unavailable" };
  const userState = buckets.user?.bucket.state(nowMs) ?? null;
  const userWait = user === "denied" ? waitSeconds(userState) : 0;
  const tenantWait = tenant === "denied" ? waitSeconds(buckets.tenant?.bucket.state(nowMs) ?? null) : 0;
  return {
    kind: "denied",
    limitedBy: tenantWait > userWait ? "tenant" : "user",
    retryAfterSeconds: Math.max(userWait, tenantWait),
    user: userState,
  };
}

/** At least one second, because the denial may have ended while the request was waiting. */
function waitSeconds(state: RateState | null): number {
  return Math.max(1, state?.retryAfterSeconds ?? 0);
}
