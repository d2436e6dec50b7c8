/** What woke a waiting request: its outcome, the order to call the limiter, or the end of its patience. */
export type Wake<Outcome> =
  | { readonly kind: "settled"; readonly outcome: Outcome }
  | { readonly kind: "lead" }
  | { readonly kind: "patience" };

/** Starts a timer that belongs to the current request. The same request must call the returned function to stop it. */
export type StartTimer = (delayMs: number, fire: () => void) => () => void;

/**
 * One waiting request. In a stateless Worker a promise dies with the request that created it, and
 * requests that share it would hang. So each turn creates its own promise and timer in its own request.
 */
export class Turn<Outcome> {
  #outcome: Outcome | null = null;
  #resolve: ((wake: Wake<Outcome>) => void) | null = null;

  /** Resolves when the turn is settled or told to lead, or after `patienceMs`. */
  async wait(patienceMs: number, startTimer: StartTimer): Promise<Wake<Outcome>> {
    if (this.#outcome !== null) return { kind: "settled", outcome: this.#outcome };
    let stop: (() => void) | null = null;
    const wake = await new Promise<Wake<Outcome>>((resolve) => {
      this.#resolve = resolve;
      stop = startTimer(patienceMs, () => resolve({ kind: "patience" }));
    });
    this.#resolve = null;
    (stop as (() => void) | null)?.();
    // The turn may have been settled after the timer fired. The outcome counts, or the request spent on it would be
    // lost.
    return this.#outcome === null ? wake : { kind: "settled", outcome: this.#outcome };
  }

  settle(outcome: Outcome): void {
    this.#outcome = outcome;
    this.#resolve?.({ kind: "settled", outcome });
  }

  /**
   * Tells this request to call the limiter for itself and for those behind it. Has no effect once its client has left.
   */
  lead(): void {
    this.#resolve?.({ kind: "lead" });
  }
}
