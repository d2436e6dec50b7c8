import { startBenchUpstream } from "./bench-upstream.ts";
import type { BenchmarkOptions } from "./benchmark-options.ts";
import { startFloor } from "./floor-server.ts";
import { ask, chatBody, CHAT_PATH, otherThanHits, startProduct, store } from "./product.ts";
import type { BenchmarkReport } from "./report.ts";
import { comparison } from "./report.ts";
import { interleave } from "./rounds.ts";

/** Number of keys. They are spread over all shards and fit into the shards' memory. */
const MANY_KEYS = 2000;
const TARGET = { is: "at least", value: 0.72 } as const;

/** Compares a hit from a shard (isolate memory is off) with a bare RPC of the same size from a Worker to an object. */
export async function shardHit({ rounds, seconds, generate }: BenchmarkOptions): Promise<BenchmarkReport> {
  using upstream = await startBenchUpstream();
  await using product = await startProduct(upstream.url, { L0_TTL_SECONDS: "0" });
  await using floor = await startFloor("rpc-echo.ts", { ECHO: "Echo" });
  const many = Array.from({ length: MANY_KEYS }, (_, index) => chatBody(`Question number ${index} of the benchmark, please answer it.`));
  const hot = many.slice(0, 1);
  await store(product, many);
  const { bytes } = await ask(product, hot[0] ?? "");
  const before = await otherThanHits(product);
  const measure = (name: string, bodies: readonly string[]) =>
    interleave(
      rounds,
      async () => generate({ url: floor.url, path: `/${name}`, bodies, seconds }),
      async () => generate({ url: product.url, path: CHAT_PATH, bodies, seconds }),
    );
  const figures = [
    comparison("one hot key, one object", "requests/s", await measure("hot", hot), TARGET),
    comparison(`${MANY_KEYS} keys over 8 objects`, "requests/s", await measure("many", many), TARGET),
  ];
  if ((await otherThanHits(product)) !== before) throw new Error("Not every answer was a hit.");
  return { name: "shard-hit", about: `JSON hits of ${bytes} bytes from a shard, compared with a bare RPC of the same size`, figures };
}
