import type { ShardDetail, ShardStats, ShardSummary } from "../../shared/contracts/cache-shard.ts";
import type { EntryStore } from "./entry-store.ts";
import type { FlightTable } from "./flight-table.ts";
import type { PassMarkers } from "./pass-markers.ts";
import type { PurgeLog } from "./purge-log.ts";
import type { RamFront } from "./ram-front.ts";
import type { SemanticLayer } from "./semantic/semantic-layer.ts";
import type { ShardNumber, ShardNumbers } from "./shard-numbers.ts";
import type { TrafficBook } from "./traffic-book.ts";
import type { UpstreamGateway } from "./upstream-gateway.ts";

const RECENT_PURGES = 20;

export interface FigureSources {
  readonly shard: number;
  readonly numbers: ShardNumbers;
  readonly log: PurgeLog;
  readonly store: EntryStore;
  readonly traffic: TrafficBook;
  readonly front: RamFront;
  readonly flights: FlightTable;
  readonly gateway: UpstreamGateway;
  readonly passMarkers: PassMarkers;
  readonly semantic: SemanticLayer | null;
  readonly writesPerDay: number;
  readonly databaseBytes: number;
  readonly isolateBytes: number;
}

/** What a shard tells about itself, gathered when it is asked. */
export class ShardFigures {
  readonly #from: FigureSources;

  constructor(sources: FigureSources) {
    this.#from = sources;
  }

  /** A tenant sees its own traffic and entries; what the shard does for everybody is for the admin (0 or empty here). */
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
    const { front, flights, gateway, passMarkers, semantic, log, writesPerDay, databaseBytes, isolateBytes } = this.#from;
    return {
      ...this.summary(),
      residentEntries: this.#number("entries") - this.#number("spilled_entries"),
      spilledEntries: this.#number("spilled_entries"),
      ramEntries: front.size,
      ramBytes: front.bytes,
      databaseBytes,
      subscribers: flights.subscribers,
      flightBytes: flights.bytes,
      upstreamActive: gateway.active,
      upstreamQueued: gateway.queued,
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

  #number(name: ShardNumber): number {
    return this.#from.numbers.get(name);
  }
}
