import { encodeDead, encodeVectors, vectorRowBytes } from "./vector-page.ts";
import type { VectorRecord } from "./vector-page.ts";

/** Records of a sealed page. When the log rows hold this many records, the next plan folds them into a sealed page. */
export const PAGE_RECORDS = 256;
/** Most records of a log row. Each append rewrites one log row, so this bounds the bytes that an append writes. */
export const LOG_RECORDS = 16;
/** Largest stored row, in bytes. SQLite-backed Durable Objects accept twice this size for one row. */
const MAX_ROW_BYTES = 1_000_000;
/** Pages of vectors have even numbers. The dead positions of page p are stored as page p + 1. */
const PAGE_STEP = 2;
/** A sealed page is dissolved into the log when at most one record in this many is live. */
const DISSOLVE_DIVISOR = 2;
const DEAD = -1;

/** Rows to write and delete in the transaction that stores the entries they belong to. */
export interface PersistPlan {
  readonly upserts: readonly { readonly page: number; readonly bytes: Uint8Array }[];
  readonly deletes: readonly number[];
}

interface Page {
  /** A sealed page never changes; its removals are written to its dead row. A log page is rewritten. */
  readonly sealed: boolean;
  /** Slot at each position; -1 if the record was removed. */
  slots: number[];
  live: number;
  /** Whether storage holds the page. */
  stored: boolean;
}

/**
 * Tracks which stored row holds which slot and turns changes into the rows to write. Write amplification of an append:
 * one log row (at most 16 records) and a 256th of a page. Write amplification of a removal: one small row, and a share
 * of moving the at most 128 records that a half-empty page has left.
 */
export class PageLedger {
  readonly #rowLength: number;
  readonly #pageRecords: number;
  readonly #pages = new Map<number, Page>();
  /** By slot: its page (-1 if it is in none) and its position in that page. */
  readonly #pageOf: number[] = [];
  readonly #positionOf: number[] = [];
  readonly #logs = new Set<number>();
  #logRecords = 0;
  #openLog: number | undefined;
  #nextPage = 0;
  readonly #dirty = new Set<number>();
  readonly #gone = new Set<number>();

  constructor(rowLength: number) {
    this.#rowLength = rowLength;
    this.#pageRecords = Math.min(PAGE_RECORDS, Math.floor(MAX_ROW_BYTES / (vectorRowBytes(rowLength, 1) - vectorRowBytes(0, 0))));
  }

  /** Registers a row that storage holds, during loading. The caller passes the pages in ascending order. */
  adopt(page: number, slots: readonly number[]): void {
    const sealed = slots.length > LOG_RECORDS;
    this.#pages.set(page, { sealed, slots: [...slots], live: slots.length, stored: true });
    this.#place(page, slots);
    if (!sealed) {
      this.#logs.add(page);
      this.#logRecords += slots.length;
      this.#openLog = page;
    }
  }

  /** Marks the dead positions of a stored page, during loading. Returns the slots that were at these positions. */
  receiveDead(number: number, positions: readonly number[]): number[] {
    const page = this.#pages.get(number);
    const slots: number[] = [];
    for (const position of positions) {
      const slot = page?.slots[position] ?? DEAD;
      if (page === undefined || slot === DEAD) continue;
      page.slots[position] = DEAD;
      page.live--;
      this.#pageOf[slot] = DEAD;
      slots.push(slot);
    }
    return slots;
  }

  /** Reserves all page numbers up to and including `page`. */
  skipTo(page: number): void {
    this.#nextPage = Math.max(this.#nextPage, pageAfter(page));
  }

  /** Marks a stored row for deletion because it is corrupt, unusable or already applied. */
  discard(page: number): void {
    this.#gone.add(page);
  }

  append(slot: number): void {
    let number = this.#openLog;
    let page = number === undefined ? undefined : this.#pages.get(number);
    if (number === undefined || page === undefined || page.slots.length >= LOG_RECORDS) {
      number = this.#takeNumber();
      page = { sealed: false, slots: [], live: 0, stored: false };
      this.#pages.set(number, page);
      this.#logs.add(number);
      this.#openLog = number;
    }
    this.#pageOf[slot] = number;
    this.#positionOf[slot] = page.slots.length;
    page.slots.push(slot);
    page.live++;
    this.#logRecords++;
    this.#dirty.add(number);
  }

  remove(slot: number): void {
    const number = this.#pageOf[slot] ?? DEAD;
    const position = this.#positionOf[slot] ?? 0;
    const page = this.#pages.get(number);
    if (page === undefined) return;
    this.#pageOf[slot] = DEAD;
    page.live--;
    if (!page.sealed) {
      this.#removeFromLog(number, position, page);
      return;
    }
    page.slots[position] = DEAD;
    this.#dirty.add(number + 1);
    if (page.live * DISSOLVE_DIVISOR <= page.slots.length) this.#dissolve(number, page);
  }

  /**
   * Returns the changes since the last plan. The caller must store them in the transaction that made the changes. If it
   * cannot, it must discard the index and load it again.
   */
  takePlan(read: (slot: number) => VectorRecord): PersistPlan {
    if (this.#logRecords >= this.#pageRecords) this.#fold();
    const upserts: { page: number; bytes: Uint8Array }[] = [];
    for (const number of this.#dirty) {
      const bytes = this.#encode(number, read);
      if (bytes) upserts.push({ page: number, bytes });
    }
    const deletes = [...this.#gone];
    this.#dirty.clear();
    this.#gone.clear();
    return { upserts, deletes };
  }

  /** Estimated bytes of this object, for the isolate's memory ledger. */
  get bytes(): number {
    const perSlot = 24;
    const perPage = 160;
    return this.#pageOf.length * perSlot + this.#pages.size * perPage;
  }

  #encode(number: number, read: (slot: number) => VectorRecord): Uint8Array | undefined {
    const isDeadRow = number % PAGE_STEP !== 0;
    const page = this.#pages.get(isDeadRow ? number - 1 : number);
    if (page === undefined) return undefined;
    if (isDeadRow) return encodeDead(page.slots.flatMap((slot, position) => (slot === DEAD ? [position] : [])));
    page.stored = true;
    return encodeVectors(this.#rowLength, page.slots.map(read));
  }

  #removeFromLog(number: number, position: number, page: Page): void {
    const moved = page.slots.pop();
    if (moved !== undefined && page.slots.length > position) {
      page.slots[position] = moved;
      this.#positionOf[moved] = position;
    }
    this.#logRecords--;
    this.#dirty.add(number);
    if (page.live === 0) this.#drop(number, page);
  }

  #place(number: number, slots: readonly number[]): void {
    for (const [position, slot] of slots.entries()) {
      this.#pageOf[slot] = number;
      this.#positionOf[slot] = position;
    }
  }

  #dissolve(number: number, page: Page): void {
    this.#drop(number, page);
    for (const slot of page.slots) if (slot !== DEAD) this.append(slot);
  }

  /** Turns log records into sealed pages. Records that do not fill a page stay in the log. */
  #fold(): void {
    const slots: number[] = [];
    for (const number of this.#logs) {
      const page = this.#pages.get(number);
      if (page === undefined) continue;
      slots.push(...page.slots);
      this.#drop(number, page);
    }
    this.#logRecords = 0;
    let start = 0;
    for (; start + this.#pageRecords <= slots.length; start += this.#pageRecords) {
      this.#seal(slots.slice(start, start + this.#pageRecords));
    }
    for (const slot of slots.slice(start)) this.append(slot);
  }

  #seal(slots: number[]): void {
    const number = this.#takeNumber();
    this.#pages.set(number, { sealed: true, slots, live: slots.length, stored: false });
    this.#place(number, slots);
    this.#dirty.add(number);
  }

  #drop(number: number, page: Page): void {
    this.#pages.delete(number);
    this.#logs.delete(number);
    if (this.#openLog === number) this.#openLog = undefined;
    this.#dirty.delete(number);
    this.#dirty.delete(number + 1);
    if (page.stored) this.#gone.add(number);
    if (page.stored && page.sealed) this.#gone.add(number + 1);
  }

  #takeNumber(): number {
    const number = this.#nextPage;
    this.#nextPage += PAGE_STEP;
    return number;
  }
}

/** The first free page number if `last` is the largest in storage. */
export function pageAfter(last: number | undefined): number {
  return last === undefined ? 0 : last - (last % PAGE_STEP) + PAGE_STEP;
}
