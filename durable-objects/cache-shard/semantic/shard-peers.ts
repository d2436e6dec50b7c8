import type { Config } from "../../../shared/config/config.ts";
import type { CacheShardApi } from "../../../shared/contracts/cache-shard/cache-shard-api.ts";
import type {
  FetchEntryReply,
  FetchEntryRequest,
  PairObservation,
  SimilarCandidate,
  SimilarityQuery,
} from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import { scopeShards } from "../../../shared/domain/keys/routing.ts";
import type { SemanticLayer } from "./semantic-layer.ts";

/** The shards of a scope as the semantic layer calls them, this one among them. */
export interface SemanticPeers {
  readonly shardsOf: (scope: string) => readonly number[];
  readonly searchSimilar: (shard: number, request: SimilarityQuery) => Promise<readonly SimilarCandidate[]>;
  readonly fetchEntry: (shard: number, request: FetchEntryRequest) => Promise<FetchEntryReply>;
  readonly observe: (shard: number, observation: PairObservation) => Promise<void>;
  readonly quarantine: (shard: number, key: string) => Promise<void>;
}

/** Other shards are called by RPC, this one directly. */
export function semanticPeers(own: number, config: Config, env: Env, self: () => SemanticLayer | null): SemanticPeers {
  const stub = (shard: number): CacheShardApi => env.CACHE_SHARD.getByName(`shard-${shard}`);
  return {
    shardsOf: (scope) => scopeShards(scope, config.topology),
    searchSimilar: async (shard, request) =>
      shard === own ? ((await self()?.searchSimilar(request)) ?? []) : stub(shard).searchSimilar(request),
    fetchEntry: async (shard, request) =>
      shard === own ? ((await self()?.fetchEntry(request)) ?? { kind: "gone" }) : stub(shard).fetchEntry(request),
    observe: async (shard, observation) => (shard === own ? self()?.observe(observation) : stub(shard).observe(observation)),
    quarantine: async (shard, key) => (shard === own ? self()?.quarantine(key) : stub(shard).quarantine(key)),
  };
}
