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

/** The calls that the semantic layer makes to the shards of a scope, including this one. */
export interface SemanticPeers {
  readonly shardsOf: (scope: string) => readonly number[];
  readonly searchSimilar: (shard: number, request: SimilarityQuery) => Promise<readonly SimilarCandidate[]>;
  readonly fetchEntry: (shard: number, request: FetchEntryRequest) => Promise<FetchEntryReply>;
  readonly observe: (shard: number, observation: PairObservation) => Promise<void>;
  readonly quarantine: (shard: number, key: string) => Promise<void>;
}

/** What this shard does for itself as it does for others. */
interface OwnShard {
  searchSimilar(request: SimilarityQuery): Promise<readonly SimilarCandidate[]>;
  fetchEntry(request: FetchEntryRequest): Promise<FetchEntryReply>;
  observe(observation: PairObservation): void;
  quarantine(key: string): void;
}

/** Calls other shards by RPC and this one directly. */
export function semanticPeers(
  own: number,
  config: Config,
  stub: (shard: number) => CacheShardApi,
  self: () => OwnShard | null,
): SemanticPeers {
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
