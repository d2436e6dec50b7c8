import type { PurgeReply, PurgeRequest } from "../../../shared/contracts/cache-shard/purge-contract.ts";
import type { PurgeSelector } from "../../../shared/domain/caching/purge-selector.ts";
import type { Reporter } from "../../../shared/report/report-event.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { FlightTable } from "../flights/flight-table.ts";
import type { SemanticLayer } from "../semantic/semantic-layer.ts";
import type { SpillStore } from "../spill/spill-store.ts";
import type { Holdings } from "../storage/holdings.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";
import type { ShardRegistry } from "../topology/shard-registry.ts";
import type { PurgeCounting } from "./purge-counting.ts";
import type { PurgeFreeing } from "./purge-freeing.ts";
import type { LoggedPurge, PurgeLog } from "./purge-log.ts";
import { selectorOf } from "./purge-log.ts";

/** Time from a purge to the alarm that goes on with the freeing, in case that the object is evicted meanwhile (ms). */
const FREE_AFTER_MS = 5000;

export interface ShardPurgeParts {
  readonly shard: number;
  readonly clock: Clock;
  readonly report: Reporter;
  readonly registry: ShardRegistry;
  readonly transactions: ShardTransactions;
  readonly numbers: ShardNumbers;
  readonly holdings: Holdings;
  readonly log: PurgeLog;
  readonly store: EntryStore;
  readonly counting: PurgeCounting;
  readonly freeing: PurgeFreeing;
  readonly flights: FlightTable;
  readonly spill: SpillStore;
  /** Null when similarity search is off. */
  readonly semantic: SemanticLayer | null;
  /** Counts KV values that could not be deleted. */
  countKvErrors(errors: number): void;
  /** Keeps the object alive until the work is done. */
  keepAlive(work: Promise<unknown>): void;
  /** Sets the shard's alarm, unless it is set to an earlier time. */
  wakeAt(atMs: number): Promise<void>;
}

/**
 * Carries out purges. A purge holds as soon as its record is in the log, whatever the shard holds: reads ignore what it
 * covers. Counting and freeing follow in slices.
 */
export class ShardPurge {
  readonly #parts: ShardPurgeParts;

  constructor(parts: ShardPurgeParts) {
    this.#parts = parts;
  }

  /** Throws when there are too many purges whose rows have not been freed. */
  async purge(request: PurgeRequest): Promise<PurgeReply> {
    const { shard, registry, log, flights, spill } = this.#parts;
    const selector = selectorOf(request.kind, request.value);
    // Sent by a Worker of a newer version. It reports this shard as failed, and the operator repeats the purge.
    if (selector === null) throw new Error(`this version does not know purges of kind ${request.kind}`);
    const about = { shard, knownShards: registry.knownShards };
    if (request.dryRun) return { ...about, sequence: log.sequence, purged: await this.#dryRun(selector) };
    if (log.isFull) throw new Error("too many purges wait for their rows to be freed; try again later");
    const { record, kvNames } = this.#record(selector);
    flights.fence(record);
    this.#planFreeing();
    const purged = record.state === "pending" ? await this.#count(record) : record.purged;
    const deleting = spill.deleteAll(kvNames).then((errors) => this.#parts.countKvErrors(errors));
    if (request.hard) {
      await deleting;
      while (!log.isFreed(record.sequence)) await this.free();
    } else {
      this.#parts.keepAlive(deleting);
      this.freeLater();
    }
    return { ...about, sequence: record.sequence, purged };
  }

  /** Starts freeing what purges have left, and sets the alarm that goes on with it. */
  freeLater(): void {
    if (this.#parts.log.unfreedCount === 0) return;
    this.#planFreeing();
    this.#parts.keepAlive(this.free().catch((error: unknown) => this.#failed(error)));
  }

  /** Frees what purges have left, for as long as one run may take. */
  async free(): Promise<void> {
    const { log, counting, freeing } = this.#parts;
    // A count that a restart has interrupted starts again.
    const uncounted = log.unfreed.filter(({ state }) => state === "pending");
    await Promise.all(uncounted.map((record) => counting.count(record)));
    await freeing.run();
  }

  /** Puts a purge into the log and into effect, with its count if that is known at once. */
  #record(selector: PurgeSelector): { readonly record: LoggedPurge; readonly kvNames: readonly string[] } {
    const { transactions, log, numbers } = this.#parts;
    const nowMs = this.#parts.clock.nowMs();
    const made: { record: LoggedPurge; kvNames: readonly string[] }[] = [];
    transactions.transact(() => {
      if (selector.kind === "all") made.push({ record: this.#purgeAll(nowMs), kvNames: [] });
      else if (selector.kind === "tenant") made.push({ record: this.#purgeTenant(selector, nowMs), kvNames: [] });
      else if (selector.kind === "key") made.push(this.#purgeKey(selector, nowMs));
      else made.push({ record: log.append(selector, nowMs, "pending", 0), kvNames: [] });
      for (const { record } of made) if (record.state !== "freed") numbers.set("floor_sequence", record.sequence);
    });
    const [purge] = made;
    if (purge === undefined) throw new Error("no purge was recorded");
    log.admit(purge.record);
    log.trim(nowMs);
    if (selector.kind === "all") this.#parts.counting.forget(null);
    if (selector.kind === "tenant") this.#parts.counting.forget(selector.value);
    return purge;
  }

  #purgeAll(nowMs: number): LoggedPurge {
    const { holdings, counting, log, semantic } = this.#parts;
    const purged = holdings.total.entries - counting.foundOf(null);
    const record = log.append({ kind: "all" }, nowMs, "counted", purged);
    holdings.clear();
    semantic?.records.forgetAll();
    return record;
  }

  #purgeTenant(selector: Extract<PurgeSelector, { kind: "tenant" }>, nowMs: number): LoggedPurge {
    const { holdings, counting, log } = this.#parts;
    const purged = holdings.of(selector.value).entries - counting.foundOf(selector.value);
    holdings.clearTenant(selector.value);
    return log.append(selector, nowMs, "counted", purged);
  }

  /** One row needs no walk: it is freed at once. */
  #purgeKey(
    selector: Extract<PurgeSelector, { kind: "key" }>,
    nowMs: number,
  ): { readonly record: LoggedPurge; readonly kvNames: readonly string[] } {
    const { store, log, semantic } = this.#parts;
    const entry = store.find(selector.value);
    if (entry !== null) store.removeRows([entry]);
    semantic?.records.forgetAlias(selector.value);
    const kvNames = entry === null || entry.spilled === null ? [] : [entry.spilled.kvName];
    return { record: log.append(selector, nowMs, "freed", entry === null ? 0 : 1), kvNames };
  }

  async #count(record: LoggedPurge): Promise<number> {
    try {
      return await this.#parts.counting.count(record);
    } catch (error) {
      // The purge holds. Its rows are counted again before they are freed.
      this.#failed(error);
      return 0;
    }
  }

  /** Sets the alarm: the object may be evicted before everything is freed. */
  #planFreeing(): void {
    const planning = this.#parts.wakeAt(this.#parts.clock.nowMs() + FREE_AFTER_MS);
    this.#parts.keepAlive(planning.catch((error: unknown) => this.#failed(error)));
  }

  #failed(error: unknown): void {
    this.#parts.report({ event: "upkeep_failed", shard: this.#parts.shard, message: String(error) });
  }

  async #dryRun(selector: PurgeSelector): Promise<number> {
    const { holdings, counting, store } = this.#parts;
    switch (selector.kind) {
      case "all":
        return holdings.total.entries - counting.foundOf(null);
      case "tenant":
        return holdings.of(selector.value).entries - counting.foundOf(selector.value);
      case "key":
        return store.find(selector.value) === null ? 0 : 1;
      case "tag":
      case "model":
      case "scope":
      case "created_before":
        return counting.dryRun(selector);
    }
  }
}
