export interface BoundedMapOptions<Key, Value> {
  /** Largest sum of weights that the map may hold. */
  readonly maxWeight: number;
  /** Weight of one entry; 1 when absent, so that `maxWeight` counts entries. */
  readonly weigh?: (value: Value, key: Key) => number;
}

/** A map with a weight limit. When it is full, it evicts the least recently used entries. */
export class BoundedMap<Key, Value> {
  readonly #maxWeight: number;
  readonly #weigh: (value: Value, key: Key) => number;
  /** Least recently used first. */
  readonly #entries = new Map<Key, Value>();
  #weight = 0;

  constructor({ maxWeight, weigh }: BoundedMapOptions<Key, Value>) {
    this.#maxWeight = maxWeight;
    this.#weigh = weigh ?? (() => 1);
  }

  get size(): number {
    return this.#entries.size;
  }

  get weight(): number {
    return this.#weight;
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  /** Reads an entry and marks it as used. */
  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined && !this.#entries.has(key)) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value as Value); // the check above has shown that the key is present
    return value;
  }

  /** Reads an entry without marking it as used. Cheaper than {@link get}. */
  peek(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  /** Stores a value as the most recently used. Returns false, and keeps nothing, when its weight exceeds the limit. */
  set(key: Key, value: Value): boolean {
    this.delete(key);
    const weight = this.#weigh(value, key);
    if (weight > this.#maxWeight) return false;
    while (this.#weight + weight > this.#maxWeight) this.evictOldest();
    this.#entries.set(key, value);
    this.#weight += weight;
    return true;
  }

  delete(key: Key): boolean {
    const value = this.#entries.get(key);
    if (value === undefined && !this.#entries.has(key)) return false;
    this.#weight -= this.#weigh(value as Value, key); // the check above has shown that the key is present
    return this.#entries.delete(key);
  }

  /** Removes the least recently used entry and returns its weight; 0 when the map is empty. */
  evictOldest(): number {
    const oldest = this.#entries.entries().next();
    if (oldest.done === true) return 0;
    const before = this.#weight;
    this.delete(oldest.value[0]);
    return before - this.#weight;
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }

  /** Least recently used first. */
  entries(): IterableIterator<[Key, Value]> {
    return this.#entries.entries();
  }
}
