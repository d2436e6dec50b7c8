/** What woke a waiting request: its outcome, or the call to ask the limiter itself. */
export type Wake<Outcome> =
  | { readonly kind: "settled"; readonly outcome: Outcome }
  | { readonly kind: "lead" }
  | { readonly kind: "patience" };

/** Starts a timer in the request that calls it and returns how to stop it, to be called by the same request. */
export type StartTimer = (delayMs: number, fire: () => void) => () => void;

/**
 * One request waiting for its turn. In a stateless Worker a promise dies with the request that made
 * it, and its followers would wait for ever; so each turn makes its own promise in its own request
 * and keeps a timer of its own beside it.
 */
export class Turn<Outcome> {
  #outcome: Outcome | null = null;
  #resolve: ((wake: Wake<Outcome>) => void) | null = null;

  /** Resolves when woken, or after `patienceMs`. */
  async wait(patienceMs: number, startTimer: StartTimer): Promise<Wake<Outcome>> {
    if (this.#outcome !== null) return { kind: "settled", outcome: this.#outcome };
    let stop: (() => void) | null = null;
    const wake = await new Promise<Wake<Outcome>>((resolve) => {
      this.#resolve = resolve;
      stop = startTimer(patienceMs, () => resolve({ kind: "patience" }));
    });
    this.#resolve = null;
    (stop as (() => void) | null)?.();
    // Settled between the timer and here: the outcome counts, or what was spent on it would be lost.
    return this.#outcome === null ? wake : { kind: "settled", outcome: this.#outcome };
  }

  settle(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#resolve?.({ kind: "settled", outcome });
  }

  /** Asks this request to call the limiter for itself and for those behind it; lost on one whose client has left. */
  lead(): void {
    this.#resolve?.({ kind: "lead" });
  }
}
