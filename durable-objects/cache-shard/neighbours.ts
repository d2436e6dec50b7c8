import type { PlacementConfig } from "../../shared/config/config.ts";
import type { CacheShardApi } from "../../shared/contracts/cache-shard/cache-shard-api.ts";
import type { UpstreamApi } from "../../shared/contracts/upstream-api.ts";
import { placedObjects } from "../../shared/placement/placed-objects.ts";

/** The objects that a shard calls. */
export interface Neighbours {
  /** A stub of a shard, by number. */
  readonly shard: (index: number) => CacheShardApi;
  /** A stub of one of this shard's `Upstream` objects. */
  readonly upstream: (place: number) => UpstreamApi;
}

/** The objects that shard `own` calls. */
export function neighboursOf(own: number, env: Pick<Env, "CACHE_SHARD" | "UPSTREAM">, placement: PlacementConfig): Neighbours {
  const shards = placedObjects<CacheShardApi>(env.CACHE_SHARD, placement);
  const upstreams = placedObjects<UpstreamApi>(env.UPSTREAM, placement);
  return {
    shard: (index) => shards.getByName(`shard-${index}`),
    upstream: (place) => upstreams.getByName(`upstream-${own}-${place}`),
  };
}
