import type { RequestContext } from "../request-context.ts";
import { errorAnswer } from "../answer/error-answer.ts";
import { jsonAnswer } from "../answer/json-answer.ts";
import { askShards, shardStub } from "../shards/shard-client.ts";
import { jointAnswer } from "../shards/joint-answer.ts";
import { shardNumber, shardUnreachable } from "./admin-request.ts";

/** GET /admin/shards */
export async function listShards(_request: Request, context: RequestContext): Promise<Response> {
  const { answers, failed } = await askShards(context.env, context.isolate.config.topology.shardCount, (shard) => shard.summary());
  return jointAnswer({ shards: answers }, failed, context);
}

/** GET /admin/shards/:shard */
export async function inspectShard(_request: Request, context: RequestContext, name: string): Promise<Response> {
  const shard = shardNumber(name, context);
  if (!shard.ok) return errorAnswer(shard.error, "problem", context);
  try {
    return jsonAnswer(await shardStub(context.env, shard.value).detail(), context);
  } catch {
    return errorAnswer(shardUnreachable(shard.value), "problem", context);
  }
}
