import type {
  MisplacedReply,
  MisplacedRequest,
  MovingEntry,
  ReleaseEntriesRequest,
} from "../../../shared/contracts/cache-shard/moving-contract.ts";
import { homeShard } from "../../../shared/domain/keys/routing.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { pause } from "../storage/pause.ts";
import type { Entry } from "../entries/entry.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { PurgeLog } from "../purging/purge-log.ts";
import type { SemanticLayer } from "../semantic/semantic-layer.ts";
import type { ShardRegistry } from "./shard-registry.ts";

/** Rows that one batch examines, and bytes at which it is full (an RPC message is limited to 32 MiB). */
const BATCH_ROWS = 2000;
const BATCH_BYTES = 8 * 1024 * 1024;
/** Rows that one slice reads, stores or drops: 2 to 5 ms. */
const SLICE_ROWS = 50;
/** Longer than a purge takes to reach every shard plus the time a batch takes to arrive. */
const PURGE_SPREAD_MS = 10 * 60_000;

export interface EntryMoverParts {
  readonly shard: number;
  readonly store: EntryStore;
  readonly log: PurgeLog;
  readonly registry: ShardRegistry;
  readonly clock: Clock;
  readonly semantic: SemanticLayer | null;
}

/**
 * Moves entries between shards after the topology has changed. An interrupted move loses nothing and can be repeated.
 */
export class EntryMover {
  readonly #parts: EntryMoverParts;

  constructor(parts: EntryMoverParts) {
    this.#parts = parts;
  }

  /** Lists the next batch of entries whose home is another shard. */
  async listMisplaced({ afterKey, shardCount, scopeFanout }: MisplacedRequest): Promise<MisplacedReply> {
    const { store, log, shard, clock } = this.#parts;
    // Of the time when the batch begins: `release` finds the purges since then.
    const { sequence } = log;
    const entries: MovingEntry[] = [];
    let bytes = 0;
    let nextKey: string | null = afterKey;
    for (let examined = 0; examined < BATCH_ROWS && nextKey !== null; examined += SLICE_ROWS) {
      const slice = store.after(nextKey, SLICE_ROWS);
      for (const entry of slice.entries) {
        if (bytes > BATCH_BYTES) return { entries, nextKey, sequence };
        nextKey = entry.key;
        if (homeShard(entry.scope, entry.key, { shardCount, scopeFanout }) === shard) continue;
        const moving = this.#pack(entry);
        if (moving === null) continue;
        entries.push(moving);
        bytes += entry.bytes;
      }
      nextKey = slice.lastKey;
      await pause(clock);
    }
    return { entries, nextKey, sequence };
  }

  /**
   * Receives entries. A purge reaches the two shards of a move one after the other: (1) the new home purges, (2) the
   * entry is read at the old home, (3) it arrives, (4) the old home releases it, (5) the old home purges. An entry is
   * therefore stored with the log position of 10 minutes ago, so a purge since then that covers it prevents storing it.
   * Throws when this shard cannot be registered.
   */
  async receive(entries: readonly MovingEntry[]): Promise<void> {
    const { registry, store, log, clock, semantic } = this.#parts;
    // The entries stay at their old home, and the caller reports that this shard failed.
    if (!(await registry.register())) throw new Error("this shard could not be registered");
    const sequence = log.positionAt(clock.nowMs() - PURGE_SPREAD_MS);
    for (const [index, moving] of entries.entries()) {
      if (index % SLICE_ROWS === SLICE_ROWS - 1) await pause(clock);
      const vector = moving.text === null ? null : ((await semantic?.embed(moving.text)) ?? null);
      const own = store.find(moving.key);
      // The new home has a newer answer already.
      if (own !== null && own.createdMs >= moving.createdMs) continue;
      const { kvName, kvExpiresMs, json, events, usageEvent, text, canonical, ...facts } = moving;
      const entry: Entry = { ...facts, sequence, spilled: kvName === null ? null : { kvName, kvExpiresMs } };
      store.commit(entry, { json, events, usageEvent }, () => {
        if (text !== null) semantic?.storeQuestion({ key: entry.key, scope: entry.scope, text, canonical, vector });
      });
    }
  }

  /**
   * Drops entries that have moved. Returns the keys that a purge has removed since the batch was read: the new home
   * must drop them too.
   */
  async release({ keys, sequence }: ReleaseEntriesRequest): Promise<readonly string[]> {
    const { store, log } = this.#parts;
    const covered: string[] = [];
    await this.#dropInSlices(keys, (key) => {
      if (log.sequence > sequence && store.find(key) === null) covered.push(key);
    });
    return covered;
  }

  /** Drops received entries that a purge removed from their old home meanwhile. */
  async drop(keys: readonly string[]): Promise<void> {
    await this.#dropInSlices(keys, () => undefined);
  }

  async #dropInSlices(keys: readonly string[], before: (key: string) => void): Promise<void> {
    for (let at = 0; at < keys.length; at += SLICE_ROWS) {
      const slice = keys.slice(at, at + SLICE_ROWS);
      for (const key of slice) before(key);
      this.#parts.store.drop(slice);
      await pause(this.#parts.clock);
    }
  }

  #pack(entry: Entry): MovingEntry | null {
    const { store, semantic } = this.#parts;
    const body = entry.spilled === null ? store.bodyOf(entry.key) : { json: new Uint8Array(), events: new Uint8Array(), usageEvent: "" };
    if (body === null) return null;
    const { spilled, sequence: _sequence, ...facts } = entry;
    const question = semantic?.questionOf(entry.key) ?? null;
    return {
      ...facts,
      ...body,
      kvName: spilled?.kvName ?? null,
      kvExpiresMs: spilled?.kvExpiresMs ?? 0,
      text: question?.text ?? null,
      canonical: question?.canonical ?? "",
    };
  }
}
