/** Rows of the sketch. More rows make over-estimates rarer. */
const ROWS = 4;
/** Largest count, as with the 4-bit counters of TinyLFU. Here a counter takes a byte, which avoids packing. */
const MAX_COUNT = 15;
/**
 * All counters are halved after this many increments per counter of one row (TinyLFU samples about 10× the cache size).
 */
const SAMPLE_PER_COUNTER = 10;
const SEEDS = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const;

/**
 * Count-min sketch with ageing (TinyLFU, Einziger, Friedman & Manes 2017). Estimates how often a key was recently
 * requested, whether it is stored or not. Up to 15, an estimate is never below the count since the last halving.
 */
export class FrequencySketch {
  readonly #counters: Uint8Array;
  readonly #mask: number;
  #sampled = 0;

  /** @param width counters per row; a power of two */
  constructor(width: number) {
    this.#counters = new Uint8Array(width * ROWS);
    this.#mask = width - 1;
  }

  get bytes(): number {
    return this.#counters.byteLength;
  }

  /** @param key hex digest */
  increment(key: string): void {
    const hash = hashOf(key);
    for (let row = 0; row < ROWS; row++) {
      const slot = this.#slot(hash, row);
      const count = this.#counters[slot] ?? 0;
      if (count < MAX_COUNT) this.#counters[slot] = count + 1;
    }
    this.#sampled += 1;
    if (this.#sampled >= (this.#mask + 1) * SAMPLE_PER_COUNTER) this.#age();
  }

  /** Estimated recent requests for a key: 0…15. */
  estimate(key: string): number {
    const hash = hashOf(key);
    let least = MAX_COUNT;
    for (let row = 0; row < ROWS; row++) least = Math.min(least, this.#counters[this.#slot(hash, row)] ?? 0);
    return least;
  }

  #slot(hash: number, row: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 15), SEEDS[row] ?? 1);
    return row * (this.#mask + 1) + ((mixed ^ (mixed >>> 13)) & this.#mask);
  }

  #age(): void {
    for (let slot = 0; slot < this.#counters.length; slot++) this.#counters[slot] = (this.#counters[slot] ?? 0) >>> 1;
    this.#sampled = this.#sampled >>> 1;
  }
}

function hashOf(key: string): number {
  return Number.parseInt(key.slice(0, 8), 16) ^ Number.parseInt(key.slice(8, 16), 16);
}
