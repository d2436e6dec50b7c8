import type { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { heapBytesOf } from "../../../shared/memory/heap-bytes.ts";
import { LedgerMap } from "../../../shared/memory/ledger-map.ts";
import type { Entry, EntryBody } from "./entry.ts";

/** An entry with its body, ready to be served. */
export interface ResidentEntry {
  readonly entry: Entry;
  readonly body: EntryBody;
  /** The `chat.completion` text; null until it is decoded for the first time, and for large answers. */
  readonly json: string | null;
}

/** Memory of an entry's objects beside its texts and bytes. Measured by `npm run bench -- memory-holders`. */
const OVERHEAD_BYTES = 480;

/** Recently used entries in memory, bounded by `maxBytes` and by the isolate's ledger. */
export class RamFront {
  readonly #residents: LedgerMap<ResidentEntry>;

  constructor(ledger: IsolateLedger, owner: string, maxBytes: number) {
    this.#residents = new LedgerMap({ ledger, kind: "ram_front", owner, maxBytes, bytesOf: residentBytes });
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

  /** Keeps the decoded text of an entry, if the entry is still in memory and there is room for the text. */
  keepJson(resident: ResidentEntry, json: string): void {
    const { key } = resident.entry;
    if (this.#residents.peek(key) !== resident) return;
    // When there is no room for both, the entry without the text is worth more.
    if (!this.#residents.set(key, { ...resident, json })) this.#residents.set(key, resident);
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

function residentBytes({ entry, body, json }: ResidentEntry): number {
  const texts = [entry.key, entry.scope, entry.tenant, body.usageEvent, ...entry.tags];
  const textBytes = texts.reduce((sum, text) => sum + heapBytesOf(text), 0);
  return OVERHEAD_BYTES + textBytes + body.events.byteLength + body.json.byteLength + (json === null ? 0 : heapBytesOf(json));
}
