/** Uses are written after this time, or as soon as this many entries have been used. */
export const USE_FLUSH_MS = 10_000;
export const USE_FLUSH_KEYS = 1000;

export interface EntryUse {
  readonly key: string;
  readonly hits: number;
  readonly lastUsedMs: number;
}

/** Uses of entries since the last flush. They are written in batches: a hit itself writes no row. */
export class UseLog {
  #uses = new Map<string, { hits: number; lastUsedMs: number }>();

  get size(): number {
    return this.#uses.size;
  }

  note(key: string, nowMs: number): void {
    const use = this.#uses.get(key);
    if (use === undefined) this.#uses.set(key, { hits: 1, lastUsedMs: nowMs });
    else {
      use.hits += 1;
      use.lastUsedMs = nowMs;
    }
  }

  /** Last use of a key that has not been written yet (ms); null when there is none. */
  lastUsedMs(key: string): number | null {
    return this.#uses.get(key)?.lastUsedMs ?? null;
  }

  hits(key: string): number {
    return this.#uses.get(key)?.hits ?? 0;
  }

  /** Returns all uses and clears the log. */
  drain(): readonly EntryUse[] {
    const uses = [...this.#uses].map(([key, use]) => ({ key, ...use }));
    this.#uses = new Map();
    return uses;
  }
}
