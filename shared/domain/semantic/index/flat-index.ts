import { err, ok } from "../../result.ts";
import type { Result } from "../../result.ts";
import { createDotKernel, MAX_RESULTS, META_SCALE, META_SLOT, META_SUM, RECORD_META_BYTES } from "./dot-kernel.ts";
import type { DotKernel, KernelModules } from "./dot-kernel.ts";
import { PageLedger } from "./page-ledger.ts";
import type { PersistPlan } from "./page-ledger.ts";
import { inverseLength, quantiseQuery, quantiseRow } from "./quantise.ts";
import { RecordArena } from "./record-arena.ts";
import type { Run } from "./record-arena.ts";
import { rowLengthOf } from "./unloaded-rows.ts";
import type { StoredPage } from "./unloaded-rows.ts";
import { decodeRow } from "./vector-page.ts";
import type { StoredRow, VectorRecord } from "./vector-page.ts";

/** A neighbour. `cosine` (-1..1) compares the stored int8 vector with the query at 14 bits. */
export interface IndexHit {
  readonly ref: number;
  readonly cosine: number;
}

export interface LoadedIndex {
  readonly index: FlatIndex;
  /** Number of unusable rows. The next plan deletes them, and similarity search does not find their entries. */
  readonly droppedRows: number;
}

export type IndexLoadError = { readonly kind: "out_of_memory" };

interface FilledRun extends Run {
  count: number;
}

interface ScopeRows {
  readonly scope: number;
  readonly runs: FilledRun[];
  live: number;
}

/** Estimated bytes of a Map entry with its share of the hash table, of a scope with its first run, and of a slot. */
const MAP_ENTRY_BYTES = 40;
const SCOPE_BYTES = 320;
const SLOT_ARRAY_BYTES = 24;

/**
 * Exact nearest neighbours inside one scope. The int8 vectors are in the kernel's memory. The index holds many scopes;
 * a search scans every row of its scope and no other. Does no I/O: changes are collected until {@link takePlan}.
 *
 * References are non-negative safe integers (row ids). A `ref` names an entry and is unique in the index.
 */
export class FlatIndex {
  /** Length of the vectors that the index takes. */
  readonly dims: number;
  /** `dims` rounded up to the kernel's step. The rest of a row is filled with zeros. */
  readonly #rowLength: number;
  readonly #recordBytes: number;
  readonly #kernel: DotKernel;
  readonly #arena: RecordArena;
  readonly #ledger: PageLedger;
  readonly #scopes = new Map<number, ScopeRows>();
  readonly #slotOf = new Map<number, number>();
  readonly #refs: number[] = [];
  readonly #addresses: number[] = [];
  readonly #owners: (ScopeRows | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  /** Page of the last row that was loaded. */
  #lastRow = -1;
  #memory: DataView;
  #bytes: Int8Array;

  constructor(dims: number, modules: KernelModules) {
    this.dims = dims;
    this.#rowLength = rowLengthOf(dims);
    this.#recordBytes = this.#rowLength + RECORD_META_BYTES;
    this.#kernel = createDotKernel(modules, this.#rowLength);
    this.#arena = new RecordArena(this.#kernel, this.#recordBytes);
    this.#ledger = new PageLedger(this.#rowLength);
    this.#memory = new DataView(this.#kernel.buffer());
    this.#bytes = new Int8Array(this.#kernel.buffer());
  }

  /**
   * Rebuilds the index from its stored rows, including those written by {@link appendUnloaded} and
   * {@link removeUnloaded}. The next plan deletes the rows that are no longer needed. A row of another vector length or
   * with a wrong checksum is dropped. Similarity search then no longer finds its entries; nothing else is lost.
   * @param rows Ascending by page; otherwise a RangeError is thrown. They are read one at a time, so a cursor need not
   * hold all of them in memory.
   * @param lastPage Largest page number in storage; undefined if there is none.
   */
  static load(
    dims: number,
    modules: KernelModules,
    rows: Iterable<StoredPage>,
    lastPage: number | undefined,
  ): Result<LoadedIndex, IndexLoadError> {
    const index = new FlatIndex(dims, modules);
    let droppedRows = 0;
    for (const row of rows) {
      const outcome = index.takeRow(row);
      if (outcome === "out_of_memory") return err({ kind: "out_of_memory" });
      if (outcome === "dropped") droppedRows++;
    }
    index.endLoading(lastPage);
    return ok({ index, droppedRows });
  }

  /**
   * Takes one stored row, as {@link load} does, so that a caller can load a large index in slices. Not for an index that
   * has been changed. {@link endLoading} must follow the last row, before any other call.
   */
  takeRow(row: StoredPage): "taken" | "dropped" | "out_of_memory" {
    if (row.page <= this.#lastRow) throw new RangeError(`page ${row.page} after page ${this.#lastRow}`);
    this.#lastRow = row.page;
    const decoded = decodeRow(row.bytes, this.#rowLength);
    const outcome = decoded.ok ? this.#apply(row.page, decoded.value) : "drop";
    if (outcome === "out_of_memory") return "out_of_memory";
    if (outcome !== "keep") this.#ledger.discard(row.page);
    return outcome === "drop" ? "dropped" : "taken";
  }

  /**
   * Ends loading.
   * @param lastPage Largest page number in storage; undefined if there is none.
   */
  endLoading(lastPage: number | undefined): void {
    if (lastPage !== undefined) this.#ledger.skipTo(lastPage);
  }

  /** The kernel in use: "relaxed-simd", "simd" or "javascript". */
  get kernelKind(): DotKernel["kind"] {
    return this.#kernel.kind;
  }

  /** Number of vectors in the index. */
  get size(): number {
    return this.#slotOf.size;
  }

  /** Number of vectors in one scope. */
  scopeSize(scope: number): number {
    return this.#scopes.get(scope)?.live ?? 0;
  }

  has(ref: number): boolean {
    return this.#slotOf.has(ref);
  }

  /** Memory of the index in bytes. The vectors' part is exact, the book-keeping is estimated. */
  bytes(): number {
    const perSlot = MAP_ENTRY_BYTES + SLOT_ARRAY_BYTES;
    return this.#arena.bytes + this.#refs.length * perSlot + this.#scopes.size * SCOPE_BYTES + this.#ledger.bytes;
  }

  /**
   * Puts an entry's vector into a scope and replaces the entry's previous vector.
   * @returns false if the memory cannot grow. The entry is then not in the index.
   */
  add(ref: number, scope: number, vector: Float32Array): boolean {
    this.#checkLength(vector);
    this.remove(ref);
    const slot = this.#insert(ref, scope, quantiseRow(vector, this.#rowLength).values);
    if (slot === undefined) return false;
    this.#ledger.append(slot);
    return true;
  }

  /** Removes an entry. Returns false if it was not in the index. */
  remove(ref: number): boolean {
    const slot = this.#slotOf.get(ref);
    if (slot === undefined) return false;
    this.#ledger.remove(slot);
    this.#erase(slot);
    return true;
  }

  /**
   * Returns the k (at most 32) nearest entries of a scope, best first; exact over the stored vectors. The order of
   * equal cosines is unspecified. A zero vector has no neighbours and is never a neighbour.
   */
  search(scope: number, query: Float32Array, k: number): IndexHit[] {
    this.#checkLength(query);
    const rows = this.#scopes.get(scope);
    const { values, scale } = quantiseQuery(query, this.#rowLength);
    if (rows === undefined || Number.isNaN(scale) || k < 1) return [];
    this.#kernel.begin(values, Math.min(MAX_RESULTS, Math.floor(k)));
    for (const run of rows.runs) this.#kernel.scan(run.at, run.count);
    return this.#kernel.results().map(({ slot, score }) => ({
      ref: this.#refs[slot] ?? 0,
      cosine: Math.max(-1, Math.min(1, score * scale)),
    }));
  }

  /**
   * Returns the rows to write and delete for all changes since the last call. Store them in the transaction that stores
   * the entries. If that transaction fails, memory is ahead of storage: discard this object and load it again.
   */
  takePlan(): PersistPlan {
    return this.#ledger.takePlan((slot) => this.#read(slot));
  }

  #apply(page: number, row: StoredRow): "keep" | "applied" | "drop" | "out_of_memory" {
    switch (row.kind) {
      case "vectors":
        return this.#adopt(page, row.records) ? "keep" : "out_of_memory";
      case "dead": {
        const slots = this.#ledger.receiveDead(page - 1, row.positions);
        for (const slot of slots) this.#erase(slot);
        return slots.length > 0 ? "keep" : "drop";
      }
      case "removed":
        for (const ref of row.refs) this.remove(ref);
        return "applied";
    }
  }

  /** If an earlier page also holds a reference, its entry was added again without loading the index. The later wins. */
  #adopt(page: number, records: readonly VectorRecord[]): boolean {
    const slots: number[] = [];
    for (const record of records) {
      this.remove(record.ref);
      const slot = this.#insert(record.ref, record.scope, record.values);
      if (slot === undefined) return false;
      slots.push(slot);
    }
    this.#ledger.adopt(page, slots);
    return true;
  }

  #insert(ref: number, scope: number, values: Int8Array): number | undefined {
    const rows = this.#scopes.get(scope) ?? { scope, runs: [], live: 0 };
    const at = this.#claim(rows);
    if (at === undefined) return undefined;
    this.#scopes.set(scope, rows);
    rows.live++;
    const slot = this.#freeSlots.pop() ?? this.#refs.length;
    this.#refs[slot] = ref;
    this.#addresses[slot] = at;
    this.#owners[slot] = rows;
    this.#slotOf.set(ref, slot);
    const view = this.#view();
    const meta = at + this.#rowLength;
    this.#bytes.set(values, at);
    view.setFloat32(meta + META_SCALE, inverseLength(values), true);
    view.setInt32(meta + META_SUM, sum(values), true);
    view.setUint32(meta + META_SLOT, slot, true);
    return slot;
  }

  /** Returns the view of the kernel's memory. Both views are created again after growing has replaced the buffer. */
  #view(): DataView {
    if (this.#memory.buffer !== this.#kernel.buffer()) {
      this.#memory = new DataView(this.#kernel.buffer());
      this.#bytes = new Int8Array(this.#kernel.buffer());
    }
    return this.#memory;
  }

  /** Address for one more record of a scope; undefined if memory cannot grow. Only the scope's last run has room. */
  #claim(rows: ScopeRows): number | undefined {
    let last = rows.runs.at(-1);
    if (last === undefined || last.count === 2 ** last.sizeClass) {
      const run = this.#arena.allocate(rows.live);
      if (run === undefined) return undefined;
      last = { ...run, count: 0 };
      rows.runs.push(last);
    }
    return last.at + last.count++ * this.#recordBytes;
  }

  /** Moves the scope's last record into the gap, because scans must not meet removed rows. */
  #erase(slot: number): void {
    const rows = this.#owners[slot];
    const hole = this.#addresses[slot];
    const last = rows?.runs.at(-1);
    if (rows === undefined || hole === undefined || last === undefined) return;
    last.count--;
    const from = last.at + last.count * this.#recordBytes;
    if (from !== hole) {
      const view = this.#view();
      this.#bytes.copyWithin(hole, from, from + this.#recordBytes);
      this.#addresses[view.getUint32(hole + this.#rowLength + META_SLOT, true)] = hole;
    }
    if (last.count === 0) this.#arena.release(rows.runs.pop() ?? last);
    if (--rows.live === 0) this.#scopes.delete(rows.scope);
    this.#slotOf.delete(this.#refs[slot] ?? 0);
    this.#owners[slot] = undefined;
    this.#freeSlots.push(slot);
  }

  #read(slot: number): VectorRecord {
    this.#view();
    const at = this.#addresses[slot] ?? 0;
    const values = this.#bytes.subarray(at, at + this.#rowLength);
    return { ref: this.#refs[slot] ?? 0, scope: this.#owners[slot]?.scope ?? 0, values };
  }

  #checkLength(vector: Float32Array): void {
    if (vector.length !== this.dims) throw new RangeError(`vector of ${vector.length} in an index of ${this.dims}`);
  }
}

function sum(values: Int8Array): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index] ?? 0;
  return total;
}
