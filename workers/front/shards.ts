import type { CacheShardApi } from "../../shared/contracts/cache-shard.ts";
import type { UpstreamApi } from "../../shared/contracts/upstream.ts";

/** The one place that finds shards. */
export function shardStub(env: Env, shard: number): CacheShardApi {
  return env.CACHE_SHARD.getByName(`shard-${shard}`);
}

/** The object that calls upstream when a shard cannot be reached. */
export function bypassStub(env: Env): UpstreamApi {
  return env.UPSTREAM.getByName("bypass");
}

/** The answers of all shards, and the numbers of those that gave none. */
export interface ShardSurvey<Answer> {
  readonly answers: readonly Answer[];
  readonly failed: readonly number[];
}

/** Asks every shard at once. */
export async function askShards<Answer>(
  env: Env,
  shardCount: number,
  ask: (shard: CacheShardApi, index: number) => Promise<Answer>,
): Promise<ShardSurvey<Answer>> {
  const indexes = Array.from({ length: shardCount }, (_, index) => index);
  const settled = await Promise.allSettled(indexes.map((index) => ask(shardStub(env, index), index)));
  return {
    answers: settled.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : [])),
    failed: indexes.filter((index) => settled[index]?.status === "rejected"),
  };
}
