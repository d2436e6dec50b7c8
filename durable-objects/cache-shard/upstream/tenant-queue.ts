/** One tenant's calls. */
interface Line<Item> {
  readonly tenant: string;
  /** In the order of their arrival. */
  readonly waiting: Item[];
  /** Calls that hold a slot. */
  active: number;
  /** Number of the turn at which the tenant got its last slot, or at which it arrived. */
  turn: number;
}

/**
 * Calls that wait for a slot, in one line per tenant. A slot goes to the tenant that holds the fewest, and among equals
 * to the one whose last slot was given the longest ago. A tenant can therefore fill all slots while nobody else needs
 * one, but it never makes others wait behind its own queue.
 */
export class TenantQueue<Item> {
  readonly #maxWaiting: number;
  readonly #lines = new Map<string, Line<Item>>();
  #waiting = 0;
  #turn = 0;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** Calls that wait for a slot. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Adds a call. Returns the call that has no place in a full queue: the newest of the tenant with the most waiting calls,
   * which may be this one; null when there is room.
   */
  push(tenant: string, item: Item): Item | null {
    const line = this.#line(tenant);
    line.waiting.push(item);
    if (this.#waiting < this.#maxWaiting) {
      this.#waiting += 1;
      return null;
    }
    let longest = line;
    for (const other of this.#lines.values()) if (other.waiting.length > longest.waiting.length) longest = other;
    const refused = longest.waiting.pop() ?? item;
    this.#dropIdle(longest);
    return refused;
  }

  /** Takes the call that gets the next slot, and counts the slot; null when no call waits. */
  next(): { readonly tenant: string; readonly item: Item } | null {
    let best: Line<Item> | null = null;
    for (const line of this.#lines.values()) {
      if (line.waiting.length > 0 && (best === null || comesBefore(line, best))) best = line;
    }
    const item = best?.waiting.shift();
    if (best === null || item === undefined) return null;
    this.#waiting -= 1;
    this.started(best.tenant);
    return { tenant: best.tenant, item };
  }

  /** Removes the calls that do not satisfy the condition, and returns them. */
  removeUnless(wanted: (item: Item) => boolean): readonly Item[] {
    const removed: Item[] = [];
    for (const line of this.#lines.values()) {
      const { kept = [], rest = [] } = Object.groupBy(line.waiting, (item) => (wanted(item) ? "kept" : "rest"));
      line.waiting.splice(0, line.waiting.length, ...kept);
      removed.push(...rest);
      this.#dropIdle(line);
    }
    this.#waiting -= removed.length;
    return removed;
  }

  /** Counts a slot that the tenant now holds. */
  started(tenant: string): void {
    const line = this.#line(tenant);
    line.active += 1;
    line.turn = ++this.#turn;
  }

  /** Counts a slot that the tenant no longer holds. */
  ended(tenant: string): void {
    const line = this.#line(tenant);
    line.active -= 1;
    this.#dropIdle(line);
  }

  #line(tenant: string): Line<Item> {
    let line = this.#lines.get(tenant);
    if (line === undefined) {
      line = { tenant, waiting: [], active: 0, turn: ++this.#turn };
      this.#lines.set(tenant, line);
    }
    return line;
  }

  #dropIdle(line: Line<Item>): void {
    if (line.active === 0 && line.waiting.length === 0) this.#lines.delete(line.tenant);
  }
}

function comesBefore<Item>(left: Line<Item>, right: Line<Item>): boolean {
  return left.active === right.active ? left.turn < right.turn : left.active < right.active;
}
