import { BoundedMap } from "../domain/bounded-map.ts";
import type { IsolateLedger, LedgerAccount, LedgerKind } from "./isolate-ledger.ts";

export interface LedgerMapOptions<Value> {
  readonly ledger: IsolateLedger;
  readonly kind: LedgerKind;
  /** Owner of the account. An older account of the same kind and owner is closed. */
  readonly owner: string;
  readonly maxBytes: number;
  /** Bytes that an entry takes in memory. Must always return the same number for the same entry. */
  readonly bytesOf: (value: Value, key: string) => number;
}

/**
 * A bounded map that accounts for its bytes in the isolate's ledger.
 * The ledger may evict its least recently used entries at any time.
 */
export class LedgerMap<Value> {
  readonly #account: LedgerAccount;
  readonly #maxBytes: number;
  readonly #bytesOf: (value: Value, key: string) => number;
  readonly #entries: BoundedMap<string, Value>;

  constructor({ ledger, kind, owner, maxBytes, bytesOf }: LedgerMapOptions<Value>) {
    this.#maxBytes = maxBytes;
    this.#bytesOf = bytesOf;
    this.#entries = new BoundedMap({ maxWeight: maxBytes, weigh: bytesOf });
    this.#account = ledger.open(kind, owner, (bytes) => this.#shed(bytes));
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#entries.weight;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Reads an entry and marks it as used. */
  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  /** Reads an entry without marking it as used. */
  peek(key: string): Value | undefined {
    return this.#entries.peek(key);
  }

  /** Stores a value. Returns false, and keeps nothing, when the map or the isolate has no room. */
  set(key: string, value: Value): boolean {
    this.delete(key);
    const bytes = this.#bytesOf(value, key);
    if (bytes > this.#maxBytes) return false;
    while (this.#entries.weight + bytes > this.#maxBytes) this.#account.release(this.#entries.evictOldest());
    if (!this.#account.reserve(bytes)) return false;
    return this.#entries.set(key, value);
  }

  delete(key: string): void {
    const before = this.#entries.weight;
    if (this.#entries.delete(key)) this.#account.release(before - this.#entries.weight);
  }

  clear(): void {
    this.#account.release(this.#entries.weight);
    this.#entries.clear();
  }

  #shed(bytes: number): void {
    const target = Math.max(0, this.#entries.weight - bytes);
    while (this.#entries.weight > target) this.#account.release(this.#entries.evictOldest());
  }
}
