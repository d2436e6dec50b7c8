import { RECORDS_START } from "./dot-kernel.ts";
import type { DotKernel } from "./dot-kernel.ts";

/** Largest size class: a run has at most 2^9 records. This bounds the unused memory of a large scope. */
const MAX_CLASS = 9;
/** Memory grows by at least this fraction of the used size (1/8), so n additions copy O(n) bytes. */
const GROWTH_DIVISOR = 8;

/** A run of consecutive records, with room for `2 ** sizeClass` records. */
export interface Run {
  readonly at: number;
  readonly sizeClass: number;
}

/**
 * Allocates runs of records in the kernel's memory. It splits freed runs for smaller requests. While enough bytes are
 * free in total, it returns a smaller free run instead of growing. The memory therefore stays near what is live.
 */
export class RecordArena {
  readonly #kernel: DotKernel;
  readonly #recordBytes: number;
  readonly #free: number[][] = Array.from({ length: MAX_CLASS + 1 }, () => []);
  #freeBytes = 0;
  #end = RECORDS_START;

  constructor(kernel: DotKernel, recordBytes: number) {
    this.#kernel = kernel;
    this.#recordBytes = recordBytes;
  }

  /** Size of the memory in bytes, as the runtime accounts for it. */
  get bytes(): number {
    return this.#kernel.buffer().byteLength;
  }

  /**
   * Returns a run for a scope that has `live` records. The run has room for up to half as many again (at least one), so
   * at most a third of the scope's memory is unused. Returns undefined if the memory cannot grow.
   */
  allocate(live: number): Run | undefined {
    const wanted = Math.min(MAX_CLASS, live < 2 ? 0 : Math.floor(Math.log2(live / 2)));
    const reused = this.#takeFree(wanted);
    if (reused) return reused;
    const end = this.#end + this.#bytesOf(wanted);
    const room = Math.max(end, Math.floor(this.#end + this.#end / GROWTH_DIVISOR));
    if (end > this.bytes && !this.#kernel.grow(room) && !this.#kernel.grow(end)) return undefined;
    const run = { at: this.#end, sizeClass: wanted };
    this.#end = end;
    return run;
  }

  release(run: Run): void {
    this.#free[run.sizeClass]?.push(run.at);
    this.#freeBytes += this.#bytesOf(run.sizeClass);
  }

  #takeFree(wanted: number): Run | undefined {
    for (let sizeClass = wanted; sizeClass <= MAX_CLASS; sizeClass++) {
      const at = this.#free[sizeClass]?.pop();
      if (at !== undefined) return this.#split(at, sizeClass, wanted);
    }
    if (this.#freeBytes < this.#bytesOf(wanted)) return undefined;
    for (let sizeClass = wanted - 1; sizeClass >= 0; sizeClass--) {
      const at = this.#free[sizeClass]?.pop();
      if (at !== undefined) return this.#split(at, sizeClass, sizeClass);
    }
    return undefined;
  }

  #split(at: number, from: number, wanted: number): Run {
    this.#freeBytes -= this.#bytesOf(from);
    for (let half = from - 1; half >= wanted; half--) this.release({ at: at + this.#bytesOf(half), sizeClass: half });
    return { at, sizeClass: wanted };
  }

  #bytesOf(sizeClass: number): number {
    return this.#recordBytes * 2 ** sizeClass;
  }
}
