import type { Isolate } from "./isolate.ts";
import { shardStub } from "./shards.ts";

/** Tells a shard what only this isolate saw. Which shard does not matter: figures are summed over all. */
export async function reportTraffic(isolate: Isolate, env: Env, nowMs: number): Promise<void> {
  const reports = isolate.traffic.drain(nowMs);
  // Lost figures are no reason to fail anything.
  await Promise.allSettled(reports.map((report) => shardStub(env, 0).report(report)));
}
