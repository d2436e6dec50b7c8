import type { Config } from "../../../shared/config/config.ts";
import type { CacheShardApi } from "../../../shared/contracts/cache-shard.ts";
import { scopeShards } from "../../../shared/domain/routing.ts";
import type { SemanticLayer, SemanticPeers } from "./semantic-layer.ts";

/** The shards of a scope: others by RPC, this one by a plain call. */
export function semanticPeers(own: number, config: Config, env: Env, self: () => SemanticLayer | null): SemanticPeers {
  const stub = (shard: number): CacheShardApi => env.CACHE_SHARD.getByName(`shard-${shard}`);
  return {
    shardsOf: (scope) => scopeShards(scope, config.topology),
    resemble: async (shard, request) => (shard === own ? ((await self()?.resemble(request)) ?? []) : stub(shard).resemble(request)),
    lend: async (shard, request) => (shard === own ? ((await self()?.lend(request)) ?? { kind: "gone" }) : stub(shard).lend(request)),
    observe: async (shard, observation) => (shard === own ? self()?.observe(observation) : stub(shard).observe(observation)),
    quarantine: async (shard, key) => (shard === own ? self()?.quarantine(key) : stub(shard).quarantine(key)),
  };
}
