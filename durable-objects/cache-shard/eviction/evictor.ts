import type { StorageConfig } from "../../../shared/config/config.ts";
import type { FrequencySketch } from "../../../shared/domain/caching/frequency-sketch.ts";
import { lifeEndMs } from "../../../shared/domain/caching/freshness.ts";
import { spillDecision } from "../../../shared/domain/caching/spill-decision.ts";
import type { EvictionCandidate } from "../../../shared/domain/caching/victim-choice.ts";
import {
  chooseVictims,
  EVICTED_SHARE,
  EVICTION_SAMPLE,
  SAMPLE_VICTIMS,
  WINDOW_SHARE,
} from "../../../shared/domain/caching/victim-choice.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { pause } from "../storage/pause.ts";
import type { Entry } from "../entries/entry.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { UseLog } from "../entries/use-log.ts";
import type { SpillRation } from "../spill/spill-ration.ts";
import type { SpillStore } from "../spill/spill-store.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";
import { NewestEntries } from "./newest-entries.ts";

/** Above this multiple of the bound, entries are dropped without waiting for KV, until the shard is below it. */
const HARD_LIMIT_FACTOR = 1.1;
/** Bytes that a row without a body takes. */
const SPILLED_ROW_BYTES = 400;

export interface EvictorParts {
  readonly store: EntryStore;
  readonly transactions: ShardTransactions;
  readonly spill: SpillStore;
  readonly ration: SpillRation;
  readonly uses: UseLog;
  readonly sketch: FrequencySketch;
  readonly config: StorageConfig;
  readonly clock: Clock;
  /** A uniformly random position in the key space (hex digits). */
  randomKey(): string;
  /** Size of the database, as SQLite says. */
  databaseBytes(): number;
  /** Bytes of the entries that the shard holds. */
  entryBytes(): number;
  countEvent(event: "evictions" | "kv_errors"): void;
}

/**
 * Keeps the shard's database at its bound by evicting the least valuable entries, in slices. Spills fresh ones to KV
 * while the day's ration lasts, and drops the others.
 *
 * SQLite frees pages, not rows: removing small entries makes room inside pages, and the file shrinks later. Therefore
 * an eviction frees a share of the bound, counted in entries, and the next one starts when half of that has been filled
 * again.
 */
export class Evictor {
  readonly #parts: EvictorParts;
  readonly #newest: NewestEntries;
  /** The next eviction starts when the entries take more than this. */
  #resumeAtBytes = 0;
  #running: Promise<void> | null = null;

  constructor(parts: EvictorParts) {
    this.#parts = parts;
    this.#newest = new NewestEntries(parts.config.shardMaxBytes * WINDOW_SHARE);
  }

  /**
   * Admits a new entry, and starts an eviction if the shard is over its bound.
   * @returns the running eviction; null when none is running
   */
  admit(entry: Entry): Promise<void> | null {
    this.#newest.add(entry.key, entry.bytes);
    if (!this.#isOver(1)) return this.#running;
    const isFarOver = this.#isOver(HARD_LIMIT_FACTOR);
    // Entries come faster than slices evict them: each makes its own room.
    if (isFarOver) this.#drop(enough(this.#sampleVictims(), entry.bytes));
    if (!isFarOver && this.#parts.entryBytes() <= this.#resumeAtBytes) return this.#running;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  #isOver(factor: number): boolean {
    return this.#parts.databaseBytes() > this.#parts.config.shardMaxBytes * factor;
  }

  async #run(): Promise<void> {
    const { clock, config } = this.#parts;
    const goal = config.shardMaxBytes * EVICTED_SHARE;
    const excess = (): number => this.#parts.entryBytes() - (config.shardMaxBytes - goal);
    for (let freed = 0; freed < goal || excess() > 0 || this.#isOver(HARD_LIMIT_FACTOR);) {
      const left = Math.max(goal - freed, excess());
      const bytes = await this.#evictSlice(this.#isOver(HARD_LIMIT_FACTOR) ? Number.POSITIVE_INFINITY : left);
      // No entry could be evicted. The next commit tries again.
      if (bytes === 0) break;
      freed += bytes;
      await pause(clock);
    }
    this.#resumeAtBytes = this.#parts.entryBytes() + goal / 2;
  }

  /** Evicts the least valuable entries of one sample, at most so many bytes: about 1 ms. Returns the bytes freed. */
  async #evictSlice(neededBytes: number): Promise<number> {
    const victims = enough(this.#sampleVictims(), neededBytes);
    const nowMs = this.#parts.clock.nowMs();
    const ttls = victims.map((victim) => this.#spillTtl(victim, nowMs));
    const dropped = victims.filter((_, index) => ttls[index] === null);
    const freed = this.#drop(dropped);
    if (dropped.length === victims.length) return freed;
    const spilling = victims.map((victim, index) => this.#spillOrDrop(victim, ttls[index] ?? null, nowMs));
    return freed + (await Promise.all(spilling)).reduce((sum, bytes) => sum + bytes, 0);
  }

  /** The entries of a random sample to evict: those that a purge covers, and the least valuable ones. */
  #sampleVictims(): readonly Entry[] {
    const sample = this.#parts.store.sample(this.#parts.randomKey(), EVICTION_SAMPLE);
    const purged = sample.filter(({ isPurged }) => isPurged).map(({ entry }) => entry);
    return [...purged, ...this.#victims(sample.filter(({ isPurged }) => !isPurged).map(({ entry }) => entry))];
  }

  #victims(sample: readonly Entry[]): readonly Entry[] {
    const seasoned = sample.filter((entry) => !this.#newest.has(entry.key));
    const resident = seasoned.filter((entry) => entry.spilled === null);
    const pool = resident.length > 0 ? resident : seasoned.length > 0 ? seasoned : sample;
    const chosen = chooseVictims(
      pool.map((entry) => this.#candidate(entry)),
      this.#parts.clock.nowMs(),
      seasoned.length > 0 ? SAMPLE_VICTIMS : 1,
    );
    return chosen.flatMap((key) => pool.find((entry) => entry.key === key) ?? []);
  }

  #candidate(entry: Entry): EvictionCandidate {
    const { uses, sketch } = this.#parts;
    const lastUsedMs = uses.lastUsedMs(entry);
    return {
      key: entry.key,
      bytes: bytesOf([entry]),
      hits: entry.hits + uses.hits(entry.key),
      lastUsedMs,
      usdSaved: entry.worthUsd,
      recentRequests: sketch.estimate(entry.key),
      expiresMs: lifeEndMs({ ...entry, lastUsedMs }),
    };
  }

  /** The TTL in seconds with which an evicted entry goes to KV; null when it is dropped. Takes a write of the ration. */
  #spillTtl(entry: Entry, nowMs: number): number | null {
    const { store, uses, ration, config } = this.#parts;
    if (entry.spilled !== null || this.#isOver(HARD_LIMIT_FACTOR) || !store.isLive(entry)) return null;
    const hits = entry.hits + uses.hits(entry.key);
    const decision = spillDecision({ expiresMs: entry.expiresMs, hits }, ration.budget(nowMs), config.spillTtlSeconds, nowMs);
    if (decision.kind === "drop") return null;
    ration.take(nowMs);
    return decision.ttlSeconds;
  }

  /** Writes the body of an entry to KV; if that fails, drops the entry. Returns the bytes freed. */
  async #spillOrDrop(entry: Entry, ttlSeconds: number | null, nowMs: number): Promise<number> {
    const { store, spill } = this.#parts;
    const body = ttlSeconds === null ? null : store.bodyOf(entry.key);
    if (body === null || ttlSeconds === null) return this.#drop([entry]);
    const name = spill.nameOf(entry);
    if (!(await spill.write(name, entry, body, ttlSeconds))) {
      this.#parts.countEvent("kv_errors");
      return this.#drop([entry]);
    }
    if (!this.#isUnchanged(entry)) return entry.bytes;
    store.markSpilled(entry, name, nowMs + ttlSeconds * 1000);
    this.#newest.delete(entry.key);
    return entry.bytes;
  }

  /** Drops entries in one transaction, except those that were replaced meanwhile. Returns the bytes freed. */
  #drop(entries: readonly Entry[]): number {
    const { store, transactions } = this.#parts;
    const dropped = entries.filter((entry) => this.#isUnchanged(entry) || !store.isLive(entry));
    if (dropped.length === 0) return 0;
    transactions.transact(() => {
      store.removeRows(dropped);
    });
    for (const entry of dropped) {
      this.#newest.delete(entry.key);
      this.#parts.countEvent("evictions");
    }
    return bytesOf(dropped);
  }

  /** False when the entry was purged, replaced or promoted since it was read. */
  #isUnchanged(entry: Entry): boolean {
    const current = this.#parts.store.find(entry.key);
    return (
      current !== null &&
      current.createdMs === entry.createdMs &&
      current.sequence === entry.sequence &&
      current.spilled?.kvName === entry.spilled?.kvName
    );
  }
}

/** Bytes that evicting these entries frees. */
function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + (entry.spilled === null ? entry.bytes : SPILLED_ROW_BYTES), 0);
}

/** The first of the entries that together free so many bytes, or all of them. */
function enough(entries: readonly Entry[], neededBytes: number): readonly Entry[] {
  const taken: Entry[] = [];
  for (const entry of entries) {
    if (bytesOf(taken) >= neededBytes) break;
    taken.push(entry);
  }
  return taken;
}
