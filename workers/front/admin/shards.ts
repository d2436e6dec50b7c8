import type { RequestContext } from "../context.ts";
import { errorAnswer } from "../error-answer.ts";
import { jsonAnswer } from "../json-answer.ts";
import { askShards, shardStub } from "../shards.ts";
import { shardNumber } from "./admin-request.ts";
import { shardUnreachable, STATUS_SHARDS_FAILED } from "./shard-unreachable.ts";

/** GET /admin/shards */
export async function listShards(_request: Request, context: RequestContext): Promise<Response> {
  const { answers, failed } = await askShards(context.env, context.isolate.config.topology.shardCount, (shard) => shard.summary());
  const body = { shards: answers, ...(failed.length > 0 ? { failedShards: failed } : {}) };
  return jsonAnswer(body, context, failed.length > 0 ? STATUS_SHARDS_FAILED : 200);
}

/** GET /admin/shards/:shard */
export async function inspectShard(_request: Request, context: RequestContext, name: string): Promise<Response> {
  const shard = shardNumber(name, context);
  if (!shard.ok) return errorAnswer(shard.error, "problem", context);
  try {
    return jsonAnswer(await shardStub(context.env, shard.value).detail(), context);
  } catch {
    return shardUnreachable(shard.value, context);
  }
}
