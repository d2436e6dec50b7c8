import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { EvictionCandidate } from "../../../../shared/domain/caching/victim-choice.ts";
import { chooseVictims, EVICTION_SAMPLE, SAMPLE_VICTIMS, WINDOW_SHARE } from "../../../../shared/domain/caching/victim-choice.ts";
import { FrequencySketch } from "../../../../shared/domain/caching/frequency-sketch.ts";

const SEED = 20_261_121;
const KEYS = 4000;
const REQUESTS = 60_000;
const CAPACITY_BYTES = 800_000;
const ZIPF_EXPONENT = 0.8;
const MS_PER_REQUEST = 500;

/** mulberry32: a small seeded generator. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Question {
  readonly key: string;
  readonly bytes: number;
  readonly usd: number;
}

/**
 * 5 % of the answers cost a hundred times as much as the others.
 * Sizes vary by a factor of ten, independently of the cost.
 */
function questionsFrom(random: () => number): readonly Question[] {
  return Array.from({ length: KEYS }, (_, index) => ({
    key: createHash("sha256").update(`question ${index}`).digest("hex"),
    bytes: 400 + Math.floor(random() * 4000),
    usd: random() < 0.05 ? 0.2 : 0.002,
  }));
}

function zipfFrom(random: () => number): () => number {
  const cumulative: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= KEYS; rank++) cumulative.push((sum += rank ** -ZIPF_EXPONENT));
  return () => {
    const at = random() * sum;
    let low = 0;
    let high = KEYS - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

interface Policy {
  hit(question: Question, nowMs: number): boolean;
  admit(question: Question, nowMs: number): void;
  readonly bytes: number;
}

class Lru implements Policy {
  readonly #entries = new Map<string, number>();
  bytes = 0;

  hit(question: Question): boolean {
    const bytes = this.#entries.get(question.key);
    if (bytes === undefined) return false;
    this.#entries.delete(question.key);
    this.#entries.set(question.key, bytes);
    return true;
  }

  admit(question: Question): void {
    this.#entries.set(question.key, question.bytes);
    this.bytes += question.bytes;
    for (const [key, bytes] of this.#entries) {
      if (this.bytes <= CAPACITY_BYTES) return;
      this.#entries.delete(key);
      this.bytes -= bytes;
    }
  }
}

/** The policy of a shard: a window for new entries, and the least valuable entry of a random sample as the victim. */
class ByValue implements Policy {
  readonly #entries = new Map<string, EvictionCandidate>();
  readonly #keys: string[] = [];
  readonly #window = new Map<string, number>();
  readonly #sketch = new FrequencySketch(4096);
  readonly #random: () => number;
  #windowBytes = 0;
  bytes = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  hit(question: Question, nowMs: number): boolean {
    this.#sketch.increment(question.key);
    const entry = this.#entries.get(question.key);
    if (entry === undefined) return false;
    this.#entries.set(question.key, { ...entry, hits: entry.hits + 1, lastUsedMs: nowMs });
    return true;
  }

  admit({ key, bytes, usd }: Question, nowMs: number): void {
    this.#entries.set(key, {
      key,
      bytes,
      hits: 0,
      lastUsedMs: nowMs,
      usdSaved: usd,
      recentRequests: 0,
      expiresMs: Number.MAX_SAFE_INTEGER,
    });
    this.#keys.push(key);
    this.#window.set(key, bytes);
    this.#windowBytes += bytes;
    this.bytes += bytes;
    for (const [known, size] of this.#window) {
      if (this.#windowBytes <= CAPACITY_BYTES * WINDOW_SHARE || this.#window.size === 1) break;
      this.#window.delete(known);
      this.#windowBytes -= size;
    }
    while (this.bytes > CAPACITY_BYTES) this.#evict(nowMs);
  }

  #evict(nowMs: number): void {
    const sample = new Map<string, EvictionCandidate>();
    while (sample.size < EVICTION_SAMPLE) {
      const key = this.#keys[Math.floor(this.#random() * this.#keys.length)] ?? "";
      const entry = this.#entries.get(key);
      if (entry !== undefined && !this.#window.has(key)) sample.set(key, { ...entry, recentRequests: this.#sketch.estimate(key) });
    }
    for (const victim of chooseVictims([...sample.values()], nowMs, SAMPLE_VICTIMS)) {
      this.bytes -= this.#entries.get(victim)?.bytes ?? 0;
      this.#entries.delete(victim);
      this.#keys[this.#keys.indexOf(victim)] = this.#keys.at(-1) ?? "";
      this.#keys.pop();
    }
  }
}

/** Cost of all upstream calls, in dollars. */
function spent(policy: Policy): number {
  const random = randomFrom(SEED);
  const questions = questionsFrom(random);
  const next = zipfFrom(random);
  let usd = 0;
  for (let request = 0; request < REQUESTS; request++) {
    const nowMs = request * MS_PER_REQUEST;
    const question = questions[next()];
    if (question === undefined || policy.hit(question, nowMs)) continue;
    usd += question.usd;
    policy.admit(question, nowMs);
    expect(policy.bytes).toBeLessThanOrEqual(CAPACITY_BYTES);
  }
  return usd;
}

describe("eviction by value, on the same traffic", () => {
  it("costs less than LRU when a few answers are expensive", () => {
    const lru = spent(new Lru());
    const byValue = spent(new ByValue(randomFrom(SEED + 1)));
    expect(byValue).toBeLessThan(lru * 0.6);
  });
});
