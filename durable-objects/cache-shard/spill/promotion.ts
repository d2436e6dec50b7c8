import type { Entry, EntryBody } from "../entries/entry.ts";
import { bodyBytes } from "../entries/entry.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { RamFront, ResidentEntry } from "../entries/ram-front.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { SpillStore } from "./spill-store.ts";

/** Brings spilled entries back. A value that is missing, damaged, late or purged meanwhile is a miss. */
export class Promotion {
  readonly #store: EntryStore;
  readonly #front: RamFront;
  readonly #spill: SpillStore;
  readonly #numbers: ShardNumbers;
  readonly #onPromoted: (entry: Entry) => void;

  constructor(store: EntryStore, front: RamFront, spill: SpillStore, numbers: ShardNumbers, onPromoted: (entry: Entry) => void) {
    this.#store = store;
    this.#front = front;
    this.#spill = spill;
    this.#numbers = numbers;
    this.#onPromoted = onPromoted;
  }

  /** The entry with its body, in the shard again; null = miss. */
  async promote(entry: Entry): Promise<ResidentEntry | null> {
    const { spilled } = entry;
    if (spilled === null) return null;
    const read = await this.#spill.read(spilled.kvName);
    switch (read.kind) {
      case "failed":
        this.#numbers.add("kv_errors", 1);
        return null;
      case "absent":
        // KV may not show a recent value yet; the miss that follows replaces the row anyway.
        return null;
      case "corrupt":
        if (this.#store.find(entry.key)?.spilled?.kvName === spilled.kvName) this.#store.dropCorrupt(entry);
        return null;
      case "found":
        return this.#bringBack(entry, read.body);
    }
  }

  /** A storage fault is a miss as well: the question can still be asked upstream. */
  #bringBack(entry: Entry, body: EntryBody): ResidentEntry | null {
    try {
      if (!this.#store.promote(entry, body)) return this.#promotedMeanwhile(entry);
    } catch {
      return null;
    }
    const resident: Entry = { ...entry, spilled: null, bytes: bodyBytes(body) };
    this.#onPromoted(resident);
    return this.#front.get(entry.key) ?? this.#front.put(resident, body, null);
  }

  /** Somebody else may have brought the same entry back while KV was being read. */
  #promotedMeanwhile(entry: Entry): ResidentEntry | null {
    const now = this.#store.lookup(entry.key);
    if (now.kind !== "resident") return null;
    const { createdMs, sequence } = now.resident.entry;
    return createdMs === entry.createdMs && sequence === entry.sequence ? now.resident : null;
  }
}
