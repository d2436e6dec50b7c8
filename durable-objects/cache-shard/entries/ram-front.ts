import type { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../../shared/memory/ledger-map.ts";
import type { Entry, EntryBody } from "./entry.ts";

/** An entry with its body, ready to be served. */
export interface ResidentEntry {
  readonly entry: Entry;
  readonly body: EntryBody;
  /** The `chat.completion` text, decoded on first use. */
  json: string | null;
}

/** Rough cost of the objects around the bytes. */
const OVERHEAD_BYTES = 600;

/** Recently used entries in memory, bounded by the isolate's ledger and by a share of it. */
export class RamFront {
  readonly #residents: LedgerMap<ResidentEntry>;

  constructor(ledger: IsolateLedger, owner: string, maxBytes: number) {
    this.#residents = new LedgerMap({ ledger, kind: "ram_front", owner, maxBytes, bytesOf: ({ body }) => residentBytes(body) });
  }

  get bytes(): number {
    return this.#residents.bytes;
  }

  get size(): number {
    return this.#residents.size;
  }

  get(key: string): ResidentEntry | null {
    return this.#residents.get(key) ?? null;
  }

  /** Keeps an entry if it fits. Returns a usable object either way. */
  put(entry: Entry, body: EntryBody, json: string | null): ResidentEntry {
    const resident: ResidentEntry = { entry, body, json };
    this.#residents.set(entry.key, resident);
    return resident;
  }

  /** Uses that have just been written to the entry's row: what is held here must say the same. */
  noteUses(key: string, hits: number, lastUsedMs: number): void {
    const resident = this.#residents.get(key);
    if (resident === undefined) return;
    const { entry } = resident;
    const used = { ...entry, hits: entry.hits + hits, lastUsedMs: Math.max(entry.lastUsedMs, lastUsedMs) };
    this.#residents.set(key, { ...resident, entry: used });
  }

  delete(key: string): void {
    this.#residents.delete(key);
  }

  clear(): void {
    this.#residents.clear();
  }
}

/** The decoded text is counted beside the stored form: strings of mostly ASCII take one byte a character. */
function residentBytes(body: EntryBody): number {
  return OVERHEAD_BYTES + body.events.byteLength + body.usageEvent.length + 2 * body.json.byteLength;
}
