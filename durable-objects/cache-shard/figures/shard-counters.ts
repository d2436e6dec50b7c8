/** Events that a shard counts since it was created. The names are stored, so renaming one needs a migration. */
export const SHARD_COUNTERS = ["evictions", "spills", "promotions", "corrupt", "fenced_commits", "kv_errors"] as const;
export type ShardCounter = (typeof SHARD_COUNTERS)[number];

/** Counts events. They are written together with the figures of a minute, never on their own. */
export class ShardCounters {
  readonly #counts = new Map<ShardCounter, number>();
  #isDirty = false;

  /** @param packed what `pack` returned before the object was evicted; null = nothing */
  constructor(packed: string | null) {
    if (packed === null) return;
    const stored = JSON.parse(packed) as Partial<Record<ShardCounter, number>>; // written by `pack`
    for (const name of SHARD_COUNTERS) this.#counts.set(name, stored[name] ?? 0);
  }

  get isDirty(): boolean {
    return this.#isDirty;
  }

  get(name: ShardCounter): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: ShardCounter, count = 1): void {
    if (count === 0) return;
    this.#counts.set(name, this.get(name) + count);
    this.#isDirty = true;
  }

  pack(): string {
    return JSON.stringify(Object.fromEntries(this.#counts));
  }

  /** Notes that everything has been stored. */
  noteStored(): void {
    this.#isDirty = false;
  }
}
