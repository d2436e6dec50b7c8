import type { Clock } from "../../time/clock.ts";

/** Timeouts of an upstream call: until the first event, between events, and in total. In ms. */
export interface Patience {
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

export type TimeoutPhase = "first_byte" | "idle" | "total";

/** Enforces the timeouts of one upstream call with a single timer. Only the first `progress` sets a new timer. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #startedMs: number;
  readonly #onExpired: (phase: TimeoutPhase) => void;
  #lastMs: number | null = null;
  #paused = false;
  #cancel: () => void;

  constructor(clock: Clock, patience: Patience, onExpired: (phase: TimeoutPhase) => void) {
    this.#clock = clock;
    this.#patience = patience;
    this.#startedMs = clock.nowMs();
    this.#onExpired = onExpired;
    this.#cancel = this.#arm();
  }

  /** Notes that data has arrived. */
  progress(): void {
    const rearm = this.#lastMs === null || this.#paused;
    this.#lastMs = this.#clock.nowMs();
    this.#paused = false;
    if (!rearm) return;
    // The timer was set for the first-byte or the total timeout. The idle timeout may be much shorter.
    this.#cancel();
    this.#cancel = this.#arm();
  }

  /** Stops the timeouts between events until the next `progress`: the reader waits for its clients now. */
  pause(): void {
    this.#paused = true;
  }

  stop(): void {
    this.#cancel();
  }

  #arm(): () => void {
    return this.#clock.after(Math.max(1, this.#next().atMs - this.#clock.nowMs()), () => {
      const due = this.#next();
      if (due.atMs <= this.#clock.nowMs()) this.#onExpired(due.phase);
      else this.#cancel = this.#arm();
    });
  }

  #next(): { readonly atMs: number; readonly phase: TimeoutPhase } {
    const totalAtMs = this.#startedMs + this.#patience.totalMs;
    const stepAtMs = this.#lastMs === null ? this.#startedMs + this.#patience.firstByteMs : this.#lastMs + this.#patience.idleMs;
    if (this.#paused || totalAtMs <= stepAtMs) return { atMs: totalAtMs, phase: "total" };
    return { atMs: stepAtMs, phase: this.#lastMs === null ? "first_byte" : "idle" };
  }
}
