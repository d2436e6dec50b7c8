import type { MisplacedReply, MisplacedRequest, MovingEntry, SurrenderRequest } from "../../shared/contracts/cache-shard.ts";
import { homeShard } from "../../shared/domain/routing.ts";
import type { Entry } from "./entry.ts";
import type { EntryStore } from "./entry-store.ts";
import type { Clock } from "./clock.ts";
import type { PurgeLog } from "./purge-log.ts";
import type { Roster } from "./roster.ts";
import type { SemanticLayer } from "./semantic/semantic-layer.ts";

/** Rows looked at for one batch, and bytes it may carry (RPC takes 32 MiB). */
const BATCH_ROWS = 500;
const BATCH_BYTES = 8 * 1024 * 1024;
/** Longer than a purge takes to reach every shard plus a batch to arrive. */
const PURGE_SPREAD_MS = 10 * 60_000;

export interface MoverParts {
  readonly shard: number;
  readonly store: EntryStore;
  readonly log: PurgeLog;
  readonly roster: Roster;
  readonly clock: Clock;
  readonly semantic: SemanticLayer | null;
}

/** Moves entries between shards when the topology has changed. Nothing is lost when it stops half-way: it starts again. */
export class Mover {
  readonly #shard: number;
  readonly #store: EntryStore;
  readonly #log: PurgeLog;
  readonly #roster: Roster;
  readonly #clock: Clock;
  readonly #semantic: SemanticLayer | null;

  constructor({ shard, store, log, roster, clock, semantic }: MoverParts) {
    this.#shard = shard;
    this.#store = store;
    this.#log = log;
    this.#roster = roster;
    this.#clock = clock;
    this.#semantic = semantic;
  }

  /** The next entries whose home is elsewhere. */
  misplaced({ afterKey, shardCount, scopeFanout }: MisplacedRequest): MisplacedReply {
    const entries: MovingEntry[] = [];
    let bytes = 0;
    let nextKey: string | null = afterKey;
    for (const entry of this.#store.after(afterKey, BATCH_ROWS)) {
      if (bytes > BATCH_BYTES) return { entries, nextKey, sequence: this.#log.sequence };
      nextKey = entry.key;
      if (homeShard(entry.scope, entry.key, { shardCount, scopeFanout }) === this.#shard) continue;
      const moving = this.#packed(entry);
      if (moving === null) continue;
      entries.push(moving);
      bytes += entry.bytes;
    }
    const done = nextKey === null || this.#store.after(nextKey, 1).length === 0;
    return { entries, nextKey: done ? null : nextKey, sequence: this.#log.sequence };
  }

  /**
   * A purge reaches the two shards of a move one after the other: (1) this one purges, (2) the entry is read at the other,
   * (3) arrives here, (4) is surrendered there, (5) the other purges. So an arrival counts as older than every purge
   * of the last minutes: one that names it has been asked for, whether the other shard knows it yet or not.
   */
  async adopt(entries: readonly MovingEntry[]): Promise<void> {
    // Thrown on purpose: the entries stay where they are, and the caller says that this shard failed.
    if (!(await this.#roster.join())) throw new Error("not enlisted");
    for (const moving of entries) {
      const vector = moving.text === null ? null : ((await this.#semantic?.embed(moving.text)) ?? null);
      const own = this.#store.find(moving.key);
      // Asked for at its new home already, and answered anew.
      if (own !== null && own.createdMs >= moving.createdMs) continue;
      const { kvName, kvExpiresMs, json, events, usageEvent, text, canonical, ...facts } = moving;
      const sequence = this.#log.positionAt(this.#clock.nowMs() - PURGE_SPREAD_MS);
      const entry: Entry = { ...facts, sequence, spilled: kvName === null ? null : { kvName, kvExpiresMs } };
      this.#store.commit(entry, { json, events, usageEvent }, () => {
        if (text !== null) this.#semantic?.adopt({ key: entry.key, scope: entry.scope, text, canonical, vector });
      });
    }
  }

  surrender({ keys, sequence }: SurrenderRequest): readonly string[] {
    const purged = this.#log.sequence > sequence;
    // What a purge took away here since the batch was read must not live on there.
    const covered = purged ? keys.filter((key) => this.#store.find(key) === null) : [];
    for (const key of keys) this.#store.drop(key);
    return covered;
  }

  drop(keys: readonly string[]): void {
    for (const key of keys) this.#store.drop(key);
  }

  #packed(entry: Entry): MovingEntry | null {
    const body =
      entry.spilled === null ? this.#store.bodyOf(entry.key) : { json: new Uint8Array(), events: new Uint8Array(), usageEvent: "" };
    if (body === null) return null;
    const { spilled, sequence: _sequence, ...facts } = entry;
    const meaning = this.#semantic?.meaningOf(entry.key) ?? null;
    return {
      ...facts,
      ...body,
      kvName: spilled?.kvName ?? null,
      kvExpiresMs: spilled?.kvExpiresMs ?? 0,
      text: meaning?.text ?? null,
      canonical: meaning?.canonical ?? "",
    };
  }
}
