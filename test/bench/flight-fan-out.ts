import { readFileSync } from "node:fs";
import { startBenchUpstream } from "./bench-upstream.ts";
import type { BenchmarkOptions } from "./benchmark-options.ts";
import { startFloor } from "./floor-server.ts";
import { chatBody, CHAT_PATH, runtimePid, startProduct } from "./product.ts";
import { comparison, plainFigure } from "./report.ts";
import type { BenchmarkReport } from "./report.ts";
import type { Pair } from "./rounds.ts";
import { interleave } from "./rounds.ts";
import type { CrowdResult } from "./stream-crowd.ts";
import { subscribeAll } from "./stream-crowd.ts";

const SUBSCRIBERS = 1000;
const EVENTS = 20;
/** Time between events. It is long enough for an event to reach all streams before the next event. */
const GAP_MS = 250;
/** Time between the tokens of a fast model. */
const TOKEN_GAP_MS = 20;
const TARGET = { is: "at most", value: 2 } as const;
/** Numbers of streams whose memory is compared. */
const FEW = 500;
const MANY = 2500;
const MEMORY_ROUNDS = 3;
const SAMPLE_MS = 50;
const PAGE_BYTES = 4096;
const BYTES_PER_KIB = 1024;

/**
 * Measures the delay of the last of 1,000 streams behind the first one, compared with an object that only passes the
 * bytes on.
 */
export async function flightFanOut({ rounds }: BenchmarkOptions): Promise<BenchmarkReport> {
  using upstream = await startBenchUpstream();
  await using product = await startProduct(upstream.url, { SEMANTIC: "off" });
  await using floor = await startFloor("fan-out.ts", { HUB: "Hub" });
  const target = `${upstream.url}/chat/completions`;
  let serial = 0;
  const size = SUBSCRIBERS;
  const floorCrowd = async (gapMs: number) =>
    subscribeAll({
      url: floor.url,
      path: `/hub-${++serial}`,
      body: prompt(serial, gapMs),
      headers: { upstream: target },
      size,
      events: EVENTS,
    });
  const productCrowd = async (gapMs: number) =>
    subscribeAll({ url: product.url, path: CHAT_PATH, body: prompt(++serial, gapMs), headers: {}, size, events: EVENTS });

  const slow = await rivals(
    rounds,
    () => floorCrowd(GAP_MS),
    () => productCrowd(GAP_MS),
  );
  const fast = await rivals(
    rounds,
    () => floorCrowd(TOKEN_GAP_MS),
    () => productCrowd(TOKEN_GAP_MS),
  );
  const memory = await memoryPerSubscriber(async () => {
    const server = await startProduct(upstream.url, { SEMANTIC: "off" });
    return {
      pid: await runtimePid(server),
      crowd: async (size) =>
        subscribeAll({ url: server.url, path: CHAT_PATH, body: prompt(++serial, GAP_MS), headers: {}, size, events: EVENTS }),
      stop: async () => void (await server.stop()),
    };
  });
  const floorMemory = await memoryPerSubscriber(async () => {
    const server = await startFloor("fan-out.ts", { HUB: "Hub" });
    return {
      pid: server.runtimePid ?? process.pid,
      crowd: async (size) =>
        subscribeAll({
          url: server.url,
          path: `/hub-${++serial}`,
          body: prompt(serial, GAP_MS),
          headers: { upstream: target },
          size,
          events: EVENTS,
        }),
      stop: async () => server[Symbol.asyncDispose](),
    };
  });
  return {
    name: "flight-fan-out",
    about: `${SUBSCRIBERS} SSE clients of one flight: delay of the last client`,
    figures: [
      comparison(`behind the leader, an event every ${GAP_MS} ms`, "ms", slow.leader, TARGET),
      comparison(`behind the upstream, an event every ${GAP_MS} ms`, "ms", slow.upstream, null),
      comparison(`behind the leader, an event every ${TOKEN_GAP_MS} ms`, "ms", fast.leader, TARGET),
      comparison(`behind the upstream, an event every ${TOKEN_GAP_MS} ms`, "ms", fast.upstream, null),
      plainFigure(`runtime memory per extra subscriber, ${FEW} to ${MANY}: refrain`, "KiB", memory),
      plainFigure(`runtime memory per extra subscriber, ${FEW} to ${MANY}: floor`, "KiB", floorMemory),
    ],
  };
}

/** Measures both delays (behind the leader and behind the upstream) on the same crowds. */
async function rivals(
  rounds: number,
  floor: () => Promise<CrowdResult>,
  product: () => Promise<CrowdResult>,
): Promise<{ readonly leader: readonly Pair[]; readonly upstream: readonly Pair[] }> {
  const results = { floor: [] as CrowdResult[], product: [] as CrowdResult[] };
  const noted = async (side: "floor" | "product", crowd: () => Promise<CrowdResult>): Promise<number> => {
    const result = await crowd();
    results[side].push(result);
    return result.lastBehindLeaderMs;
  };
  const leader = await interleave(
    rounds,
    () => noted("floor", floor),
    () => noted("product", product),
  );
  // The first result of each side is the warm-up.
  const upstream = results.floor.slice(1).map((result, round) => ({
    floor: result.lastBehindUpstreamMs,
    product: results.product[round + 1]?.lastBehindUpstreamMs ?? Number.NaN,
  }));
  return { leader, upstream };
}

function prompt(serial: number, gapMs: number): string {
  return chatBody(`fan ${EVENTS} ${gapMs} for crowd ${serial}`, { stream: true });
}

interface MeasuredServer {
  readonly pid: number;
  crowd(size: number): Promise<CrowdResult>;
  stop(): Promise<void>;
}

/**
 * Growth of the runtime's peak resident memory per subscriber from a small crowd to a large one, in KiB, on fresh
 * servers. Includes garbage that was not collected yet.
 */
async function memoryPerSubscriber(start: () => Promise<MeasuredServer>): Promise<readonly number[]> {
  const measured: number[] = [];
  for (let round = 0; round < MEMORY_ROUNDS; round++) {
    const server = await start();
    const low = await peakResidentBytes(server.pid, server.crowd(FEW));
    const high = await peakResidentBytes(server.pid, server.crowd(MANY));
    measured.push((high - low) / (MANY - FEW) / BYTES_PER_KIB);
    await server.stop();
  }
  return measured;
}

async function peakResidentBytes(pid: number, work: Promise<unknown>): Promise<number> {
  let peak = 0;
  const sampler = setInterval(() => {
    const [, resident] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    peak = Math.max(peak, Number(resident) * PAGE_BYTES);
  }, SAMPLE_MS);
  try {
    await work;
  } finally {
    clearInterval(sampler);
  }
  return peak;
}
