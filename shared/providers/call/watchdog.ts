import type { Clock } from "../../time/clock.ts";

/** How long a flight waits: for the first event, between events, and altogether. Units: ms. */
export interface Patience {
  readonly firstByteMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

export type TimeoutPhase = "first_byte" | "idle" | "total";

/** Watches one upstream call with a single timer; noting progress costs none after the first. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #startedMs: number;
  readonly #onExpired: (phase: TimeoutPhase) => void;
  #lastMs: number | null = null;
  #cancel: () => void;

  constructor(clock: Clock, patience: Patience, onExpired: (phase: TimeoutPhase) => void) {
    this.#clock = clock;
    this.#patience = patience;
    this.#startedMs = clock.nowMs();
    this.#onExpired = onExpired;
    this.#cancel = this.#arm();
  }

  /** Something arrived. */
  progress(): void {
    const first = this.#lastMs === null;
    this.#lastMs = this.#clock.nowMs();
    if (!first) return;
    // The timer was set for the first event; the idle time may be much shorter.
    this.#cancel();
    this.#cancel = this.#arm();
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
    if (totalAtMs <= stepAtMs) return { atMs: totalAtMs, phase: "total" };
    return { atMs: stepAtMs, phase: this.#lastMs === null ? "first_byte" : "idle" };
  }
}
