/**
 * One bucket of the isolate's lease book and the requests that wait for it. One call to the limiter
 * is in flight at a time, and its grant serves the waiting requests in order of arrival. When the
 * grant is too small for all of them, the next call follows.
 *
 *   1. request A finds no lease and calls the limiter      2. B, C arrive and queue behind A
 *   3. the grant serves A (and B)                          4. A, already answered, calls again for C
 *
 * If A's client resets its connection, the runtime may stop A's code. Its calls are deferred
 * (`waitUntil`), which keeps A alive. If A stops anyway, B calls after FOLLOWER_PATIENCE_MS. A calls
 * for C because A is known to be running, whereas C's client may have left.
 */
import type { LeaseGrant, LeaseRequest, LeaseReturn } from "../../shared/domain/rate/lease-messages.ts";
import { HeldLeases, type LocalLease, type Refusal } from "../../shared/domain/rate/held-leases.ts";
import type { BucketShape } from "../../shared/domain/rate/token-bucket.ts";
import type { LimiterStub } from "./limiter-port.ts";
import { type StartTimer, Turn } from "./waiting-request.ts";
import { MS_PER_SECOND } from "../../shared/domain/units.ts";

/** Calls that one request makes for the requests behind it before another one takes over. */
export const MAX_CALLS_PER_LEADER = 8;

/** How long a follower waits for another request's call before it makes its own, in milliseconds. */
export const FOLLOWER_PATIENCE_MS = 1000;

/** After this long without an answer the limiter counts as unreachable, in milliseconds. */
export const LIMITER_TIMEOUT_MS = 3000;

/** Longest reason that is reported, in characters. */
const MAX_REASON_CHARACTERS = 200;

/** What the queue needs from its environment. */
export interface QueuePorts {
  /** The current time in milliseconds since the epoch. */
  nowMs(): number;
  /** A unique id for one attempt. */
  newAttempt(): string;
  readonly startTimer: StartTimer;
  /** Keeps work of the *current* request running after its client has left. */
  defer(work: Promise<unknown>): void;
  /** Is told of every failed call to a limiter. */
  unreachable(failure: LimiterFailure): void;
}

/** A failed call to a limiter. `reason` is `timeout`, or the error's message. */
export interface LimiterFailure {
  readonly bucket: BucketKind;
  readonly reason: string;
}

export type BucketKind = "user" | "tenant";

/** The lease that admits a request, or the reason why there is none. */
export type TakeOutcome = LocalLease | Refusal;

export class LeaseQueue {
  readonly bucket: HeldLeases;
  /** When a request last used this bucket. The lease book updates it at most once per SWEEP_INTERVAL_MS. */
  touchedMs = 0;
  readonly #shape: BucketShape;
  readonly #stub: () => LimiterStub;
  readonly #ports: QueuePorts;
  readonly #kind: BucketKind;
  #turns: Turn<TakeOutcome>[] = [];
  /** Number of the call in flight or about to be made; 0 = none. */
  #call = 0;
  #calls = 0;
  #calledAtMs = 0;

  constructor(kind: BucketKind, shape: BucketShape, stub: () => LimiterStub, ports: QueuePorts) {
    this.bucket = new HeldLeases(shape);
    this.#shape = shape;
    this.#stub = stub;
    this.#ports = ports;
    this.#kind = kind;
  }

  /**
   * Spends one request of the lease in hand.
   * Null when requests are waiting or no lease is left: then await {@link acquire}.
   */
  take(nowMs: number): LocalLease | null {
    return this.#turns.length > 0 ? null : this.bucket.take(nowMs);
  }

  /** True while requests wait here or a denial is remembered: such a queue is not idle. */
  busy(nowMs: number): boolean {
    return this.#turns.length > 0 || this.#call !== 0 || this.bucket.refusal(nowMs) !== null;
  }

  /** Waits for a lease or a refusal from the limiter. */
  async acquire(): Promise<TakeOutcome> {
    const turn = new Turn<TakeOutcome>();
    this.#turns.push(turn);
    let lead = this.#call === 0;
    for (;;) {
      if (lead) this.#ports.defer(this.#lead());
      // The leader is woken by its own call, at the latest when the call times out.
      const wake = await turn.wait(lead ? LIMITER_TIMEOUT_MS + FOLLOWER_PATIENCE_MS : FOLLOWER_PATIENCE_MS, this.#ports.startTimer);
      if (wake.kind === "settled") return wake.outcome;
      lead = wake.kind === "lead" || this.#ports.nowMs() - this.#calledAtMs >= FOLLOWER_PATIENCE_MS;
    }
  }

  /** Returns all leases to the limiter, in deferred calls. Returns the number of calls. */
  relinquish(nowMs: number): number {
    const returns = this.bucket.relinquish(nowMs);
    if (returns.length > 0) this.#ports.defer(this.#giveBack(returns));
    return returns.length;
  }

  async #giveBack(returns: readonly LeaseReturn[]): Promise<void> {
    // When a return fails, the caller loses the rest of the lease until it expires. It never admits too many requests.
    await Promise.allSettled(returns.map((ended) => this.#stub().release(ended)));
  }

  /**
   * Calls the limiter while requests wait, at most MAX_CALLS_PER_LEADER times.
   * Then hands over to the first waiting request.
   */
  async #lead(): Promise<void> {
    for (let calls = 0; calls < MAX_CALLS_PER_LEADER; calls += 1) {
      if (!(await this.#ask())) return;
    }
    this.#turns[0]?.lead();
  }

  /** Makes one call. True when requests still wait and no other call is in flight; the caller must then call again. */
  async #ask(): Promise<boolean> {
    const call = this.#startCall();
    const sentAtMs = this.#calledAtMs;
    const want = this.#turns.length;
    const { expected, returns } = this.bucket.demand(sentAtMs, want);
    const { perWindow, windowMs, burst } = this.#shape;
    const request: LeaseRequest = {
      requests: perWindow,
      windowSeconds: windowMs / MS_PER_SECOND,
      burst,
      want,
      expected,
      attempt: this.#ports.newAttempt(),
      returns,
    };
    let timedOut = false;
    const stop = this.#ports.startTimer(LIMITER_TIMEOUT_MS, () => {
      timedOut = true;
      this.#fail("timeout");
    });
    try {
      const grant = await this.#lease(request);
      this.bucket.accept(grant, want, sentAtMs, this.#ports.nowMs(), returns);
      return this.#deal(call);
    } catch (error) {
      this.#fail(timedOut ? null : String(error));
      return false;
    } finally {
      stop();
    }
  }

  /** Repeats the call once when the platform allows it. The attempt's id makes the limiter count it only once. */
  async #lease(request: LeaseRequest): Promise<LeaseGrant> {
    try {
      return await this.#stub().lease(request);
    } catch (error) {
      if (!mayRepeat(error)) throw error;
      return await this.#stub().lease(request);
    }
  }

  #startCall(): number {
    this.#calls += 1;
    this.#call = this.#calls;
    this.#calledAtMs = this.#ports.nowMs();
    return this.#call;
  }

  /** Serves waiting requests from the lease in hand. True when the caller should call again for the rest. */
  #deal(call: number): boolean {
    const now = this.#ports.nowMs();
    if (call === this.#call) this.#call = 0;
    for (let lease = this.#next(now); lease !== null; lease = this.#next(now)) this.#turns.shift()?.settle(lease);
    this.bucket.served();
    if (this.#turns.length === 0) return false;
    const refusal = this.bucket.refusal(now);
    if (refusal !== null) this.#settleAll(refusal);
    if (refusal !== null || this.#call !== 0) return false;
    this.#startCall();
    return true;
  }

  #next(nowMs: number): LocalLease | null {
    return this.#turns.length === 0 ? null : this.bucket.take(nowMs);
  }

  /**
   * Fails all waiting requests after one failed call.
   * If each request waited for its own call, overtaking calls would restart the wait.
   * @param reason why the call failed; null when that has been reported
   */
  #fail(reason: string | null): void {
    if (reason !== null) this.#ports.unreachable({ bucket: this.#kind, reason: reason.slice(0, MAX_REASON_CHARACTERS) });
    this.#call = 0;
    this.bucket.unreachable(this.#ports.nowMs());
    this.#settleAll("unavailable");
  }

  #settleAll(outcome: Refusal): void {
    const turns = this.#turns;
    this.#turns = [];
    for (const turn of turns) turn.settle(outcome);
  }
}

function mayRepeat(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const flagged = (flag: string): boolean => Reflect.get(error, flag) === true;
  return !flagged("overloaded") && (flagged("retryable") || flagged("durableObjectReset"));
}
