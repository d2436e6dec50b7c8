import type { StorageConfig } from "../../../shared/config/config.ts";
import type { EvictionCandidate } from "../../../shared/domain/caching/victim-choice.ts";
import { chooseVictim, EVICTION_SAMPLE, EVICTION_TARGET_SHARE, WINDOW_SHARE } from "../../../shared/domain/caching/victim-choice.ts";
import type { FrequencySketch } from "../../../shared/domain/caching/frequency-sketch.ts";
import { spillDecision } from "../../../shared/domain/caching/spill-decision.ts";
import type { Entry } from "../entries/entry.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { SpillStore } from "../spill/spill-store.ts";
import type { UseLog } from "../entries/use-log.ts";
import { MS_PER_DAY } from "../../../shared/domain/units.ts";

/** Concurrent KV writes. */
const SPILL_PARALLELISM = 6;
/** Above this multiple of the bound, victims are dropped without waiting for KV. */
const HARD_LIMIT_FACTOR = 1.25;

export interface EvictorPorts {
  nowMs(): number;
  /** A uniformly random position in the key space (hex digits). */
  randomKey(): string;
}

/**
 * Keeps the shard under its byte bound by evicting the least valuable entries. Spills fresh ones to KV while the day's
 * ration lasts, and drops the others.
 */
export class Evictor {
  readonly #store: EntryStore;
  readonly #numbers: ShardNumbers;
  readonly #spill: SpillStore;
  readonly #uses: UseLog;
  readonly #sketch: FrequencySketch;
  readonly #config: StorageConfig;
  readonly #writesPerDay: number;
  readonly #ports: EvictorPorts;
  /**
   * Bytes of the newest entries by key, oldest first. Eviction spares them: there was no time to request them again.
   */
  readonly #window = new Map<string, number>();
  #windowBytes = 0;
  #running: Promise<void> | null = null;

  constructor(parts: {
    readonly store: EntryStore;
    readonly numbers: ShardNumbers;
    readonly spill: SpillStore;
    readonly uses: UseLog;
    readonly sketch: FrequencySketch;
    readonly config: StorageConfig;
    readonly writesPerDay: number;
    readonly ports: EvictorPorts;
  }) {
    this.#store = parts.store;
    this.#numbers = parts.numbers;
    this.#spill = parts.spill;
    this.#uses = parts.uses;
    this.#sketch = parts.sketch;
    this.#config = parts.config;
    this.#writesPerDay = parts.writesPerDay;
    this.#ports = parts.ports;
  }

  /**
   * Admits a new entry, and starts an eviction if the shard is over its bound.
   * @returns the running eviction; null when none is running
   */
  admit(entry: Entry): Promise<void> | null {
    this.#windowBytes += entry.bytes - (this.#window.get(entry.key) ?? 0);
    this.#window.delete(entry.key);
    this.#window.set(entry.key, entry.bytes);
    for (const [key, bytes] of this.#window) {
      if (this.#windowBytes <= this.#config.shardMaxBytes * WINDOW_SHARE || this.#window.size === 1) break;
      this.#window.delete(key);
      this.#windowBytes -= bytes;
    }
    if (this.#numbers.get("bytes") <= this.#config.shardMaxBytes) return this.#running;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    const target = this.#config.shardMaxBytes * EVICTION_TARGET_SHARE;
    while (this.#numbers.get("bytes") > target) {
      const victims = this.#victims(this.#numbers.get("bytes") - target);
      if (victims.length === 0) return;
      const kvWrites = await Promise.all(victims.map((victim) => this.#evict(victim)));
      // No victim could be evicted. The next commit tries again.
      if (kvWrites.every((freed) => !freed)) return;
    }
  }

  #victims(excessBytes: number): readonly Entry[] {
    const victims = new Map<string, Entry>();
    let freed = 0;
    while (freed < excessBytes && victims.size < SPILL_PARALLELISM) {
      const victim = this.#victim(victims);
      if (victim === null) break;
      victims.set(victim.key, victim);
      freed += victim.bytes;
    }
    return [...victims.values()];
  }

  #victim(taken: ReadonlyMap<string, Entry>): Entry | null {
    const sample = this.#store
      .sample(this.#ports.randomKey(), EVICTION_SAMPLE + Math.min(this.#window.size, EVICTION_SAMPLE) + taken.size)
      .filter((entry) => !taken.has(entry.key));
    const seasoned = sample.filter((entry) => !this.#window.has(entry.key));
    const pool = seasoned.length > 0 ? seasoned : sample;
    const chosen = chooseVictim(
      pool.map((entry) => this.#candidate(entry)),
      this.#ports.nowMs(),
    );
    return pool.find((entry) => entry.key === chosen?.key) ?? null;
  }

  #candidate(entry: Entry): EvictionCandidate {
    return {
      key: entry.key,
      bytes: entry.bytes,
      hits: entry.hits + this.#uses.hits(entry.key),
      lastUsedMs: this.#uses.lastUsedMs(entry.key) ?? entry.lastUsedMs,
      usdSaved: entry.worthUsd,
      recentRequests: this.#sketch.estimate(entry.key),
      expiresMs: entry.expiresMs,
    };
  }

  /** Spills an entry, or drops it. False when it was purged or replaced before it could be dropped. */
  async #evict(entry: Entry): Promise<boolean> {
    const nowMs = this.#ports.nowMs();
    const hits = entry.hits + this.#uses.hits(entry.key);
    const decision = spillDecision({ expiresMs: entry.expiresMs, hits }, this.#budget(nowMs), this.#config.spillTtlSeconds, nowMs);
    const overflowing = this.#numbers.get("bytes") > this.#config.shardMaxBytes * HARD_LIMIT_FACTOR;
    if (decision.kind === "spill" && !overflowing && (await this.#spillOut(entry, decision.ttlSeconds, nowMs))) return true;
    if (!this.#stillThere(entry)) return false;
    this.#store.evict(entry.key);
    this.#forgetWindow(entry.key);
    return true;
  }

  async #spillOut(entry: Entry, ttlSeconds: number, nowMs: number): Promise<boolean> {
    const body = this.#store.bodyOf(entry.key);
    if (body === null) return false;
    const name = this.#spill.nameOf(entry);
    // Count before the write: parallel evictions must not exceed the ration.
    this.#numbers.add("spills_today", 1);
    if (!(await this.#spill.write(name, entry, body, ttlSeconds))) {
      this.#numbers.add("kv_errors", 1);
      return false;
    }
    if (!this.#stillThere(entry)) return true;
    this.#store.markSpilled(entry, name, nowMs + ttlSeconds * 1000);
    this.#forgetWindow(entry.key);
    return true;
  }

  /** False when the entry was purged or replaced while KV was being written. */
  #stillThere(entry: Entry): boolean {
    const current = this.#store.find(entry.key);
    return current !== null && current.spilled === null && current.createdMs === entry.createdMs && current.sequence === entry.sequence;
  }

  #budget(nowMs: number): { readonly usedToday: number; readonly perDay: number } {
    const day = Math.floor(nowMs / MS_PER_DAY);
    if (this.#numbers.get("spill_day") !== day) {
      this.#numbers.set("spill_day", day);
      this.#numbers.set("spills_today", 0);
    }
    return { usedToday: this.#numbers.get("spills_today"), perDay: this.#writesPerDay };
  }

  #forgetWindow(key: string): void {
    this.#windowBytes -= this.#window.get(key) ?? 0;
    this.#window.delete(key);
  }
}
