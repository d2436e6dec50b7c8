/** After this long without a request an isolate is idle, in milliseconds. */
export const ISOLATE_IDLE_MS = 8000;

/**
 * A request that finds a task older than this starts a successor, in milliseconds. The platform stops the timers and
 * promises of a request about 30 s after its answer, and a task waits at most this long and ISOLATE_IDLE_MS more.
 */
export const SUCCESSOR_AFTER_MS = 10_000;

export interface IdlePorts {
  nowMs(): number;
  wait(ms: number): Promise<void>;
  /** Keeps work of the *current* request running after its answer (`waitUntil` of `cloudflare:workers`). */
  defer(work: Promise<unknown>): void;
}

/** Work to do when the isolate is idle. A failure concerns nobody else: nothing waits for this work. */
export type IdleWork = (nowMs: number) => Promise<void> | void;

/**
 * Runs work once an isolate has received no request for a while. A stateless Worker has no timers of its own, so the
 * waiting task belongs to the request that started it. One task at a time is in charge.
 */
export class IdleTask {
  readonly #ports: IdlePorts;
  readonly #work: readonly IdleWork[];
  #lastMs = 0;
  /** Number of the task in charge; 0 = none. */
  #inCharge = 0;
  #started = 0;
  #startedMs = 0;

  constructor(ports: IdlePorts, work: readonly IdleWork[]) {
    this.#ports = ports;
    this.#work = work;
  }

  /** Notes a request, and starts a task if none is in charge or the one in charge may soon be stopped. */
  touch(nowMs: number): void {
    this.#lastMs = nowMs;
    this.#ensure(nowMs, SUCCESSOR_AFTER_MS);
  }

  /**
   * Notes an answer, which may come long after its request. Starts a task if none is in charge any more, but does not
   * put off the one that is.
   */
  answered(nowMs: number): void {
    this.#ensure(nowMs, SUCCESSOR_AFTER_MS + ISOLATE_IDLE_MS);
  }

  /** @param maxAgeMs age from which on the task in charge is not relied upon */
  #ensure(nowMs: number, maxAgeMs: number): void {
    if (this.#inCharge !== 0 && Math.abs(nowMs - this.#startedMs) < maxAgeMs) return;
    this.#started += 1;
    this.#inCharge = this.#started;
    this.#startedMs = nowMs;
    this.#ports.defer(this.#run(this.#started));
  }

  async #run(task: number): Promise<void> {
    for (let leftMs = ISOLATE_IDLE_MS; leftMs > 0; leftMs = this.#leftMs()) {
      await this.#ports.wait(leftMs);
      if (task !== this.#inCharge) return;
    }
    this.#inCharge = 0;
    const nowMs = this.#ports.nowMs();
    await Promise.allSettled(this.#work.map(async (work) => await work(nowMs)));
  }

  /** Time until the isolate counts as idle. After a clock has been set back, it may be too short but not too long. */
  #leftMs(): number {
    return ISOLATE_IDLE_MS - Math.abs(this.#ports.nowMs() - this.#lastMs);
  }
}
