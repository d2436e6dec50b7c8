import { joinBytes } from "../../../shared/domain/join-bytes.ts";
import type { LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";

/** Most bytes handed to one subscriber at once: keeps a late joiner's replay from hogging memory. */
export const MAX_SLICE_BYTES = 64 * 1024;

interface BufferedEvent {
  readonly bytes: Uint8Array;
  /** Only for subscribers who asked for usage. */
  readonly usageOnly: boolean;
}

/** What a subscriber reads next. */
export interface BufferSlice {
  readonly bytes: Uint8Array;
  readonly next: number;
}

/** Append-only list of the SSE events of one flight. Positions count events from 0 and stay valid after trimming. */
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

  /** False when the isolate has no memory left for it. */
  append(bytes: Uint8Array, usageOnly: boolean): boolean {
    if (!this.#ledger.reserve(bytes.byteLength)) return false;
    this.#events.push({ bytes, usageOnly });
    this.#bytes += bytes.byteLength;
    return true;
  }

  /** The events from a position on, as one piece of bytes. Subscribers at one position share one copy. */
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

  /** All events but the usage ones, as they are stored. Only before anything was trimmed. */
  contentBytes(): Uint8Array {
    const content = this.#events.filter((event) => !event.usageOnly).map((event) => event.bytes);
    return joinBytes(content);
  }

  /** Lets go of everything before a position. */
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
