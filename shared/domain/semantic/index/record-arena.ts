import { RECORDS_START } from "./dot-kernel.ts";
import type { DotKernel } from "./dot-kernel.ts";

/** Largest run of records that is handed out at once: 2^9. Bounds what a large scope can leave unused. */
const MAX_CLASS = 9;
/** Memory grows by at least this share of what is used, so that n additions copy O(n) bytes. */
const GROWTH_DIVISOR = 8;

/** A run of records; `2 ** sizeClass` of them fit. */
export interface Run {
  readonly at: number;
  readonly sizeClass: number;
}

/**
 * Hands out runs of records in the kernel's memory. Freed runs are split for smaller wants, and a smaller free run
 * is preferred to growing while enough bytes are free in all, so memory stays near what is live.
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

  /** Bytes of the memory as the runtime accounts for it. */
  get bytes(): number {
    return this.#kernel.buffer().byteLength;
  }

  /**
   * A run for a scope that has `live` records: about half as many again, so at most a third is unused. May be
   * smaller than that. Undefined when the memory cannot grow.
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
