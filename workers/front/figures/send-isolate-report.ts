import type { Isolate } from "../isolate.ts";
import { shardStub } from "../shards/shard-client.ts";

/** Tells the shards what only this isolate saw of their questions. */
export async function sendIsolateReport(isolate: Isolate, env: Env, nowMs: number): Promise<void> {
  const reports = isolate.traffic.drain(nowMs);
  // Lost figures are no reason to fail anything.
  await Promise.allSettled(reports.map(({ shard, ...report }) => shardStub(env, shard).report(report)));
}
