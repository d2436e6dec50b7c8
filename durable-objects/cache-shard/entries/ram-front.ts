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

/** Approximate bytes of the objects around a body. */
const OVERHEAD_BYTES = 600;

/** Recently used entries in memory, bounded by `maxBytes` and by the isolate's ledger. */
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

  /** Keeps an entry if there is room for it. Returns the resident entry in both cases. */
  put(entry: Entry, body: EntryBody, json: string | null): ResidentEntry {
    const resident: ResidentEntry = { entry, body, json };
    this.#residents.set(entry.key, resident);
    return resident;
  }

  /** Applies uses that have been written to the entry's row. */
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

/** Counts the JSON form twice, to include the decoded text: a string of mostly ASCII takes one byte per character. */
function residentBytes(body: EntryBody): number {
  return OVERHEAD_BYTES + body.events.byteLength + body.usageEvent.length + 2 * body.json.byteLength;
}
