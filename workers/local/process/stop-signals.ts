/**
 * Signals that follow the first within this time come from the same key press: the terminal sends Ctrl-C to npm and to
 * the server, and npm passes its own on. In milliseconds.
 */
const ONE_PRESS_MS = 1000;

/** What a signal asks of the server. */
export type SignalEffect = "stop" | "ignore" | "abort";

/** Decides what signals mean: the first stops the server cleanly, a later one ends it at once. */
export class StopSignals {
  #firstMs: number | null = null;

  /** @param nowMs time of a clock that is never set back */
  signalled(nowMs: number): SignalEffect {
    if (this.#firstMs === null) {
      this.#firstMs = nowMs;
      return "stop";
    }
    return nowMs - this.#firstMs < ONE_PRESS_MS ? "ignore" : "abort";
  }

  /** The process that started the server has ended. That is no second signal: npm ends on Ctrl-C, too. */
  parentEnded(nowMs: number): SignalEffect {
    return this.#firstMs === null ? this.signalled(nowMs) : "ignore";
  }
}
