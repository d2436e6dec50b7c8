import type { Isolate } from "../isolate.ts";
import { shardStub } from "../shards/shard-client.ts";

/** Sends each shard the figures that only this isolate has about the shard's requests. */
export async function sendIsolateReport(isolate: Pick<Isolate, "traffic">, env: Env): Promise<void> {
  const reports = isolate.traffic.takeAll();
  // Losing figures must not fail the request.
  await Promise.allSettled(reports.map(({ shard, report }) => shardStub(env, shard).report(report)));
}
