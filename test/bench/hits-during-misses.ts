import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { startBenchUpstream } from "./bench-upstream.ts";
import type { BenchmarkOptions } from "./benchmark-options.ts";
import { whileWatched } from "./full-shard/runtime-watch.ts";
import { chatBody, CHAT_PATH, startProduct, store } from "./product.ts";
import type { BenchmarkReport, Figure } from "./report.ts";
import { plainFigure } from "./report.ts";

const STREAMS = 200;
/** Number of shards, and the time between the events of one stream: models that write 5 and 20 tokens a second. */
const CASES = [
  { shards: 1, gapMs: 200 },
  { shards: 8, gapMs: 200 },
  { shards: 1, gapMs: 50 },
  { shards: 8, gapMs: 50 },
] as const;
/** Longer than it takes until all streams have begun, and a round. */
const EVENTS = 400;
/** Time between two starts, so that the events of the streams do not all arrive at the same moments. */
const START_EVERY_MS = 13;
const MAX_START_MS = 15_000;
const MAX_P99_FACTOR = 3;
const MAX_P99_MORE_MS = 10;
const MS_PER_SECOND = 1000;
const POLL_MS = 50;
const HOT = Array.from({ length: 200 }, (_, index) => chatBody(`Hot question number ${index} of the benchmark.`));

/** Measures hits while 200 misses stream at once, in the same shard and over eight shards. */
export async function hitsDuringMisses({ seconds }: BenchmarkOptions): Promise<BenchmarkReport> {
  const figures: Figure[] = [];
  for (const { shards, gapMs } of CASES) figures.push(...(await measure(shards, gapMs, seconds)));
  return { name: "hits-during-misses", about: `hits while ${STREAMS} misses stream at once`, figures };
}

async function measure(shards: number, gapMs: number, seconds: number): Promise<readonly Figure[]> {
  using upstream = await startBenchUpstream();
  await using server = await startProduct(upstream.url, { SHARD_COUNT: String(shards), L0_TTL_SECONDS: "0", SEMANTIC: "off" });
  await store(server, HOT);
  const roundMs = seconds * MS_PER_SECOND;
  const quiet = await whileWatched(server, HOT, () => sleep(roundMs));
  const bodies = Array.from({ length: STREAMS }, (_, index) => chatBody(`fan ${EVENTS} ${gapMs}, stream ${index}`, { stream: true }));
  const streams: Stream[] = [];
  for (const body of bodies) {
    streams.push(await openStream(server.url, body));
    await sleep(START_EVERY_MS);
  }
  await until(() => streams.every(({ isStreaming }) => isStreaming()));
  const busy = await whileWatched(server, HOT, () => sleep(roundMs));
  if (!streams.every(({ isStreaming }) => isStreaming())) throw new Error("Not all misses streamed until the end of the round.");
  for (const { socket } of streams) socket.destroy();
  const what = `${shards} shard(s), an event every ${gapMs} ms`;
  return [
    plainFigure(`${what}: p99 of ${busy.hits} hits (quiet ${quiet.hitP99Ms.toFixed(1)} ms)`, "ms", [busy.hitP99Ms], {
      is: "at most",
      value: MAX_P99_FACTOR * quiet.hitP99Ms + MAX_P99_MORE_MS,
    }),
    plainFigure(`${what}: share of the time in which the runtime's thread computes (quiet ${quiet.busyShare.toFixed(2)})`, "", [
      busy.busyShare,
    ]),
    plainFigure(`${what}: longest gap (idle ${quiet.longestGapMs.toFixed(1)} ms)`, "ms", [busy.longestGapMs]),
  ];
}

interface Stream {
  readonly socket: Socket;
  /** True from the first event to the end of the stream. */
  readonly isStreaming: () => boolean;
}

async function openStream(url: string, body: string): Promise<Stream> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  let hasBegun = false;
  socket.setEncoding("latin1");
  socket.on("data", (piece: string) => (hasBegun ||= piece.includes("data: ")));
  socket.write(
    `POST ${CHAT_PATH} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return { socket, isStreaming: () => hasBegun && !socket.readableEnded && !socket.destroyed };
}

async function until(reached: () => boolean): Promise<void> {
  const endMs = performance.now() + MAX_START_MS;
  while (!reached()) {
    if (performance.now() > endMs) throw new Error("The misses did not all begin to stream.");
    await sleep(POLL_MS);
  }
}
