import type { CacheShardApi } from "../../../shared/contracts/cache-shard/cache-shard-api.ts";
import type { UpstreamApi } from "../../../shared/contracts/upstream-api.ts";

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
  return askRange(env, { from: 0, to: shardCount }, ask);
}

/** Asks the shards of a range (its end not among them) at once. */
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
