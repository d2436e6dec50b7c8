import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchUpstream } from "./bench-upstream.ts";
import { startBenchUpstream } from "./bench-upstream.ts";
import type { BenchmarkOptions } from "./benchmark-options.ts";
import { ask, chatBody, CHAT_PATH, otherThanHits, shardFigures, startProduct, store } from "./product.ts";
import { comparison, plainFigure } from "./report.ts";
import type { BenchmarkReport, Figure } from "./report.ts";
import { interleave } from "./rounds.ts";
import { seedEntries } from "./seed-entries.ts";

/** Number of entries in the small storage. The large storage contains them too. */
const KEYS = 1000;
const TARGET = { is: "at least", value: 1 / 1.3 } as const;
const VARS = {
  SHARD_COUNT: "1",
  L0_TTL_SECONDS: "0",
  SHARD_MAX_BYTES: String(9 * 1024 ** 3),
  SEMANTIC: "off",
} as const;
/** Leaves room in the shard's memory for a fifth of the keys. With keys asked in turn, no request hits the memory. */
const SMALL_MEMORY = { ISOLATE_MAX_BYTES: String(4 * 1024 ** 2) } as const;

/** Compares a hit in a shard with a million entries (`--rows`) with the same hit in a shard with a thousand. */
export async function storageSize(options: BenchmarkOptions): Promise<BenchmarkReport> {
  using upstream = await startBenchUpstream();
  const folder = await mkdtemp(join(tmpdir(), "refrain-bench-"));
  const small = join(folder, "small");
  const large = join(folder, "large");
  const bodies = Array.from({ length: KEYS }, (_, index) => chatBody(`Question number ${index} of the benchmark, please answer it.`));
  try {
    for (const dataDir of [small, large]) {
      await using server = await startProduct(upstream.url, VARS, dataDir);
      await store(server, bodies);
    }
    seedEntries(large, options.rows);
    const figures = [
      ...(await compare("keys not in memory", bodies, { ...VARS, ...SMALL_MEMORY }, { small, large, upstream, options })),
      ...(await compare("one hot key", bodies.slice(0, 1), VARS, { small, large, upstream, options })),
      plainFigure("first hit after the start, a thousand entries", "ms", [await firstHitMs(upstream, small, bodies)]),
      plainFigure(`first hit after the start, ${options.rows} entries`, "ms", [await firstHitMs(upstream, large, bodies)]),
    ];
    return { name: "storage-size", about: `hits with ${options.rows} entries in one shard, compared with hits with ${KEYS}`, figures };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Storages {
  readonly small: string;
  readonly large: string;
  readonly upstream: BenchUpstream;
  readonly options: BenchmarkOptions;
}

async function compare(
  what: string,
  bodies: readonly string[],
  vars: Readonly<Record<string, string>>,
  { small, large, upstream, options: { rounds, seconds, rows, generate } }: Storages,
): Promise<readonly Figure[]> {
  await using few = await startProduct(upstream.url, vars, small);
  await using many = await startProduct(upstream.url, vars, large);
  if ((await shardFigures(many)).entries < rows) throw new Error("The large storage has too few entries.");
  const before = (await otherThanHits(few)) + (await otherThanHits(many));
  const pairs = await interleave(
    rounds,
    async () => generate({ url: few.url, path: CHAT_PATH, bodies, seconds }),
    async () => generate({ url: many.url, path: CHAT_PATH, bodies, seconds }),
  );
  if ((await otherThanHits(few)) + (await otherThanHits(many)) !== before) throw new Error("Not every answer was a hit.");
  return [comparison(`${what} (floor: ${KEYS} entries)`, "requests/s", pairs, TARGET)];
}

async function firstHitMs(upstream: BenchUpstream, dataDir: string, bodies: readonly string[]): Promise<number> {
  await using server = await startProduct(upstream.url, VARS, dataDir);
  const startMs = performance.now();
  const { cache } = await ask(server, bodies[0] ?? "");
  if (cache !== "HIT") throw new Error(`Expected a hit, got ${cache}`);
  return performance.now() - startMs;
}
