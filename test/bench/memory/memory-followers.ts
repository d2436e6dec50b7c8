import { setTimeout as sleep } from "node:timers/promises";
import { startBenchUpstream } from "../bench-upstream.ts";
import { chatBody, CHAT_PATH, runtimePid, shardFigures, startProduct } from "../product.ts";
import type { BenchmarkReport } from "../report.ts";
import { plainFigure } from "../report.ts";
import { countAnswer } from "./counting-client.ts";
import { BYTES_PER_MB, peakDuring, residentBytes } from "./resident-memory.ts";

const FOLLOWERS = 2000;
/** Different tags of each follower. */
const TAGS = 8;
const SILENCE_MS = 60_000;
const LOOK_MS = 50;
const MAX_ENTRY_BYTES = 20_000;

/** Measures many requests with different cache tags that wait for one small JSON answer. */
export async function memoryFollowers(): Promise<BenchmarkReport> {
  using upstream = await startBenchUpstream();
  await using product = await startProduct(upstream.url, { SEMANTIC: "off", SHARD_COUNT: "1" });
  const pid = await runtimePid(product);
  const before = residentBytes(pid);
  const { peakBytes, result: answers } = await peakDuring(pid, async () => {
    const waiting = Array.from({ length: FOLLOWERS }, async (_, serial) =>
      countAnswer({
        url: product.url,
        path: CHAT_PATH,
        body: chatBody("gated"),
        headers: { "refrain-cache-tags": Array.from({ length: TAGS }, (_none, tag) => `follower-${serial}-tag-${tag}`).join(",") },
        silenceMs: SILENCE_MS,
      }),
    );
    const done = Promise.all(waiting).then(() => true);
    while ((await shardFigures(product)).subscribers < FOLLOWERS && !(await Promise.race([done, sleep(LOOK_MS, false)])));
    await fetch(`${upstream.url}/open`);
    return Promise.all(waiting);
  });
  const { entries, bytes } = await shardFigures(product);
  return {
    name: "memory-followers",
    about: `${FOLLOWERS} requests, each with ${TAGS} different tags, that wait for one JSON answer of 1 KB`,
    figures: [
      plainFigure("answered", "", [answers.filter(({ status, whole }) => status === 200 && whole).length], {
        is: "at least",
        value: FOLLOWERS,
      }),
      plainFigure("entries", "", [entries], { is: "at most", value: 1 }),
      plainFigure("bytes of the entry", "bytes", [bytes], { is: "at most", value: MAX_ENTRY_BYTES }),
      plainFigure("resident memory of the runtime above its start, at most", "MB", [(peakBytes - before) / BYTES_PER_MB]),
    ],
  };
}
