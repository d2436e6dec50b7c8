import { joinBytes } from "../../../shared/domain/join-bytes.ts";
import type { LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";

/**
 * A slice ends with the event that reaches this size. Bounds the memory that the replay for a late subscriber takes.
 */
export const MAX_SLICE_BYTES = 64 * 1024;

interface BufferedEvent {
  readonly bytes: Uint8Array;
  /** Sent only to subscribers that asked for usage. */
  readonly usageOnly: boolean;
}

/** Joined events, and the position after them. */
export interface BufferSlice {
  readonly bytes: Uint8Array;
  readonly next: number;
}

/** Append-only list of the SSE events of one flight. Positions count events from 0; trimming does not renumber them. */
export class FlightBuffer {
  readonly #ledger: LedgerAccount;
  #events: BufferedEvent[] = [];
  #first = 0;
  #bytes = 0;
  #last: { readonly from: number; readonly withUsage: boolean; readonly slice: BufferSlice } | null = null;

  constructor(ledger: LedgerAccount) {
    this.#ledger = ledger;
  }

  /** Position after the newest event. */
  get end(): number {
    return this.#first + this.#events.length;
  }

  /** Oldest position still held. */
  get start(): number {
    return this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Appends an event. False when the isolate has no memory left for it. */
  append(bytes: Uint8Array, usageOnly: boolean): boolean {
    if (!this.#ledger.reserve(bytes.byteLength)) return false;
    this.#events.push({ bytes, usageOnly });
    this.#bytes += bytes.byteLength;
    return true;
  }

  /** The events from a position on, joined. Subscribers at the same position share one copy. */
  slice(from: number, withUsage: boolean): BufferSlice {
    const last = this.#last;
    if (last !== null && last.from === from && last.withUsage === withUsage && last.slice.next === this.end) return last.slice;
    const picked: Uint8Array[] = [];
    let size = 0;
    let next = from;
    while (next < this.end && size < MAX_SLICE_BYTES) {
      const event = this.#events[next - this.#first];
      next += 1;
      if (event === undefined || (event.usageOnly && !withUsage)) continue;
      picked.push(event.bytes);
      size += event.bytes.byteLength;
    }
    const slice = { bytes: joinBytes(picked), next };
    this.#last = { from, withUsage, slice };
    return slice;
  }

  /** All events except usage events, as they are stored. To be called only while nothing has been trimmed. */
  contentBytes(): Uint8Array {
    const content = this.#events.filter((event) => !event.usageOnly).map((event) => event.bytes);
    return joinBytes(content);
  }

  /** Frees the events before a position. */
  trim(position: number): void {
    const count = Math.min(position, this.end) - this.#first;
    if (count <= 0) return;
    const freed = this.#events.slice(0, count).reduce((sum, event) => sum + event.bytes.byteLength, 0);
    this.#events = this.#events.slice(count);
    this.#first += count;
    this.#bytes -= freed;
    this.#ledger.release(freed);
  }
}
