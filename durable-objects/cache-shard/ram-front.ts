import type { IsolateLedger, LedgerAccount } from "../../shared/memory/isolate-ledger.ts";
import type { Entry, EntryBody } from "./entry.ts";

/** An entry with its body, ready to be answered from. */
export interface ResidentEntry {
  readonly entry: Entry;
  readonly body: EntryBody;
  /** chat.completion text, decoded on first use. */
  json: string | null;
  readonly bytes: number;
}

/** Rough cost of the objects around the bytes. */
const OVERHEAD_BYTES = 600;

/** Recently used entries in memory, least recently used first, bounded by the isolate's ledger and a share of it. */
export class RamFront {
  readonly #account: LedgerAccount;
  readonly #maxBytes: number;
  readonly #residents = new Map<string, ResidentEntry>();
  #bytes = 0;

  constructor(ledger: IsolateLedger, owner: string, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#account = ledger.open("ram_front", owner, (bytes) => this.#shed(bytes));
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#residents.size;
  }

  get(key: string): ResidentEntry | null {
    const resident = this.#residents.get(key);
    if (resident === undefined) return null;
    this.#residents.delete(key);
    this.#residents.set(key, resident);
    return resident;
  }

  /** Keeps an entry if it fits; hands back a usable object either way. */
  put(entry: Entry, body: EntryBody, json: string | null): ResidentEntry {
    this.delete(entry.key);
    // Strings of mostly ASCII take a byte a character; the decoded text is counted beside the stored form.
    const bytes = OVERHEAD_BYTES + body.events.byteLength + body.usageEvent.length + 2 * body.json.byteLength;
    const resident: ResidentEntry = { entry, body, json, bytes };
    while (this.#bytes + bytes > this.#maxBytes && this.#residents.size > 0) this.#dropOldest();
    if (bytes > this.#maxBytes || !this.#account.reserve(bytes)) return resident;
    this.#residents.set(entry.key, resident);
    this.#bytes += bytes;
    return resident;
  }

  /** Uses that have just been written to the entry's row: what is kept here must tell the same. */
  noteUses(key: string, hits: number, lastUsedMs: number): void {
    const resident = this.#residents.get(key);
    if (resident === undefined) return;
    const { entry } = resident;
    const used = { ...entry, hits: entry.hits + hits, lastUsedMs: Math.max(entry.lastUsedMs, lastUsedMs) };
    this.#residents.set(key, { ...resident, entry: used });
  }

  delete(key: string): void {
    const resident = this.#residents.get(key);
    if (resident !== undefined) this.#forget(key, resident);
  }

  clear(): void {
    for (const [key, resident] of this.#residents) this.#forget(key, resident);
  }

  #shed(bytes: number): void {
    const target = Math.max(0, this.#bytes - bytes);
    while (this.#bytes > target && this.#residents.size > 0) this.#dropOldest();
  }

  #dropOldest(): void {
    const oldest = this.#residents.entries().next().value;
    if (oldest === undefined) return;
    this.#forget(oldest[0], oldest[1]);
  }

  #forget(key: string, resident: ResidentEntry): void {
    this.#residents.delete(key);
    this.#bytes -= resident.bytes;
    this.#account.release(resident.bytes);
  }
}
