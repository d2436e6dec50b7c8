import type { LoadGenerator } from "./load-generator.ts";

/** Options from the command line, for all benchmarks. */
export interface BenchmarkOptions {
  readonly rounds: number;
  /** Length of one measurement under load, in seconds. */
  readonly seconds: number;
  /** Number of entries in the large storage of `storage-size`. */
  readonly rows: number;
  readonly generate: LoadGenerator;
}
