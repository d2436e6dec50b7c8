import type { ShardDetail, ShardHealth, ShardStats, ShardSummary } from "../../../shared/contracts/cache-shard/figures-contract.ts";
import type { EntryDetail } from "../../../shared/contracts/cache-shard/entry-contract.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { FlightTable } from "../flights/flight-table.ts";
import type { PassMarkers } from "../flights/pass-markers.ts";
import type { PurgeLog } from "../purging/purge-log.ts";
import type { RamFront } from "../entries/ram-front.ts";
import type { UseLog } from "../entries/use-log.ts";
import type { ProviderLog } from "./provider-log.ts";
import type { SemanticLayer } from "../semantic/semantic-layer.ts";
import type { ShardNumber, ShardNumbers } from "../storage/shard-numbers.ts";
import type { TrafficCounters } from "./traffic-counters.ts";
import type { UpstreamSlots } from "../upstream/upstream-slots.ts";

const RECENT_PURGES = 20;

export interface FigureSources {
  readonly shard: number;
  readonly numbers: ShardNumbers;
  readonly log: PurgeLog;
  readonly store: EntryStore;
  readonly traffic: TrafficCounters;
  readonly uses: UseLog;
  readonly providers: ProviderLog;
  readonly showPrompts: boolean;
  readonly front: RamFront;
  readonly flights: FlightTable;
  readonly upstreamSlots: UpstreamSlots;
  readonly passMarkers: PassMarkers;
  readonly semantic: SemanticLayer | null;
  readonly writesPerDay: number;
  readonly databaseBytes: number;
  readonly isolateBytes: number;
}

/** Gathers what a shard reports about itself. */
export class ShardFigures {
  readonly #from: FigureSources;

  constructor(sources: FigureSources) {
    this.#from = sources;
  }

  /**
   * Traffic and entries of a tenant, or of the whole shard for null (the admin). Evictions, spills, promotions and
   * semantic counters are for the admin only: a tenant gets 0 or an empty list.
   */
  stats(tenant: string | null): ShardStats {
    const { shard, traffic, store, semantic } = this.#from;
    const { traffic: counts, hit, miss } = traffic.total(tenant);
    const base = { shard, traffic: counts, latency: { hit, miss }, sinceMs: this.#number("since_ms") };
    if (tenant !== null) return { ...base, ...store.holdings(tenant), evictions: 0, spills: 0, promotions: 0, semantic: [] };
    return {
      ...base,
      entries: this.#number("entries"),
      spilledEntries: this.#number("spilled_entries"),
      bytes: this.#number("bytes"),
      evictions: this.#number("evictions"),
      spills: this.#number("spills"),
      promotions: this.#number("promotions"),
      semantic: semantic?.counters.all() ?? [],
    };
  }

  summary(): ShardSummary {
    const { shard, traffic, log, flights } = this.#from;
    const { traffic: counts } = traffic.total(null);
    return {
      shard,
      entries: this.#number("entries"),
      bytes: this.#number("bytes"),
      sequence: log.sequence,
      hits: counts.hits + counts.semantic + counts.stale,
      misses: counts.misses,
      flights: flights.size,
    };
  }

  detail(): ShardDetail {
    const { front, flights, upstreamSlots, passMarkers, semantic, log, writesPerDay, databaseBytes, isolateBytes } = this.#from;
    return {
      ...this.summary(),
      residentEntries: this.#number("entries") - this.#number("spilled_entries"),
      spilledEntries: this.#number("spilled_entries"),
      ramEntries: front.size,
      ramBytes: front.bytes,
      databaseBytes,
      subscribers: flights.subscribers,
      flightBytes: flights.bytes,
      upstreamActive: upstreamSlots.active,
      upstreamQueued: upstreamSlots.queued,
      passMarkers: passMarkers.size,
      evictions: this.#number("evictions"),
      spills: this.#number("spills"),
      spillsToday: this.#number("spills_today"),
      spillShare: writesPerDay,
      promotions: this.#number("promotions"),
      corrupt: this.#number("corrupt"),
      fencedCommits: this.#number("fenced_commits"),
      kvErrors: this.#number("kv_errors"),
      isolateBytes,
      vectors: semantic?.vectors ?? 0,
      indexBytes: semantic?.indexBytes ?? 0,
      recentPurges: log.recent(RECENT_PURGES),
    };
  }

  health(): ShardHealth {
    return { providers: this.#from.providers.all() };
  }

  /** One entry as an admin sees it; null when there is none. */
  entry(key: string): EntryDetail | null {
    const { shard, store, uses, semantic, showPrompts } = this.#from;
    const entry = store.find(key);
    if (entry === null) return null;
    const { spilled, ttiMs: _tti, worthUsd: _worth, ...facts } = entry;
    return {
      ...facts,
      shard,
      hits: entry.hits + uses.hits(key),
      lastUsedMs: uses.lastUsedMs(key) ?? entry.lastUsedMs,
      location: spilled === null ? "shard" : "kv",
      // Admins see prompts only if the operator has set SHOW_PROMPTS.
      prompt: showPrompts ? (semantic?.questionOf(key)?.text ?? null) : null,
    };
  }

  #number(name: ShardNumber): number {
    return this.#from.numbers.get(name);
  }
}
