import { sha256Hex } from "../../../shared/digest/sha256.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { withDeadline } from "../../../shared/time/deadline.ts";
import type { Entry, EntryBody } from "../entries/entry.ts";

/** A KV read that takes longer than this is a miss. */
const READ_DEADLINE_MS = 1500;
/** A KV write that takes longer than this has failed. If it succeeds later, its value is never read and expires. */
const WRITE_DEADLINE_MS = 10_000;
const DELETE_PARALLELISM = 6;
/** Version of the value's layout, to be raised with each change. */
const LAYOUT = 1;

/** The Workers KV calls that spilling needs. */
export interface SpillKv {
  put(name: string, value: Uint8Array, options: { readonly expirationTtl: number; readonly metadata: SpillMetadata }): Promise<void>;
  getWithMetadata(name: string, type: "arrayBuffer"): Promise<{ readonly value: ArrayBuffer | null; readonly metadata: unknown }>;
  delete(name: string): Promise<void>;
}

/** Metadata of a KV value. Values of another layout and damaged values are recognised by it. */
export interface SpillMetadata {
  readonly layout: number;
  readonly digest: string;
  readonly expiresMs: number;
}

export type SpillRead =
  | { readonly kind: "found"; readonly body: EntryBody }
  | { readonly kind: "absent" }
  | { readonly kind: "corrupt" }
  | { readonly kind: "failed" };

/**
 * Stores bodies in KV. A value's name contains the shard, the entry's sequence and its creation time. A value that a
 * purge or a newer answer has superseded is therefore never read again, however stale KV is.
 */
export class SpillStore {
  readonly #kv: SpillKv;
  readonly #shard: number;
  readonly #clock: Pick<Clock, "after">;

  constructor(kv: SpillKv, shard: number, clock: Pick<Clock, "after">) {
    this.#kv = kv;
    this.#shard = shard;
    this.#clock = clock;
  }

  nameOf(entry: Pick<Entry, "key" | "sequence" | "createdMs">): string {
    return `spill/${LAYOUT}/${this.#shard}/${entry.sequence}/${entry.createdMs}/${entry.key}`;
  }

  /** Writes a body. False when KV refuses it. */
  async write(name: string, entry: Entry, body: EntryBody, ttlSeconds: number): Promise<boolean> {
    const value = packBody(body);
    try {
      const metadata = { layout: LAYOUT, digest: sha256Hex(value), expiresMs: entry.expiresMs };
      const written = this.#kv.put(name, value, { expirationTtl: ttlSeconds, metadata }).then(() => true);
      return await withDeadline(this.#clock, WRITE_DEADLINE_MS, written, false);
    } catch {
      return false;
    }
  }

  async read(name: string): Promise<SpillRead> {
    try {
      const found = await withDeadline(this.#clock, READ_DEADLINE_MS, this.#kv.getWithMetadata(name, "arrayBuffer"), null);
      if (found === null) return { kind: "failed" };
      if (found.value === null) return { kind: "absent" };
      const value = new Uint8Array(found.value);
      if (!isMetadata(found.metadata) || found.metadata.digest !== sha256Hex(value)) return { kind: "corrupt" };
      const body = unpackBody(value);
      return body === null ? { kind: "corrupt" } : { kind: "found", body };
    } catch {
      return { kind: "failed" };
    }
  }

  /**
   * Deletes values that are no longer referenced, and returns how many could not be deleted. Such a value is never read,
   * and expires by its TTL.
   */
  async deleteAll(names: readonly string[]): Promise<number> {
    let failed = 0;
    for (let at = 0; at < names.length; at += DELETE_PARALLELISM) {
      const deleted = await Promise.allSettled(
        names.slice(at, at + DELETE_PARALLELISM).map((name) =>
          withDeadline(
            this.#clock,
            WRITE_DEADLINE_MS,
            this.#kv.delete(name).then(() => true),
            false,
          ),
        ),
      );
      failed += deleted.filter((outcome) => outcome.status === "rejected" || !outcome.value).length;
    }
    return failed;
  }
}

function isMetadata(value: unknown): value is SpillMetadata {
  return typeof value === "object" && value !== null && "layout" in value && value.layout === LAYOUT && "digest" in value;
}

const HEADER_BYTES = 12;

/** Layout: three lengths (32-bit, little endian), then the JSON form, the events and the usage event (UTF-8). */
function packBody(body: EntryBody): Uint8Array {
  const usage = new TextEncoder().encode(body.usageEvent);
  const packed = new Uint8Array(HEADER_BYTES + body.json.byteLength + body.events.byteLength + usage.byteLength);
  const view = new DataView(packed.buffer);
  view.setUint32(0, body.json.byteLength, true);
  view.setUint32(4, body.events.byteLength, true);
  view.setUint32(8, usage.byteLength, true);
  packed.set(body.json, HEADER_BYTES);
  packed.set(body.events, HEADER_BYTES + body.json.byteLength);
  packed.set(usage, HEADER_BYTES + body.json.byteLength + body.events.byteLength);
  return packed;
}

function unpackBody(packed: Uint8Array): EntryBody | null {
  if (packed.byteLength < HEADER_BYTES) return null;
  const view = new DataView(packed.buffer, packed.byteOffset);
  const jsonEnd = HEADER_BYTES + view.getUint32(0, true);
  const eventsEnd = jsonEnd + view.getUint32(4, true);
  const usageEnd = eventsEnd + view.getUint32(8, true);
  if (usageEnd !== packed.byteLength) return null;
  return {
    json: packed.slice(HEADER_BYTES, jsonEnd),
    events: packed.slice(jsonEnd, eventsEnd),
    usageEvent: new TextDecoder().decode(packed.subarray(eventsEnd, usageEnd)),
  };
}
