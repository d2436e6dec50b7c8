import type { PurgeReply, PurgeRequest } from "../../../shared/contracts/cache-shard/purge-contract.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import type { Sweeper } from "../eviction/sweeper.ts";
import { SWEEP_AFTER_PURGE_MS } from "../eviction/sweeper.ts";
import type { FlightTable } from "../flights/flight-table.ts";
import type { SemanticLayer } from "../semantic/semantic-layer.ts";
import type { ShardRegistry } from "../topology/shard-registry.ts";
import type { EntryPurge } from "./entry-purge.ts";
import type { PurgeLog } from "./purge-log.ts";
import { selectorOf } from "./purge-log.ts";

export interface ShardPurgeParts {
  readonly shard: number;
  readonly clock: Clock;
  readonly registry: ShardRegistry;
  readonly log: PurgeLog;
  readonly entries: EntryPurge;
  readonly flights: FlightTable;
  readonly sweeper: Sweeper;
  /** Null when similarity search is off. */
  readonly semantic: SemanticLayer | null;
  /** Writes pending uses and figures. Called first, while the rows that the uses belong to still exist. */
  flush(): void;
  /** Keeps the object alive until the work is done. */
  keepAlive(work: Promise<unknown>): void;
  /** Sets the shard's alarm. */
  wakeAt(atMs: number): Promise<void>;
}

/** Carries out a purge on this shard's entries, flights, aliases and KV values. */
export class ShardPurge {
  readonly #parts: ShardPurgeParts;

  constructor(parts: ShardPurgeParts) {
    this.#parts = parts;
  }

  async purge(request: PurgeRequest): Promise<PurgeReply> {
    const { shard, clock, registry, log, entries, flights, sweeper, semantic } = this.#parts;
    const selector = selectorOf(request.kind, request.value);
    const about = { shard, knownShards: registry.knownShards };
    if (request.dryRun) return { ...about, sequence: log.sequence, purged: entries.count(selector) };
    this.#parts.flush();
    const nowMs = clock.nowMs();
    const { sequence, purged, kvNames } = entries.purge(selector, nowMs);
    flights.fence({ sequence, selector });
    semantic?.purge(selector);
    const values = sweeper.deleteValues(kvNames);
    if (request.hard) {
      await values;
      // Only `all` leaves rows behind: it sets a floor. Other purges have deleted their rows already.
      if (selector.kind === "all") await sweeper.runToEnd(nowMs);
    } else {
      this.#parts.keepAlive(values);
      if (selector.kind === "all" && purged > 0) await this.#parts.wakeAt(nowMs + SWEEP_AFTER_PURGE_MS);
    }
    return { ...about, sequence, purged };
  }
}
