import type { RequestContext } from "../context.ts";

/** Some shards could not be reached: what was done holds in the others (RFC 9110 section 15.6.3). */
export const STATUS_SHARDS_FAILED = 502;

/** The one shard that was meant could not be reached. */
export function shardUnreachable(shard: number, context: RequestContext): Response {
  const problem = {
    type: "urn:refrain:problem:shard_unreachable",
    title: "Shard unreachable",
    status: STATUS_SHARDS_FAILED,
    detail: `Shard ${shard} could not be reached.`,
    failedShards: [shard],
    requestId: context.requestId,
  };
  const headers = { "content-type": "application/problem+json", "cache-control": "no-store", "refrain-request-id": context.requestId };
  return new Response(JSON.stringify(problem), { status: STATUS_SHARDS_FAILED, headers });
}
