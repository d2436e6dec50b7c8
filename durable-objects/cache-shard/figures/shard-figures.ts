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
import type { Holdings } from "../storage/holdings.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { FigureBook } from "./figure-book.ts";
import type { ShardCounters } from "./shard-counters.ts";
import type { SpillRation } from "../spill/spill-ration.ts";
import type { UpstreamSlots } from "../upstream/upstream-slots.ts";

const RECENT_PURGES = 20;

export interface FigureSources {
  readonly shard: number;
  readonly numbers: ShardNumbers;
  readonly holdings: Holdings;
  readonly counters: ShardCounters;
  readonly ration: SpillRation;
  readonly nowMs: number;
  readonly log: PurgeLog;
  readonly store: EntryStore;
  readonly book: FigureBook;
  readonly uses: UseLog;
  readonly providers: ProviderLog;
  readonly showPrompts: boolean;
  readonly front: RamFront;
  readonly flights: FlightTable;
  readonly upstreamSlots: UpstreamSlots;
  readonly passMarkers: PassMarkers;
  readonly semantic: SemanticLayer | null;
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
    const { shard, book, holdings, counters, numbers, semantic } = this.#from;
    const { traffic, hit, miss } = book.totals(tenant);
    const held = tenant === null ? holdings.total : holdings.of(tenant);
    const base = { shard, traffic, latency: { hit, miss }, sinceMs: numbers.get("since_ms"), ...held };
    if (tenant !== null) return { ...base, evictions: 0, spills: 0, promotions: 0, semantic: [] };
    return {
      ...base,
      evictions: counters.get("evictions"),
      spills: counters.get("spills"),
      promotions: counters.get("promotions"),
      semantic: semantic?.counters.all() ?? [],
    };
  }

  summary(): ShardSummary {
    const { shard, book, holdings, log, flights } = this.#from;
    const { traffic } = book.totals(null);
    return {
      shard,
      entries: holdings.total.entries,
      bytes: holdings.total.bytes,
      sequence: log.sequence,
      hits: traffic.hits + traffic.semantic + traffic.stale,
      misses: traffic.misses,
      flights: flights.size,
    };
  }

  detail(): ShardDetail {
    const { front, flights, upstreamSlots, passMarkers, semantic, log, holdings, counters, ration } = this.#from;
    const { entries, spilledEntries } = holdings.total;
    const budget = ration.budget(this.#from.nowMs);
    return {
      ...this.summary(),
      residentEntries: entries - spilledEntries,
      spilledEntries,
      ramEntries: front.size,
      ramBytes: front.bytes,
      databaseBytes: this.#from.databaseBytes,
      subscribers: flights.subscribers,
      flightBytes: flights.bytes,
      upstreamActive: upstreamSlots.active,
      upstreamQueued: upstreamSlots.queued,
      passMarkers: passMarkers.size,
      evictions: counters.get("evictions"),
      spills: counters.get("spills"),
      spillsToday: budget.usedToday,
      spillShare: budget.perDay,
      promotions: counters.get("promotions"),
      corrupt: counters.get("corrupt"),
      fencedCommits: counters.get("fenced_commits"),
      kvErrors: counters.get("kv_errors"),
      pendingPurges: log.unfreedCount,
      isolateBytes: this.#from.isolateBytes,
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
      lastUsedMs: uses.lastUsedMs(entry),
      location: spilled === null ? "shard" : "kv",
      // Admins see prompts only if the operator has set SHOW_PROMPTS.
      prompt: showPrompts ? (semantic?.questionOf(key)?.text ?? null) : null,
    };
  }
}
