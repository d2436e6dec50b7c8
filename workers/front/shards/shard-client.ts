import { configOf } from "../../../shared/config/config-cache.ts";
import type { CacheShardApi } from "../../../shared/contracts/cache-shard/cache-shard-api.ts";
import type { PlacedObjects } from "../../../shared/placement/placed-objects.ts";
import { placedObjects } from "../../../shared/placement/placed-objects.ts";

const shardsOf = new WeakMap<Env, PlacedObjects<CacheShardApi>>();

/** The stub of a shard, by number. All code of the Worker gets shard stubs here. */
export function shardStub(env: Env, shard: number): CacheShardApi {
  return (shardsOf.get(env) ?? placeShards(env)).getByName(`shard-${shard}`);
}

function placeShards(env: Env): PlacedObjects<CacheShardApi> {
  const config = configOf(env);
  // The Worker refuses every request while the configuration is invalid, so this call is a bug.
  if (!config.ok) throw new Error("configuration is invalid");
  const shards = placedObjects<CacheShardApi>(env.CACHE_SHARD, config.value.placement);
  shardsOf.set(env, shards);
  return shards;
}

/** The answers of several shards, and the numbers of the shards that failed. */
export interface ShardSurvey<Answer> {
  readonly answers: readonly Answer[];
  readonly failed: readonly number[];
}

/** Asks all shards concurrently. */
export async function askShards<Answer>(
  env: Env,
  shardCount: number,
  ask: (shard: CacheShardApi, index: number) => Promise<Answer>,
): Promise<ShardSurvey<Answer>> {
  return askRange(env, { from: 0, to: shardCount }, ask);
}

/** Asks the shards from `from` up to but not including `to` concurrently. */
export async function askRange<Answer>(
  env: Env,
  { from, to }: { readonly from: number; readonly to: number },
  ask: (shard: CacheShardApi, index: number) => Promise<Answer>,
): Promise<ShardSurvey<Answer>> {
  const indexes = Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
  const settled = await Promise.allSettled(indexes.map((index) => ask(shardStub(env, index), index)));
  return {
    answers: settled.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : [])),
    failed: indexes.filter((index) => settled[index - from]?.status === "rejected"),
  };
}
