/**
 * The inner loop of a search. It scans int8 records in one flat memory against one query and keeps the best k.
 * Three implementations give bit-equal results: WASM relaxed SIMD, WASM SIMD and plain JavaScript.
 */

/** Bytes after each row: float32 scale, int32 sum of the row's values, uint32 slot, 4 unused bytes. */
export const RECORD_META_BYTES = 16;
export const META_SCALE = 0;
export const META_SUM = 4;
export const META_SLOT = 8;
/** The length of a row must be a multiple of this number, which is one unrolled step of the kernel. */
export const ROW_ALIGNMENT = 64;
/** Largest number of results of one search. */
export const MAX_RESULTS = 32;
/** Lowest address of a record. The memory below it holds the results and the query. */
export const RECORDS_START = 65_536;

const RESULTS_AT = 1024;
const RESULT_BYTES = 8;
const QUERY_AT = 2048;
/** Longest row, in components. A query of this length (2 bytes per component) ends below {@link RECORDS_START}. */
export const MAX_ROW_LENGTH = 16_384;
const WASM_PAGE_BYTES = 65_536;
const QUERY_OFFSET = 8192;
const PLANE_BITS = 7;
const PLANE_MASK = 127;

export interface KernelResult {
  readonly slot: number;
  /** Dot product × the row's scale, in float32. Multiply it by the query's scale to get the cosine. */
  readonly score: number;
}

/** One memory and the scan over it. Not reentrant: call `begin`, then `scan` any number of times, then `results`. */
export interface DotKernel {
  readonly kind: "relaxed-simd" | "simd" | "javascript";
  /** The memory's buffer. {@link DotKernel.grow} replaces it, and views must then be created again. */
  buffer(): ArrayBufferLike;
  /** Makes the memory at least this large and keeps its content. Returns false if the runtime refuses. */
  grow(totalBytes: number): boolean;
  /** @param query Components of at most 14 bits; as long as a row. @param k 1..{@link MAX_RESULTS} */
  begin(query: Int16Array, k: number): void;
  /** Scans `count` consecutive records, starting at byte `at`. */
  scan(at: number, count: number): void;
  /** Returns the best results first. There are fewer than k if fewer rows were scanned. */
  results(): KernelResult[];
}

/** The compiled kernels. In Workers, `import module from "./x.wasm"` gives a module. In Node, compile the file. */
export interface KernelModules {
  readonly relaxedSimd?: WebAssembly.Module;
  readonly simd?: WebAssembly.Module;
}

interface KernelExports {
  readonly memory: WebAssembly.Memory;
  reset(top: number, k: number): void;
  scan(records: number, count: number, dims: number, query: number, top: number, k: number): void;
}

/**
 * Creates the fastest available kernel: relaxed SIMD, SIMD or JavaScript. Throws a RangeError if `rowLength` is not a
 * multiple of {@link ROW_ALIGNMENT} or exceeds {@link MAX_ROW_LENGTH}.
 */
export function createDotKernel(modules: KernelModules, rowLength: number): DotKernel {
  if (rowLength % ROW_ALIGNMENT !== 0 || rowLength > MAX_ROW_LENGTH)
    throw new RangeError(`row length ${rowLength} does not fit the kernel`);
  const relaxed = modules.relaxedSimd && instantiate(modules.relaxedSimd);
  if (relaxed) return wasmKernel("relaxed-simd", relaxed, rowLength);
  const simd = modules.simd && instantiate(modules.simd);
  return simd ? wasmKernel("simd", simd, rowLength) : javascriptKernel(rowLength);
}

/** Returns undefined if the module cannot be instantiated. The search then falls back to a slower kernel. */
function instantiate(module: WebAssembly.Module): KernelExports | undefined {
  try {
    // These are the exports of our own committed binary. The kernel tests cover each of them.
    return new WebAssembly.Instance(module).exports as unknown as KernelExports;
  } catch {
    return undefined;
  }
}

function wasmKernel(kind: "relaxed-simd" | "simd", wasm: KernelExports, rowLength: number): DotKernel {
  let wanted = 0;
  return {
    kind,
    buffer: () => wasm.memory.buffer,
    grow(totalBytes) {
      const missing = totalBytes - wasm.memory.buffer.byteLength;
      return missing <= 0 || growMemory(wasm.memory, Math.ceil(missing / WASM_PAGE_BYTES));
    },
    begin(query, k) {
      wanted = k;
      if (kind === "simd") new Int16Array(wasm.memory.buffer, QUERY_AT, rowLength).set(query);
      else writePlanes(new Uint8Array(wasm.memory.buffer, QUERY_AT, 2 * rowLength), query);
      wasm.reset(RESULTS_AT, k);
    },
    scan(at, count) {
      wasm.scan(at, count, rowLength, QUERY_AT, RESULTS_AT, wanted);
    },
    results: () => readResults(new DataView(wasm.memory.buffer, RESULTS_AT, wanted * RESULT_BYTES), wanted),
  };
}

function growMemory(memory: WebAssembly.Memory, pages: number): boolean {
  try {
    memory.grow(pages);
    return true;
  } catch {
    return false;
  }
}

/** value + 8192 has 14 bits. The high 7 go to the first plane, the low 7 to the second (see kernel/assembly/dot.ts). */
function writePlanes(planes: Uint8Array, query: Int16Array): void {
  for (let index = 0; index < query.length; index++) {
    const shifted = (query[index] ?? 0) + QUERY_OFFSET;
    planes[index] = shifted >> PLANE_BITS;
    planes[query.length + index] = shifted & PLANE_MASK;
  }
}

function readResults(view: DataView, k: number): KernelResult[] {
  const results: KernelResult[] = [];
  for (let at = 0; at < k * RESULT_BYTES; at += RESULT_BYTES) {
    const score = view.getFloat32(at, true);
    if (score === -Infinity) break;
    results.push({ slot: view.getUint32(at + 4, true), score });
  }
  return results;
}

function javascriptKernel(rowLength: number): DotKernel {
  let memory = new ArrayBuffer(RECORDS_START);
  let query: Int16Array = new Int16Array(rowLength);
  let best: KernelResult[] = [];
  let wanted = 0;
  return {
    kind: "javascript",
    buffer: () => memory,
    grow(totalBytes) {
      if (totalBytes <= memory.byteLength) return true;
      memory = memory.transfer(Math.ceil(totalBytes / WASM_PAGE_BYTES) * WASM_PAGE_BYTES);
      return true;
    },
    begin(next, k) {
      query = next;
      wanted = k;
      best = [];
    },
    scan(at, count) {
      const view = new DataView(memory);
      const stride = rowLength + RECORD_META_BYTES;
      for (let row = 0; row < count; row++) {
        const start = at + row * stride;
        const dot = integerDot(new Int8Array(memory, start, rowLength), query);
        const score = Math.fround(Math.fround(dot) * view.getFloat32(start + rowLength + META_SCALE, true));
        const slot = view.getUint32(start + rowLength + META_SLOT, true);
        keepBest(best, wanted, { slot, score });
      }
    },
    results: () => best,
  };
}

function integerDot(row: Int8Array, query: Int16Array): number {
  let dot = 0;
  for (let index = 0; index < row.length; index++) dot += (row[index] ?? 0) * (query[index] ?? 0);
  return dot;
}

/** Sorted insertion with the kernel's tie rule: a later row must score strictly higher. NaN is never kept. */
function keepBest(best: KernelResult[], k: number, found: KernelResult): void {
  const worst = best.length < k ? -Infinity : (best[k - 1]?.score ?? -Infinity);
  if (!(found.score > worst)) return;
  let at = Math.min(best.length, k - 1);
  while (at > 0 && (best[at - 1]?.score ?? Infinity) < found.score) at--;
  best.splice(at, 0, found);
  best.length = Math.min(best.length, k);
}
