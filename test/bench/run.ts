/**
 * Runs the benchmarks: all with `npm run bench`, or some by name with `npm run bench -- shard-hit memory-hit`.
 *
 * Most figures are ratios to a floor, which is the minimal cost of such an operation on the same runtime. Product and
 * floor are measured in turn in the same run. Prints a table and writes `test/bench/out/<name>.json`. `--rounds N` and
 * `--seconds N` set the length of a run.
 */
import { parseArgs } from "node:util";
import type { BenchmarkOptions } from "./benchmark-options.ts";
import { flightFanOut } from "./flight-fan-out.ts";
import { fullShard } from "./full-shard/full-shard.ts";
import { hitsDuringMisses } from "./hits-during-misses.ts";
import { findLoadGenerator } from "./load-generator.ts";
import { memoryFollowers } from "./memory/memory-followers.ts";
import { memoryHits } from "./memory/memory-hits.ts";
import { memoryHolders } from "./memory/memory-holders.ts";
import { memoryStreams } from "./memory/memory-streams.ts";
import { memoryHit } from "./memory-hit.ts";
import { missOverhead } from "./miss-overhead.ts";
import { isMet, tableOf, writeReport } from "./report.ts";
import type { BenchmarkReport } from "./report.ts";
import { shardHit } from "./shard-hit.ts";
import { storageSize } from "./storage-size.ts";

const BENCHMARKS: Readonly<Record<string, (options: BenchmarkOptions) => Promise<BenchmarkReport>>> = {
  "shard-hit": shardHit,
  "memory-hit": memoryHit,
  "miss-overhead": missOverhead,
  "flight-fan-out": flightFanOut,
  "storage-size": storageSize,
  "memory-holders": memoryHolders,
  "memory-streams": memoryStreams,
  "memory-hits": memoryHits,
  "memory-followers": memoryFollowers,
  "full-shard": fullShard,
  "hits-during-misses": hitsDuringMisses,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "3" },
    rows: { type: "string", default: "1000000" },
    strict: { type: "boolean", default: false },
  },
});
const unknown = positionals.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  process.stderr.write(`Unknown benchmark: ${unknown.join(", ")}. Available: ${Object.keys(BENCHMARKS).join(", ")}\n`);
  process.exit(2);
}

const load = findLoadGenerator();
process.stdout.write(`Load generator: ${load.name}\n\n`);
const options = { rounds: Number(values.rounds), seconds: Number(values.seconds), rows: Number(values.rows), generate: load.generate };
let short = 0;
for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const report = await benchmark(options);
  process.stdout.write(`${tableOf(report)}\n`);
  await writeReport(report);
  short += report.figures.filter((figure) => isMet(figure) === false).length;
}
if (short > 0) process.stdout.write(`${short} figure(s) missed their target.\n`);
// A busy machine can miss a target, so the exit code reports it only with `--strict`.
process.exitCode = values.strict && short > 0 ? 1 : 0;
