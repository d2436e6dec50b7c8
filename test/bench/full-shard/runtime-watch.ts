import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestServer } from "../../support/start-server.ts";
import { CHAT_PATH, runtimePid } from "../product.ts";
import { quantile } from "../rounds.ts";
import { TimedClient } from "../timed-client.ts";

/** Time between two probes of the same kind. */
const PROBE_EVERY_MS = 2;

/** What clients of a server notice while something else runs. */
export interface Noticed {
  /** The longest time in which the runtime's thread handled no event. */
  readonly longestGapMs: number;
  /** The most CPU time that the runtime's thread used in such a time: free of what the machine does besides. */
  readonly longestTurnMs: number;
  /** Share of the time in which the thread used a CPU. At 1 it has more to do than it can. */
  readonly busyShare: number;
  readonly hitP99Ms: number;
  readonly hits: number;
}

/**
 * Asks a server for hits, and its front Worker for something trivial, every 2 ms, until `work` is done. The whole local
 * runtime is one thread, so that the longest trivial request shows the longest time in which it handled nothing else.
 */
export async function whileWatched(server: TestServer, hitBodies: readonly string[], work: () => Promise<unknown>): Promise<Noticed> {
  using ticking = await TimedClient.open(server.url);
  using asking = await TimedClient.open(server.url);
  const running = { done: false };
  const thread = await mainThreadOf(server);
  const began = { ms: performance.now(), cpuMs: cpuMs(thread) };
  let longestTurnMs = 0;
  const gaps = probeUntilDone(running, async () => {
    const before = cpuMs(thread);
    const gapMs = await ticking.firstByteMs("/health", null);
    longestTurnMs = Math.max(longestTurnMs, cpuMs(thread) - before);
    return gapMs;
  });
  let next = 0;
  const hits = probeUntilDone(running, () => asking.firstByteMs(CHAT_PATH, hitBodies[next++ % hitBodies.length] ?? ""));
  try {
    await work();
  } finally {
    running.done = true;
  }
  const busyShare = (cpuMs(thread) - began.cpuMs) / (performance.now() - began.ms);
  const sorted = (await hits).toSorted((a, b) => a - b);
  return {
    longestGapMs: (await gaps).reduce((a, b) => Math.max(a, b)),
    longestTurnMs,
    busyShare,
    hitP99Ms: quantile(sorted, 0.99),
    hits: sorted.length,
  };
}

async function probeUntilDone(running: { readonly done: boolean }, probe: () => Promise<number>): Promise<readonly number[]> {
  const times: number[] = [];
  while (!running.done) {
    times.push(await probe());
    await sleep(PROBE_EVERY_MS);
  }
  return times;
}

/** The file in which Linux accounts for the thread that runs all Workers and objects of a server. */
async function mainThreadOf(server: TestServer): Promise<string> {
  const pid = await runtimePid(server);
  return `/proc/${pid}/task/${pid}/schedstat`;
}

function cpuMs(schedstat: string): number {
  const [nanoseconds] = readFileSync(schedstat, "utf8").split(" ");
  return Number(nanoseconds) / 1e6;
}
