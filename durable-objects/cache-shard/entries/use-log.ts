/** Uses pile up this long, or up to this many entries, before they are written. */
export const USE_FLUSH_MS = 10_000;
export const USE_FLUSH_KEYS = 1000;

export interface EntryUse {
  readonly key: string;
  readonly hits: number;
  readonly lastUsedMs: number;
}

/** Hits since the last flush: a hit never writes a row by itself. */
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

  /** When a key was last used, if that is not written yet. */
  lastUsedMs(key: string): number | null {
    return this.#uses.get(key)?.lastUsedMs ?? null;
  }

  hits(key: string): number {
    return this.#uses.get(key)?.hits ?? 0;
  }

  /** Takes everything out. */
  drain(): readonly EntryUse[] {
    const uses = [...this.#uses].map(([key, use]) => ({ key, ...use }));
    this.#uses = new Map();
    return uses;
  }
}
