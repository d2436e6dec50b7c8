import { createHash } from "node:crypto";
import { answerResponse } from "../../support/shard-provider.ts";
import type { Meter } from "./meter/meter.ts";
import { MeteredCluster, WORKER_CPU_MS } from "./meter/metered-cluster.ts";
import type { Metered } from "./meter/metered-share.ts";
import { metered, NOTHING, shareOfMore, withoutTables } from "./meter/metered-share.ts";
import { UPKEEP_TABLES } from "./shard-upkeep-share.ts";
import { NO_USAGE } from "./meter/usage.ts";

const VARS = {
  RATE_LIMIT_REQUESTS: "unlimited",
  TENANT_RATE_LIMIT_REQUESTS: "unlimited",
  SEMANTIC: "off",
  L0_TTL_SECONDS: "0",
  SHARD_COUNT: "1",
  SHARD_MAX_BYTES: "1000000",
  SPILL_WRITES_PER_DAY: "100000",
};
const ENTRIES = 60;
const MEASURED = 40;
/** Digests in one answer, of 64 characters that hardly compress. */
const DIGESTS = 500;

export interface SpillShares {
  /** Of an eviction that writes the entry's body to KV. */
  readonly eviction: Metered;
  /** Of a hit whose body is in KV, beyond a shard hit. The body moves back into the shard, which is full and evicts another. */
  readonly promotion: Metered;
}

/** What KV costs, on a shard that is full. @param miss what an exact miss uses */
export async function measureSpill(meter: Meter, miss: Metered): Promise<SpillShares> {
  const cluster = await MeteredCluster.create(meter, VARS);
  let answers = 0;
  meter.provider = () => {
    answers += 1;
    return Promise.resolve(answerResponse(incompressible(answers)));
  };
  const prompts = Array.from({ length: ENTRIES + MEASURED }, (_, at) => `prompt ${at}`);
  const ask = async (asked: readonly string[]): Promise<void> => {
    for (const prompt of asked) {
      await cluster.ask(prompt, "ann");
      await meter.settle();
    }
  };
  await ask(prompts.slice(0, ENTRIES));
  const committing = await metered(meter, 1, () => ask(prompts.slice(ENTRIES)));
  const evicting = shareOfMore(committing, times(miss, MEASURED), committing.usage.kvWrites);
  const before = answers;
  const asking = await metered(meter, 1, () => ask(prompts));
  if (answers > before) throw new Error("an entry is gone");
  const hit = { ...NO_USAGE, workerRequests: 1, workerCpuMs: WORKER_CPU_MS, objectRequests: 1 };
  const promoting = shareOfMore(asking, times({ ...NOTHING, usage: hit }, prompts.length), asking.usage.kvReads);
  return { eviction: withoutTables(evicting, UPKEEP_TABLES), promotion: withoutTables(promoting, UPKEEP_TABLES) };
}

function incompressible(seed: number): string {
  return Array.from({ length: DIGESTS }, (_, at) => createHash("sha256").update(`${seed} ${at}`).digest("hex")).join("");
}

function times(used: Metered, count: number): Metered {
  return shareOfMore(used, NOTHING, 1 / count);
}
