import type { Socket } from "node:net";
import { connect } from "node:net";
import { spreadOf } from "./rounds.ts";

export interface CrowdPlan {
  readonly url: string;
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly size: number;
  /** Content events the upstream sends, marked `#0 @<ms>`, `#1 @<ms>`, … with the time they were sent. */
  readonly events: number;
}

export interface CrowdResult {
  /** Median over the events: when the last stream had it after the first-come stream had it. */
  readonly lastBehindLeaderMs: number;
  /** Median over the events: when the last stream had it after the upstream wrote it. */
  readonly lastBehindUpstreamMs: number;
}

/** How long the leader is let alone before the others come. */
const LEADER_START_MS = 30;
/** Silence of a stream after which the benchmark gives up. */
const SILENCE_MS = 15_000;
const RESPONSE_END = "\r\n0\r\n\r\n";

/** Opens one stream, then all others, and notes when each has each event. */
export async function subscribeAll(plan: CrowdPlan): Promise<CrowdResult> {
  const arrivals = Array.from({ length: plan.size }, () => new Float64Array(plan.events));
  const sent = new Float64Array(plan.events);
  const streams = [watch(plan, arrivals[0] ?? new Float64Array(), sent)];
  await new Promise((resolve) => setTimeout(resolve, LEADER_START_MS));
  for (const arrival of arrivals.slice(1)) streams.push(watch(plan, arrival));
  await Promise.all(streams);
  const behindLeader: number[] = [];
  const behindUpstream: number[] = [];
  // The first event also carries the response heads of everybody.
  for (let event = 1; event < plan.events; event++) {
    const times = arrivals.map((arrival) => arrival[event] ?? 0);
    if (times.includes(0)) throw new Error(`Event ${event} did not reach everybody.`);
    const last = Math.max(...times);
    behindLeader.push(last - (times[0] ?? 0));
    behindUpstream.push(last + performance.timeOrigin - (sent[event] ?? 0));
  }
  return { lastBehindLeaderMs: spreadOf(behindLeader).median, lastBehindUpstreamMs: spreadOf(behindUpstream).median };
}

/** @param sent gets the times the upstream wrote into the events */
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
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error(`Nothing came for ${SILENCE_MS} ms.`)));
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
      if (next < plan.events) failed(new Error(`Only ${next} events came: ${rest.slice(0, 300)}`));
      socket.destroy();
      done();
    });
  });
}
