import type {
  MisplacedReply,
  MisplacedRequest,
  MovingEntry,
  ReleaseEntriesRequest,
} from "../../../shared/contracts/cache-shard/moving-contract.ts";
import type { Topology } from "../../../shared/domain/keys/routing.ts";
import { homeShard } from "../../../shared/domain/keys/routing.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { pause } from "../storage/pause.ts";
import type { Entry } from "../entries/entry.ts";
import type { EntryPlace, EntryStore } from "../entries/entry-store.ts";
import type { PurgeLog } from "../purging/purge-log.ts";
import type { SemanticLayer } from "../semantic/semantic-layer.ts";
import type { ShardRegistry } from "./shard-registry.ts";

/** Rows that one batch examines. */
const BATCH_ROWS = 10_000;
/** Entries and bytes at which a batch is full. Both sides of the call handle a whole batch in one turn: about 3 ms. */
const BATCH_ENTRIES = 200;
const BATCH_BYTES = 2 * 1024 * 1024;
/** Rows whose home one slice examines, and entries that one slice reads, stores or drops: each takes about 1 ms. */
const EXAMINED_ROWS = 200;
const SLICE_ROWS = 20;
const STORED_ROWS = 5;
/** How long the shard remembers how far a move has come. Entries that arrive meanwhile are in place. */
const REMEMBERED_MS = 10 * 60_000;
/** Longer than a purge takes to reach every shard plus the time a batch takes to arrive. */
const PURGE_SPREAD_MS = 10 * 60_000;

export interface EntryMoverParts {
  readonly shard: number;
  readonly store: EntryStore;
  readonly log: PurgeLog;
  readonly registry: ShardRegistry;
  readonly clock: Clock;
  readonly semantic: SemanticLayer | null;
  /** Evicts if the stored entry takes the shard over its bound, and plans the end of the entry. */
  makeRoom(entry: Entry): void;
}

/**
 * Moves entries between shards after the topology has changed. An interrupted move loses nothing and can be repeated.
 */
export class EntryMover {
  readonly #parts: EntryMoverParts;
  /** How far the current move has come: the rows up to `key` are in place. Null after its end. */
  #emptied: { readonly topology: string; readonly key: string; readonly untilMs: number } | null = null;

  constructor(parts: EntryMoverParts) {
    this.#parts = parts;
  }

  /**
   * Lists the next batch of entries whose home is another shard. A caller that begins anew goes on where the last one
   * stood: moving the entries of a full shard takes longer than one request of the operator.
   */
  async listMisplaced({ afterKey, ...topology }: MisplacedRequest): Promise<MisplacedReply> {
    // Of the time when the batch begins: `release` finds the purges since then.
    const { sequence } = this.#parts.log;
    const reply: { readonly entries: MovingEntry[]; nextKey: string | null; readonly sequence: number } = {
      entries: [],
      nextKey: this.#begin(afterKey, topology),
      sequence,
    };
    for (let examined = 0; examined < BATCH_ROWS && reply.nextKey !== null; examined += EXAMINED_ROWS) {
      const rows = this.#parts.store.placesAfter(reply.nextKey, EXAMINED_ROWS);
      const isFull = await this.#packMisplaced(rows, topology, reply);
      if (isFull) return reply;
      reply.nextKey = rows.length < EXAMINED_ROWS ? null : (rows.at(-1)?.key ?? null);
    }
    if (reply.nextKey === null) this.#emptied = null;
    return reply;
  }

  /** The key after which a batch begins. The caller has moved everything up to the key that it names. */
  #begin(afterKey: string, { shardCount, scopeFanout }: Topology): string {
    const nowMs = this.#parts.clock.nowMs();
    const topology = `${shardCount}/${scopeFanout}`;
    const known = this.#emptied;
    if (afterKey === "") return known !== null && known.topology === topology && nowMs < known.untilMs ? known.key : "";
    this.#emptied = { topology, key: afterKey, untilMs: nowMs + REMEMBERED_MS };
    return afterKey;
  }

  /** Adds the misplaced entries of some rows to a batch. True when the batch is full; it then ends with its last entry. */
  async #packMisplaced(
    rows: readonly EntryPlace[],
    topology: Topology,
    batch: { readonly entries: MovingEntry[]; nextKey: string | null },
  ): Promise<boolean> {
    const { store, shard, clock } = this.#parts;
    const misplaced = rows.filter(({ scope, key }) => homeShard(scope, key, topology) !== shard).map(({ key }) => key);
    for (let at = 0; at < misplaced.length; at += SLICE_ROWS) {
      for (const entry of store.findAll(misplaced.slice(at, at + SLICE_ROWS))) {
        const moving = this.#pack(entry);
        if (moving !== null) batch.entries.push(moving);
        batch.nextKey = entry.key;
        if (batch.entries.length >= BATCH_ENTRIES || bytesOf(batch.entries) >= BATCH_BYTES) return true;
      }
      await pause(clock);
    }
    if (misplaced.length === 0) await pause(clock);
    return false;
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
      if (index % STORED_ROWS === STORED_ROWS - 1) await pause(clock);
      const vector = moving.text === null ? null : ((await semantic?.embed(moving.text)) ?? null);
      const own = store.find(moving.key);
      // The new home has a newer answer already.
      if (own !== null && own.createdMs >= moving.createdMs) continue;
      const { kvName, kvExpiresMs, json, events, usageEvent, text, canonical, ...facts } = moving;
      const entry: Entry = { ...facts, sequence, spilled: kvName === null ? null : { kvName, kvExpiresMs } };
      const outcome = store.commit(entry, { json, events, usageEvent }, () => {
        if (text !== null) semantic?.storeQuestion({ key: entry.key, scope: entry.scope, text, canonical, vector });
      });
      if (outcome === "stored") this.#parts.makeRoom(entry);
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

function bytesOf(entries: readonly MovingEntry[]): number {
  return entries.reduce((sum, { json, events }) => sum + json.byteLength + events.byteLength, 0);
}
