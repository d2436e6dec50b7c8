import { startBenchUpstream } from "./bench-upstream.ts";
import type { BenchmarkOptions } from "./benchmark-options.ts";
import { startFloor } from "./floor-server.ts";
import { ask, chatBody, CHAT_PATH, otherThanHits, startProduct, store } from "./product.ts";
import type { BenchmarkReport } from "./report.ts";
import { comparison } from "./report.ts";
import { interleave } from "./rounds.ts";

const MANY_KEYS = 1000;
const TARGET = { is: "at least", value: 0.8 } as const;
const PROMPT = "Which is the highest mountain of the Alps?";

/** Compares a hit in the isolate's memory with a bare Worker that parses and digests the body. */
export async function memoryHit({ rounds, seconds, generate }: BenchmarkOptions): Promise<BenchmarkReport> {
  using upstream = await startBenchUpstream();
  // A long TTL, because no answer may come from a shard during the measurement.
  await using product = await startProduct(upstream.url, { L0_TTL_SECONDS: "3600" });
  await using floor = await startFloor("parse-and-digest.ts");
  const many = Array.from({ length: MANY_KEYS }, (_, index) => chatBody(`Question number ${index} of the benchmark, please answer it.`));
  const hot = [chatBody(PROMPT)];
  // `user` is part of the body but not of the key: each request has other bytes but hits the same entry.
  const anew = [chatBody(PROMPT, { user: "user-#SERIAL#" })];
  await store(product, [...many, ...hot]);
  const { bytes } = await ask(product, hot[0] ?? "");
  const before = await otherThanHits(product);
  const measure = (bodies: readonly string[]) =>
    interleave(
      rounds,
      async () => generate({ url: floor.url, path: CHAT_PATH, bodies, seconds }),
      async () => generate({ url: product.url, path: CHAT_PATH, bodies, seconds }),
    );
  const figures = [
    comparison("one hot body", "requests/s", await measure(hot), TARGET),
    comparison(`${MANY_KEYS} bodies in turn`, "requests/s", await measure(many), TARGET),
    comparison("one entry, every body new to the isolate", "requests/s", await measure(anew), null),
  ];
  if ((await otherThanHits(product)) !== before) throw new Error("Not every answer was a hit.");
  return {
    name: "memory-hit",
    about: `JSON hits of ${bytes} bytes from isolate memory, compared with parsing and digesting alone`,
    figures,
  };
}
