import type { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { KeyTimes } from "./key-times.ts";

/** How long requests for a key are not coalesced after an answer that could not be stored (Varnish: hit-for-miss). */
const PASS_MS = 60_000;

/** Keys whose last answer could not be stored. Requests for them must not queue behind each other. */
export class PassMarkers {
  readonly #untilMs: KeyTimes;

  constructor(ledger: IsolateLedger, owner: string) {
    this.#untilMs = new KeyTimes(ledger, `${owner}/passes`);
  }

  get size(): number {
    return this.#untilMs.size;
  }

  mark(key: string, nowMs: number): void {
    this.#untilMs.set(key, nowMs + PASS_MS);
  }

  has(key: string, nowMs: number): boolean {
    const untilMs = this.#untilMs.get(key);
    if (untilMs === null) return false;
    if (untilMs > nowMs) return true;
    this.#untilMs.delete(key);
    return false;
  }

  clear(key: string): void {
    this.#untilMs.delete(key);
  }
}
