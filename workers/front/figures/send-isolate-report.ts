import { shardStub } from "../shards/shard-client.ts";
import type { IsolateTraffic } from "./isolate-traffic.ts";

/** Sends each shard the figures that only this isolate has about the shard's requests. */
export async function sendIsolateReport(traffic: IsolateTraffic, env: Env): Promise<void> {
  const reports = traffic.takeAll();
  // Losing figures must not fail the request.
  await Promise.allSettled(reports.map(({ shard, report }) => shardStub(env, shard).report(report)));
}
