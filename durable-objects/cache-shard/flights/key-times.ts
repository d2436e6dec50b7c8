import type { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../../shared/memory/ledger-map.ts";

const MAX_KEYS = 10_000;
/** Memory of one key and its time. Measured by `npm run bench -- memory-holders`. */
const KEY_TIME_BYTES = 110;

/** Times by key, of at most 10,000 keys. A time may be forgotten when memory is short. */
export class KeyTimes {
  readonly #times: LedgerMap<number>;

  constructor(ledger: IsolateLedger, owner: string) {
    this.#times = new LedgerMap({ ledger, kind: "hints", owner, maxBytes: MAX_KEYS * KEY_TIME_BYTES, bytesOf: () => KEY_TIME_BYTES });
  }

  get size(): number {
    return this.#times.size;
  }

  get(key: string): number | null {
    return this.#times.peek(key) ?? null;
  }

  set(key: string, atMs: number): void {
    this.#times.set(key, atMs);
  }

  delete(key: string): void {
    this.#times.delete(key);
  }
}
