import type { Socket } from "node:net";
import { connect } from "node:net";
import { spreadOf } from "./rounds.ts";

export interface CrowdPlan {
  readonly url: string;
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly size: number;
  /** Number of content events that the upstream sends, marked `#0 @<ms>`, `#1 @<ms>`, … with their time of sending. */
  readonly events: number;
}

export interface CrowdResult {
  /** Median over the events: delay of the last stream to receive the event, after the leader received it. */
  readonly lastBehindLeaderMs: number;
  /** Median over the events: delay of the last stream to receive the event, after the upstream wrote it. */
  readonly lastBehindUpstreamMs: number;
}

/** Delay between the leader's request and the other requests. */
const LEADER_START_MS = 30;
/** The benchmark fails if a stream is silent for this long. */
const SILENCE_MS = 15_000;
const RESPONSE_END = "\r\n0\r\n\r\n";

/** Opens one stream, the leader, then all others. Records when each stream receives each event. */
export async function subscribeAll(plan: CrowdPlan): Promise<CrowdResult> {
  const arrivals = Array.from({ length: plan.size }, () => new Float64Array(plan.events));
  const sent = new Float64Array(plan.events);
  const streams = [watch(plan, arrivals[0] ?? new Float64Array(), sent)];
  await new Promise((resolve) => setTimeout(resolve, LEADER_START_MS));
  for (const arrival of arrivals.slice(1)) streams.push(watch(plan, arrival));
  await Promise.all(streams);
  const behindLeader: number[] = [];
  const behindUpstream: number[] = [];
  // Skip the first event, because its time includes the response headers of all streams.
  for (let event = 1; event < plan.events; event++) {
    const times = arrivals.map((arrival) => arrival[event] ?? 0);
    if (times.includes(0)) throw new Error(`Event ${event} did not reach all streams.`);
    const last = Math.max(...times);
    behindLeader.push(last - (times[0] ?? 0));
    behindUpstream.push(last + performance.timeOrigin - (sent[event] ?? 0));
  }
  return { lastBehindLeaderMs: spreadOf(behindLeader).median, lastBehindUpstreamMs: spreadOf(behindUpstream).median };
}

/** @param sent Receives the times that the upstream wrote into the events. */
async function watch(plan: CrowdPlan, arrival: Float64Array, sent: Float64Array | null = null): Promise<void> {
  const { hostname, port, host } = new URL(plan.url);
  await new Promise<void>((done, failed) => {
    const socket: Socket = connect(Number(port), hostname, () => {
      const headers = Object.entries(plan.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const length = Buffer.byteLength(plan.body);
      socket.write(
        `POST ${plan.path} HTTP/1.1\r\nHost: ${host}\r\ncontent-type: application/json\r\n${headers.join("")}content-length: ${length}\r\n\r\n${plan.body}`,
      );
    });
    let rest = "";
    let next = 0;
    socket.setEncoding("latin1");
    socket.on("error", failed);
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error(`The stream was silent for ${SILENCE_MS} ms.`)));
    socket.on("close", () => failed(new Error("The stream ended early.")));
    socket.on("data", (piece: string) => {
      rest += piece;
      for (let at = rest.indexOf(`#${next} @`); at >= 0; at = rest.indexOf(`#${next} @`)) {
        arrival[next] = performance.now();
        if (sent !== null) sent[next] = Number.parseFloat(rest.slice(rest.indexOf("@", at) + 1));
        next += 1;
        rest = rest.slice(at + 1);
      }
      if (!rest.endsWith(RESPONSE_END)) return;
      if (next < plan.events) failed(new Error(`Only ${next} events arrived: ${rest.slice(0, 300)}`));
      socket.destroy();
      done();
    });
  });
}
