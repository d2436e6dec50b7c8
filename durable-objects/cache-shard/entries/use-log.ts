import type { Entry } from "./entry.ts";

/** An entry's row gets its uses once this many are pending. One hit in 32 then costs a written row, at most. */
const FOLD_HITS = 32;
/** The same while more than `CROWDED` entries have pending uses, so that few uses are forgotten. */
const FOLD_HITS_CROWDED = 4;
/** An entry's row gets a use that has been pending for this share of the time to idle. */
const FOLD_TTI_SHARE = 0.25;
/** Entries with pending uses, at most. */
const MAX_PENDING = 2000;
const CROWDED = 1500;

export interface EntryUse {
  readonly key: string;
  readonly hits: number;
  readonly lastUsedMs: number;
}

interface PendingUse {
  hits: number;
  lastUsedMs: number;
  readonly firstUsedMs: number;
}

/**
 * Uses of entries that the entries' rows lack. A hit writes no row: pending uses are kept in one packed row, and go into
 * the row of an entry when it has enough of them.
 */
export class UseLog {
  readonly #ttiMs: number | null;
  /** By key, least recently used first. */
  readonly #uses = new Map<string, PendingUse>();
  /** When the first use since the last write was noted (ms); null when there is none. */
  #dirtySinceMs: number | null = null;

  /**
   * @param ttiMs time to idle of entries; null = none. Uses are then folded within a quarter of it, because a lost use
   * would end an entry's life early.
   * @param packed what `pack` returned before the object was evicted; null = nothing
   */
  constructor(ttiMs: number | null, packed: string | null = null) {
    this.#ttiMs = ttiMs;
    if (packed !== null)
      for (const [key, hits, lastUsedMs] of JSON.parse(packed) as readonly [string, number, number][])
        this.#uses.set(key, { hits, lastUsedMs, firstUsedMs: lastUsedMs });
  }

  get size(): number {
    return this.#uses.size;
  }

  /** Whether uses have been noted since the last write. */
  get isDirty(): boolean {
    return this.#dirtySinceMs !== null;
  }

  /** Whether uses must be written now, so that losing them does not end the life of an entry early. */
  isUrgent(nowMs: number): boolean {
    return this.#ttiMs !== null && this.#dirtySinceMs !== null && nowMs - this.#dirtySinceMs >= this.#ttiMs * FOLD_TTI_SHARE;
  }

  note(key: string, nowMs: number): void {
    this.#dirtySinceMs ??= nowMs;
    const use = this.#uses.get(key);
    if (use !== undefined) this.#uses.delete(key);
    this.#uses.set(
      key,
      use === undefined ? { hits: 1, lastUsedMs: nowMs, firstUsedMs: nowMs } : { ...use, hits: use.hits + 1, lastUsedMs: nowMs },
    );
    if (this.#uses.size <= MAX_PENDING) return;
    const [oldest] = this.#uses.keys();
    if (oldest !== undefined) this.#uses.delete(oldest);
  }

  /**
   * Last use of an entry (ms), by its row and by its pending uses. A pending use may be older than the row: then it is
   * one of an earlier entry of the key.
   */
  lastUsedMs({ key, lastUsedMs }: Pick<Entry, "key" | "lastUsedMs">): number {
    return Math.max(lastUsedMs, this.#uses.get(key)?.lastUsedMs ?? 0);
  }

  hits(key: string): number {
    return this.#uses.get(key)?.hits ?? 0;
  }

  /** Uses to write into the rows of their entries. The caller passes them to `forget` when they have been written. */
  foldable(nowMs: number): readonly EntryUse[] {
    const uses: EntryUse[] = [];
    const enough = this.#uses.size > CROWDED ? FOLD_HITS_CROWDED : FOLD_HITS;
    for (const [key, { hits, lastUsedMs, firstUsedMs }] of this.#uses)
      if (hits >= enough || (this.#ttiMs !== null && nowMs - firstUsedMs >= this.#ttiMs * FOLD_TTI_SHARE))
        uses.push({ key, hits, lastUsedMs });
    return uses;
  }

  /** Forgets uses that have been written, but not those noted since. */
  forget(uses: readonly EntryUse[]): void {
    for (const { key, hits } of uses) {
      const use = this.#uses.get(key);
      if (use === undefined) continue;
      if (use.hits > hits) use.hits -= hits;
      else this.#uses.delete(key);
    }
  }

  /** The pending uses as text for storage, without some of them. */
  pack(without: readonly EntryUse[]): string {
    const left = new Set(without.map(({ key }) => key));
    return JSON.stringify([...this.#uses].flatMap(([key, { hits, lastUsedMs }]) => (left.has(key) ? [] : [[key, hits, lastUsedMs]])));
  }

  /** Notes that everything has been stored. */
  noteStored(): void {
    this.#dirtySinceMs = null;
  }
}
