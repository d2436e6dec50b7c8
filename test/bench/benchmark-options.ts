import type { LoadGenerator } from "./load-generator.ts";

/** What the command line sets for every benchmark. */
export interface BenchmarkOptions {
  readonly rounds: number;
  /** Length of one measurement under load. */
  readonly seconds: number;
  /** Entries of the large storage. */
  readonly rows: number;
  readonly generate: LoadGenerator;
}
