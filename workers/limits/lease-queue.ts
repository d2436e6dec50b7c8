/**
 * One bucket of the isolate's lease book and the requests that wait for it. One call to the limiter
 * is under way at a time; its answer is dealt out first come, first served. When it does not reach
 * everyone, the next call follows.
 *
 *   1. request A finds no lease and calls the limiter      2. B, C arrive and queue behind A
 *   3. the grant serves A (and B)                          4. A, already answered, calls again for C
 *
 * If A's client resets its connection, A's own code may never run again. Its calls are deferred,
 * which keeps it alive; should it die all the same, B calls once its patience is over. A goes on for
 * C because A is known to be alive: C's client may have left while it waited.
 */
import type { LeaseGrant, LeaseRequest, LeaseReturn } from "../../shared/domain/rate/lease.ts";
import { LocalBucket, type LocalLease, type Refusal } from "../../shared/domain/rate/local-bucket.ts";
import type { BucketShape } from "../../shared/domain/rate/token-bucket.ts";
import type { LimiterStub } from "./limiter-port.ts";
import { type StartTimer, Turn } from "./turn.ts";
import { MS_PER_SECOND } from "../../shared/domain/units.ts";

/** Calls one request makes for those who wait behind it, before another takes over: nobody works for others for ever. */
export const MAX_CALLS_PER_LEADER = 8;

/** How long a follower trusts a call another request makes, in milliseconds; then it makes its own. */
export const FOLLOWER_PATIENCE_MS = 1000;

/** How long the limiter may take before it counts as unreachable, in milliseconds. */
export const LIMITER_TIMEOUT_MS = 3000;

/** What the queue needs from around it. */
export interface QueuePorts {
  /** The current time in milliseconds since the epoch. */
  nowMs(): number;
  /** A value never used before; the identity of one attempt. */
  newAttempt(): string;
  readonly startTimer: StartTimer;
  /** Keeps work of the *current* request going after its client has left. */
  defer(work: Promise<unknown>): void;
}

/** What a request got: a place in a lease, or why it got none. */
export type TakeOutcome = LocalLease | Refusal;

export class LeaseQueue {
  readonly bucket: LocalBucket;
  /** When a request last asked for this bucket, to the precision the book needs. */
  touchedMs = 0;
  readonly #shape: BucketShape;
  readonly #stub: () => LimiterStub;
  readonly #ports: QueuePorts;
  #turns: Turn<TakeOutcome>[] = [];
  /** The call under way (or promised by a woken request), by number; 0 = none. */
  #call = 0;
  #calls = 0;
  #calledAtMs = 0;

  constructor(shape: BucketShape, stub: () => LimiterStub, ports: QueuePorts) {
    this.bucket = new LocalBucket(shape);
    this.#shape = shape;
    this.#stub = stub;
    this.#ports = ports;
  }

  /** Spends a request of the lease in hand; null when {@link acquire} has to be awaited. Nobody overtakes the waiting. */
  take(nowMs: number): LocalLease | null {
    return this.#turns.length > 0 ? null : this.bucket.take(nowMs);
  }

  /** True while requests wait here or a denial is remembered: such a queue is not idle. */
  busy(nowMs: number): boolean {
    return this.#turns.length > 0 || this.#call !== 0 || this.bucket.refusal(nowMs) !== null;
  }

  /** Waits for the limiter's answer. */
  async acquire(): Promise<TakeOutcome> {
    const turn = new Turn<TakeOutcome>();
    this.#turns.push(turn);
    let lead = this.#call === 0;
    for (;;) {
      if (lead) this.#ports.defer(this.#lead());
      // Whoever calls is woken by its own call, at the latest when that has timed out.
      const wake = await turn.wait(lead ? LIMITER_TIMEOUT_MS + FOLLOWER_PATIENCE_MS : FOLLOWER_PATIENCE_MS, this.#ports.startTimer);
      if (wake.kind === "settled") return wake.outcome;
      lead = wake.kind === "lead" || this.#ports.nowMs() - this.#calledAtMs >= FOLLOWER_PATIENCE_MS;
    }
  }

  /** Gives everything in hand back; the calls are deferred. */
  relinquish(): void {
    const returns = this.bucket.relinquish();
    if (returns.length > 0) this.#ports.defer(this.#giveBack(returns));
  }

  async #giveBack(returns: readonly LeaseReturn[]): Promise<void> {
    // A return that fails costs the caller what the lease had left, never the operator anything.
    await Promise.allSettled(returns.map((ended) => this.#stub().release(ended)));
  }

  /** Calls the limiter until nobody waits, then until somebody else should. */
  async #lead(): Promise<void> {
    for (let calls = 0; calls < MAX_CALLS_PER_LEADER; calls += 1) {
      if (!(await this.#ask())) return;
    }
    this.#turns[0]?.lead();
  }

  /** One call; true when requests still wait and none is under way for them, in which case the next counts as begun. */
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
    const stop = this.#ports.startTimer(LIMITER_TIMEOUT_MS, () => this.#fail());
    try {
      const grant = await this.#lease(request);
      this.bucket.accept(grant, want, sentAtMs, this.#ports.nowMs(), returns);
      return this.#deal(call);
    } catch {
      this.#fail();
      return false;
    } finally {
      stop();
    }
  }

  /** One repeat where the platform says that the call may be repeated; the attempt's identity makes it count once. */
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

  /** Serves the waiting out of what has come; true when the caller should call again for those left over. */
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

  /** One call that failed or was given up speaks for all that are under way, or each overtaking call would restart the wait. */
  #fail(): void {
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
