import { joinBytes } from "../../../shared/domain/join-bytes.ts";
import type { LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";
import type { LedgerMap } from "../../../shared/memory/ledger-map.ts";
import { deflatePiece, encodeBody, inflatePiece, joinPieces } from "../entries/body-codec.ts";

/** Size of a flight's first block. Each further block is twice as large as the one before. */
const FIRST_BLOCK_BYTES = 4 * 1024;
/** Size of the largest blocks. A longer run of events gets a block of exactly its size. */
export const MAX_BLOCK_BYTES = 64 * 1024;
/**
 * A slice ends with the last event that ends before this size. The runtime copies what a stream hands out into buffers
 * of that size, so larger slices would take more memory for each subscriber.
 */
export const MAX_SLICE_BYTES = 16 * 1024;
/** Memory of the objects that make up a block, beside its bytes. */
const BLOCK_OVERHEAD_BYTES = 400;
/** Blocks with fewer bytes of events are not deflated. */
const MIN_PACKED_BYTES = MAX_BLOCK_BYTES / 2;
/** Memory of one range of usage events. */
const RANGE_BYTES = 64;

/** Shorter SSE events are stored plain. They are so repetitive that deflate pays from this size on. */
const MIN_DEFLATE_EVENT_BYTES = 512;
const LINE_FEED = 10;
const encoder = new TextEncoder();
const NO_BYTES = new Uint8Array();

interface Block {
  /** Position of the first byte. */
  readonly start: number;
  /** Bytes of events. */
  used: number;
  /** The events and free space; or, if `packed`, the events as a deflated piece of body-codec.ts. */
  bytes: Uint8Array;
  packed: boolean;
}

/** Positions of usage events, from the first byte up to, but not including, `to`. */
interface UsageRange {
  readonly from: number;
  to: number;
}

/** Events that follow each other, and the position after them. */
export interface BufferSlice {
  /** Must not be changed: subscribers share the buffer's memory. */
  readonly bytes: Uint8Array;
  readonly next: number;
}

/** Where a buffer keeps its events. */
export interface BufferMemory {
  /** The account for the blocks of events. */
  readonly buffers: LedgerAccount;
  /** Blocks that were unpacked for late subscribers a moment ago. All buffers of a shard share it. */
  readonly unpacked: LedgerMap<Uint8Array>;
}

let buffers = 0;

/**
 * The SSE events of one flight, in blocks of bytes: an object for each event would take more memory than the event.
 * Full blocks are deflated, to about a tenth, because the events of an answer differ in little but their token.
 * Positions count bytes from 0, and trimming does not renumber them. Runs of events are never split over blocks, so
 * every slice ends with an event.
 */
export class FlightBuffer {
  readonly #ledger: LedgerAccount;
  readonly #unpacked: LedgerMap<Uint8Array>;
  readonly #name: string;
  #blocks: Block[] = [];
  #usage: UsageRange[] = [];
  #start = 0;
  #end = 0;
  #reserved = 0;

  constructor({ buffers: ledger, unpacked }: BufferMemory) {
    this.#ledger = ledger;
    this.#unpacked = unpacked;
    buffers += 1;
    this.#name = String(buffers);
  }

  /** Position after the newest event. */
  get end(): number {
    return this.#end;
  }

  /** Oldest position still held. */
  get start(): number {
    return this.#start;
  }

  /** Memory that the buffer takes. */
  get bytes(): number {
    return this.#reserved;
  }

  /**
   * Appends a run of whole events.
   * @param must takes the run even if the isolate has no memory for it; the caller then bounds what is held
   * @returns false, and appends nothing, when there is no memory for it
   */
  append(run: Uint8Array | string, usageOnly: boolean, must: boolean): boolean {
    if (run.length === 0) return true;
    const from = this.#end;
    if (!this.#write(run) && !this.#open(typeof run === "string" ? encoder.encode(run) : run, must)) return false;
    if (usageOnly) this.#noteUsage(from, this.#end);
    return true;
  }

  /** Writes a run into the free space of the last block. False when it does not fit. */
  #write(run: Uint8Array | string): boolean {
    const last = this.#blocks.at(-1);
    if (last === undefined || last.packed || last.bytes.byteLength - last.used < run.length) return false;
    const free = last.bytes.subarray(last.used);
    if (typeof run !== "string") free.set(run);
    const { read, written } = typeof run === "string" ? encoder.encodeInto(run, free) : { read: run.length, written: run.length };
    if (read < run.length) return false;
    last.used += written;
    this.#end += written;
    return true;
  }

  /** Begins a new block with a run. False when there is no memory for it. */
  #open(run: Uint8Array, must: boolean): boolean {
    const size = Math.min(MAX_BLOCK_BYTES, Math.max(FIRST_BLOCK_BYTES, 2 * (this.#blocks.at(-1)?.bytes.byteLength ?? 0)));
    // A run that fills most of a block becomes a block itself. So does one that is held only until it is read.
    const isBlock = must || run.byteLength > size / 2;
    this.#pack();
    if (!this.#take((isBlock ? run.byteLength : size) + BLOCK_OVERHEAD_BYTES, must)) return false;
    const bytes = isBlock ? run : new Uint8Array(size);
    if (!isBlock) bytes.set(run);
    this.#blocks.push({ start: this.#end, bytes, used: run.byteLength, packed: false });
    this.#end += run.byteLength;
    return true;
  }

  /** Deflates the last block, which gets no further events, if that saves at least half of it. */
  #pack(): void {
    const block = this.#blocks.at(-1);
    if (block === undefined || block.packed || block.used < MIN_PACKED_BYTES) return;
    const packed = deflatePiece(block.bytes.subarray(0, block.used));
    if (packed.byteLength > block.used / 2) return;
    const freed = block.bytes.byteLength - packed.byteLength;
    block.bytes = packed;
    block.packed = true;
    this.#reserved -= freed;
    this.#ledger.release(freed);
  }

  /** The events of a block. */
  #eventsOf(block: Block): Uint8Array {
    if (!block.packed) return block.bytes.subarray(0, block.used);
    const name = `${this.#name}/${block.start}`;
    const known = this.#unpacked.get(name);
    if (known !== undefined) return known;
    const events = inflatePiece(block.bytes);
    this.#unpacked.set(name, events);
    return events;
  }

  #noteUsage(from: number, to: number): void {
    const last = this.#usage.at(-1);
    if (last?.to === from) last.to = to;
    else {
      this.#usage.push({ from, to });
      this.#take(RANGE_BYTES, true);
    }
  }

  #take(bytes: number, must: boolean): boolean {
    if (must) this.#ledger.charge(bytes);
    else if (!this.#ledger.reserve(bytes)) return false;
    this.#reserved += bytes;
    return true;
  }

  /**
   * Whole events from a position on, at least one, all from the same block. Leaves out usage events unless they are
   * wanted.
   */
  slice(from: number, withUsage: boolean, maxBytes = MAX_SLICE_BYTES): BufferSlice {
    const block = this.#blockAt(from);
    if (block === null) return { bytes: NO_BYTES, next: this.#end };
    const range = withUsage ? null : this.#usageFrom(from);
    if (range !== null && range.from <= from) return { bytes: NO_BYTES, next: range.to };
    const limit = Math.min(block.start + block.used, range?.from ?? this.#end);
    const events = this.#eventsOf(block).subarray(0, limit - block.start);
    const at = from - block.start;
    const to = limit - from <= maxBytes ? events.byteLength : eventEnd(events, at, at + maxBytes);
    // A view would keep the unpacked block in memory until a slow client has read it.
    const bytes = block.packed ? events.slice(at, to) : events.subarray(at, to);
    return { bytes, next: block.start + to };
  }

  /** The first range of usage events that ends after a position; null when there is none. */
  #usageFrom(position: number): UsageRange | null {
    let low = 0;
    let high = this.#usage.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#usage[middle]?.to ?? 0) > position) high = middle;
      else low = middle + 1;
    }
    return this.#usage[low] ?? null;
  }

  /** Searches from the newest block, which most subscribers read. */
  #blockAt(position: number): Block | null {
    return this.#blocks.findLast((block) => block.start <= position && position < block.start + block.used) ?? null;
  }

  /**
   * All events except usage events, in the encoding of body-codec.ts. To be called only while nothing has been trimmed.
   * Blocks that are packed already are taken as they are.
   */
  encodedContent(): Uint8Array {
    if (!this.#blocks.some(({ packed }) => packed)) return encodeBody(joinBytes(this.#contentFrom(0, this.#end)), MIN_DEFLATE_EVENT_BYTES);
    const pieces: Uint8Array[] = [];
    for (const block of this.#blocks) {
      const end = block.start + block.used;
      const usage = this.#usageFrom(block.start);
      if (block.packed && (usage === null || usage.from >= end)) pieces.push(block.bytes);
      else pieces.push(deflatePiece(joinBytes(this.#contentFrom(block.start, end))));
    }
    return joinPieces(pieces);
  }

  #contentFrom(from: number, to: number): readonly Uint8Array[] {
    const content: Uint8Array[] = [];
    for (let at = from; at < to;) {
      const { bytes, next } = this.slice(at, false, MAX_BLOCK_BYTES);
      content.push(bytes);
      at = next;
    }
    return content;
  }

  /** Frees the blocks that end before a position. */
  trim(position: number): void {
    const target = Math.min(position, this.#end);
    if (target <= this.#start) return;
    this.#start = target;
    const ranges = this.#usage.filter(({ to }) => to > target);
    const kept = this.#blocks.filter((block) => block.start + block.used > target);
    const freedBlocks = this.#blocks.slice(0, this.#blocks.length - kept.length);
    const freed =
      freedBlocks.reduce((sum, block) => sum + block.bytes.byteLength + BLOCK_OVERHEAD_BYTES, 0) +
      (this.#usage.length - ranges.length) * RANGE_BYTES;
    this.#blocks = kept;
    this.#usage = ranges;
    this.#reserved -= freed;
    this.#ledger.release(freed);
  }
}

/** The last end of an event in (from, limit]; the first one after `limit` when there is none. */
function eventEnd(bytes: Uint8Array, from: number, limit: number): number {
  for (let at = bytes.lastIndexOf(LINE_FEED, limit - 1); at > from; at = bytes.lastIndexOf(LINE_FEED, at - 1)) {
    if (bytes[at - 1] === LINE_FEED) return at + 1;
  }
  for (let at = bytes.indexOf(LINE_FEED, limit); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
    if (bytes[at - 1] === LINE_FEED) return at + 1;
  }
  return bytes.byteLength;
}
