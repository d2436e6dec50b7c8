import { BoundedMap } from "../../../shared/domain/bounded-map.ts";

/** How long requests for a key are not coalesced after an answer that could not be stored (Varnish: hit-for-miss). */
const PASS_MS = 60_000;
const MAX_MARKERS = 10_000;

/** Keys whose last answer could not be stored. Requests for them must not queue behind each other. */
export class PassMarkers {
  readonly #untilMs = new BoundedMap<string, number>({ maxWeight: MAX_MARKERS });

  get size(): number {
    return this.#untilMs.size;
  }

  mark(key: string, nowMs: number): void {
    this.#untilMs.set(key, nowMs + PASS_MS);
  }

  has(key: string, nowMs: number): boolean {
    const untilMs = this.#untilMs.peek(key);
    if (untilMs === undefined) return false;
    if (untilMs > nowMs) return true;
    this.#untilMs.delete(key);
    return false;
  }

  clear(key: string): void {
    this.#untilMs.delete(key);
  }
}
