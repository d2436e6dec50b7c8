import { startBenchUpstream } from "./bench-upstream.ts";
import type { BenchmarkOptions } from "./benchmark-options.ts";
import { chatBody, CHAT_PATH, startProduct } from "./product.ts";
import { plainFigure } from "./report.ts";
import type { BenchmarkReport, Figure } from "./report.ts";
import { quantile } from "./rounds.ts";
import { TimedClient } from "./timed-client.ts";

/** Pairs of requests per figure, for each round of `--rounds`. */
const PAIRS_PER_ROUND = 60;
const WARM_UP_PAIRS = 50;
const TARGET = { is: "at most", value: 3 } as const;

interface Case {
  readonly what: string;
  readonly extra: object;
  readonly vars: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  { what: "streamed", extra: { stream: true }, vars: { SEMANTIC: "off" } },
  { what: "JSON", extra: {}, vars: { SEMANTIC: "off" } },
  { what: "streamed, semantic layer on", extra: { stream: true }, vars: { SEMANTIC: "on" } },
];

/**
 * Measures the overhead of a miss: the time to the body's first byte, minus the same for the upstream called directly.
 * Requests are sent one at a time, in pairs.
 */
export async function missOverhead({ rounds }: BenchmarkOptions): Promise<BenchmarkReport> {
  using upstream = await startBenchUpstream();
  const figures: Figure[] = [];
  for (const one of CASES) figures.push(...(await measure(one, upstream.url, rounds * PAIRS_PER_ROUND)));
  return { name: "miss-overhead", about: "time to first byte through Refrain minus that of the same upstream called directly", figures };
}

async function measure({ what, extra, vars }: Case, upstreamUrl: string, count: number): Promise<readonly Figure[]> {
  await using product = await startProduct(upstreamUrl, vars);
  using direct = await TimedClient.open(upstreamUrl);
  using through = await TimedClient.open(product.url);
  const differences: number[] = [];
  const directs: number[] = [];
  for (let pair = 0; pair < WARM_UP_PAIRS + count; pair++) {
    // Each prompt has different words, because a similar question might be a semantic hit.
    const body = chatBody(`Tell me about item ${pair} of catalogue ${pair * 7919}.`, extra);
    const directMs = await direct.firstByteMs(CHAT_PATH, body);
    const throughMs = await through.firstByteMs(CHAT_PATH, body);
    if (pair < WARM_UP_PAIRS) continue;
    directs.push(directMs);
    differences.push(throughMs - directMs);
  }
  const sorted = differences.toSorted((a, b) => a - b);
  return [
    plainFigure(`${what}: overhead`, "ms", differences, TARGET),
    plainFigure(`${what}: overhead, 95th percentile`, "ms", [quantile(sorted, 0.95)]),
    plainFigure(`${what}: the upstream alone`, "ms", directs),
  ];
}
