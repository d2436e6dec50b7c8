/** Entries that are remembered as new, at most. */
const MAX_ENTRIES = 10_000;

/** The newest entries of a shard. Eviction spares them: there was no time to request them again. */
export class NewestEntries {
  readonly #maxBytes: number;
  /** Bytes by key, oldest first. */
  readonly #entries = new Map<string, number>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  add(key: string, bytes: number): void {
    this.delete(key);
    this.#entries.set(key, bytes);
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      // The entry that was just added is always spared.
      if (oldest === key || (this.#bytes <= this.#maxBytes && this.#entries.size <= MAX_ENTRIES)) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key) ?? 0;
    this.#entries.delete(key);
  }
}
