import { setTimeout as sleep } from "node:timers/promises";
import { startBenchUpstream } from "../bench-upstream.ts";
import type { Figure, BenchmarkReport } from "../report.ts";
import { ask, chatBody, CHAT_PATH, runtimePid, startProduct } from "../product.ts";
import { plainFigure } from "../report.ts";
import { countAnswer } from "./counting-client.ts";
import { BYTES_PER_MB, peakDuring, residentBytes } from "./resident-memory.ts";

const HITS = 600;
/** Characters of the stored text. */
const ANSWER_CHARACTERS = 3_500_000;
/** Every so many clients, one reads nothing for a while. */
const SLOW_EVERY = 3;
const SLOW_MS = 5000;
const SILENCE_MS = 120_000;
const MAX_MB = 200;

/** Measures the memory of many hits of a large answer at the same time, as JSON and as a stream. */
export async function memoryHits(): Promise<BenchmarkReport> {
  using upstream = await startBenchUpstream();
  const figures = [...(await hits(upstream.url, false)), ...(await hits(upstream.url, true))];
  return {
    name: "memory-hits",
    about: `${HITS} hits at the same time of an answer of ${ANSWER_CHARACTERS / BYTES_PER_MB} MB; every third client waits for ${SLOW_MS / 1000} s`,
    figures,
  };
}

async function hits(upstreamUrl: string, stream: boolean): Promise<readonly Figure[]> {
  await using product = await startProduct(upstreamUrl, { SEMANTIC: "off" });
  const body = chatBody(`large ${ANSWER_CHARACTERS}`, { stream });
  await ask(product, body);
  const stored = await ask(product, body);
  if (stored.cache !== "HIT") throw new Error(`Expected a hit, got ${stored.cache}`);
  const pid = await runtimePid(product);
  const before = residentBytes(pid);
  const { peakBytes, result: answers } = await peakDuring(pid, async () =>
    Promise.all(
      Array.from({ length: HITS }, async (_, serial) =>
        countAnswer({
          url: product.url,
          path: CHAT_PATH,
          body,
          silenceMs: SILENCE_MS,
          ...(serial % SLOW_EVERY === 0 ? { beforeReading: async () => sleep(SLOW_MS) } : {}),
        }),
      ),
    ),
  );
  // The bytes of a chunked body include the sizes of its chunks.
  const whole = answers.filter(({ status, whole: isWhole, bodyBytes }) => status === 200 && isWhole && bodyBytes >= stored.bytes);
  const form = stream ? "as a stream" : "as JSON";
  return [
    plainFigure(`whole answers ${form}`, "", [whole.length], { is: "at least", value: HITS }),
    plainFigure(`resident memory of the runtime above its start, at most, ${form}`, "MB", [(peakBytes - before) / BYTES_PER_MB], {
      is: "at most",
      value: MAX_MB,
    }),
  ];
}
