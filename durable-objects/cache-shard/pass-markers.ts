/** How long callers of a question whose last answer could not be kept go on their own (Varnish calls it hit-for-miss). */
const PASS_MS = 60_000;
const MAX_MARKERS = 10_000;

/** Questions whose answers were uncacheable a moment ago: their callers must not queue behind each other. */
export class PassMarkers {
  readonly #until = new Map<string, number>();

  get size(): number {
    return this.#until.size;
  }

  mark(key: string, nowMs: number): void {
    this.#until.delete(key);
    this.#until.set(key, nowMs + PASS_MS);
    if (this.#until.size <= MAX_MARKERS) return;
    const oldest = this.#until.keys().next().value;
    if (oldest !== undefined) this.#until.delete(oldest);
  }

  has(key: string, nowMs: number): boolean {
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (until > nowMs) return true;
    this.#until.delete(key);
    return false;
  }

  clear(key: string): void {
    this.#until.delete(key);
  }
}
