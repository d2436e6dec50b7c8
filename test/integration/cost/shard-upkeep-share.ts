import type { Meter } from "./meter/meter.ts";
import { MeteredCluster } from "./meter/metered-cluster.ts";
import type { Metered } from "./meter/metered-share.ts";
import { metered, NOTHING, shareOfMore } from "./meter/metered-share.ts";
import { NO_USAGE } from "./meter/usage.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MINUTES = 60;
const VARS = {
  RATE_LIMIT_REQUESTS: "unlimited",
  TENANT_RATE_LIMIT_REQUESTS: "unlimited",
  SEMANTIC: "off",
  L0_TTL_SECONDS: "0",
  SHARD_COUNT: "1",
};

/** Tables of the figures. Their rows are part of the upkeep, whichever request finds them due. */
export const UPKEEP_TABLES = ["figure_buckets", "labels", "traffic"];

/**
 * What the figures of one shard use in an hour of steady traffic: a record a minute, pending hits, the roll-up of the
 * hour, and the deletion of its records a day later. Includes a second, short hour, which makes the first one end.
 */
export async function measureUpkeep(meter: Meter): Promise<Metered> {
  const cluster = await MeteredCluster.create(meter, { ...VARS, CACHE_TTL_SECONDS: "2592000" });
  let requests = 0;
  const ask = async (): Promise<void> => {
    requests += 1;
    await cluster.ask("prompt", "ann");
  };
  await ask();
  await meter.advance(HOUR_MS);
  await ask();
  await meter.advance(HOUR_MS);
  requests = 0;
  const used = await metered(meter, 1, async () => {
    for (let minute = 0; minute < MINUTES; minute++) {
      await ask();
      await meter.advance(MINUTE_MS);
    }
    for (const pauseMs of [0, 25 * HOUR_MS, HOUR_MS]) {
      await meter.advance(pauseMs);
      await ask();
    }
  });
  const own = { ...NO_USAGE, workerRequests: requests, workerCpuMs: used.usage.workerCpuMs, objectRequests: requests };
  return shareOfMore(used, { ...NOTHING, usage: own }, 1);
}
