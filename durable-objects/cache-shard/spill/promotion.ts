import type { Entry, EntryBody } from "../entries/entry.ts";
import { bodyBytes } from "../entries/entry.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { RamFront, ResidentEntry } from "../entries/ram-front.ts";
import type { SpillStore } from "./spill-store.ts";

export interface PromotionParts {
  readonly store: EntryStore;
  readonly front: RamFront;
  readonly spill: SpillStore;
  countKvError(): void;
  onPromoted(entry: Entry): void;
}

/** Brings spilled entries back from KV. A missing, damaged or late value is a miss, as is an entry purged meanwhile. */
export class Promotion {
  readonly #store: EntryStore;
  readonly #front: RamFront;
  readonly #spill: SpillStore;
  readonly #parts: PromotionParts;

  constructor(parts: PromotionParts) {
    this.#store = parts.store;
    this.#front = parts.front;
    this.#spill = parts.spill;
    this.#parts = parts;
  }

  /** Reads the body of an entry from KV and stores it in the shard again. Null means a miss. */
  async promote(entry: Entry): Promise<ResidentEntry | null> {
    const { spilled } = entry;
    if (spilled === null) return null;
    const read = await this.#spill.read(spilled.kvName);
    switch (read.kind) {
      case "failed":
        this.#parts.countKvError();
        return null;
      case "absent":
        // KV may not return a recent value yet. The miss that follows replaces the row.
        return null;
      case "corrupt":
        if (this.#store.find(entry.key)?.spilled?.kvName === spilled.kvName) this.#store.dropCorrupt(entry);
        return null;
      case "found":
        return this.#bringBack(entry, read.body);
    }
  }

  /** A storage error is a miss, too: the request can still go upstream. */
  #bringBack(entry: Entry, body: EntryBody): ResidentEntry | null {
    try {
      if (!this.#store.promote(entry, body)) return this.#promotedMeanwhile(entry);
    } catch {
      return null;
    }
    const resident: Entry = { ...entry, spilled: null, bytes: bodyBytes(body) };
    this.#parts.onPromoted(resident);
    // The eviction may have removed the entry again: then nothing may be left of it in memory, where no purge finds it.
    return this.#front.get(entry.key) ?? { entry: resident, body, json: null };
  }

  /** The entry if another request promoted it while KV was being read; else null. */
  #promotedMeanwhile(entry: Entry): ResidentEntry | null {
    const now = this.#store.lookup(entry.key);
    if (now.kind !== "resident") return null;
    const { createdMs, sequence } = now.resident.entry;
    return createdMs === entry.createdMs && sequence === entry.sequence ? now.resident : null;
  }
}
