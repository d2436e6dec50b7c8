import { startBenchUpstream } from "../bench-upstream.ts";
import { ask, chatBody, CHAT_PATH, runtimePid, startProduct } from "../product.ts";
import type { BenchmarkReport } from "../report.ts";
import { plainFigure } from "../report.ts";
import { countAnswer } from "./counting-client.ts";
import { BYTES_PER_MB, peakDuring, residentBytes } from "./resident-memory.ts";

const STREAMS = 100;
const EVENTS = 3000;
const EVENT_BYTES = 320;
/** Events that the provider writes at a time, and the time between two writes. */
const BURST = 10;
const GAP_MS = 10;
const SILENCE_MS = 60_000;
const MAX_MB = 300;

/** Measures the memory of many long streams at the same time, each with its own provider call. */
export async function memoryStreams(): Promise<BenchmarkReport> {
  using upstream = await startBenchUpstream();
  await using product = await startProduct(upstream.url, { SEMANTIC: "off" });
  await ask(product, chatBody("warm-up"));
  const pid = await runtimePid(product);
  const before = residentBytes(pid);
  const { peakBytes, result: answers } = await peakDuring(pid, async () =>
    Promise.all(
      Array.from({ length: STREAMS }, async (_, serial) =>
        countAnswer({
          url: product.url,
          path: CHAT_PATH,
          body: chatBody(`tokens ${EVENTS} ${EVENT_BYTES} ${BURST} ${GAP_MS} of stream ${serial}`, { stream: true }),
          silenceMs: SILENCE_MS,
        }),
      ),
    ),
  );
  const whole = answers.filter(
    (answer) => answer.status === 200 && answer.whole && answer.tail.includes("[DONE]") && answer.bodyBytes > EVENTS * EVENT_BYTES,
  );
  return {
    name: "memory-streams",
    about: `${STREAMS} streams at the same time, of ${EVENTS} events of ${EVENT_BYTES} bytes`,
    figures: [
      plainFigure("streams that end whole", "", [whole.length], { is: "at least", value: STREAMS }),
      plainFigure("resident memory of the runtime above its start, at most", "MB", [(peakBytes - before) / BYTES_PER_MB], {
        is: "at most",
        value: MAX_MB,
      }),
    ],
  };
}
