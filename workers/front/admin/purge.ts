import type { PurgeReply, PurgeRequest } from "../../../shared/contracts/cache-shard/purge-contract.ts";
import type { RequestContext } from "../request-context.ts";
import { errorAnswer } from "../answer/error-answer.ts";
import { jsonAnswer } from "../answer/json-answer.ts";
import { askRange, askShards, shardStub } from "../shards/shard-client.ts";
import { jointAnswer } from "../shards/joint-answer.ts";
import { badField, readObject, shardNumber, shardUnreachable, unknownParameter } from "./admin-request.ts";
import { readPurge } from "./purge-request.ts";

/** POST /admin/purge */
export async function purge(request: Request, context: RequestContext): Promise<Response> {
  const body = await readObject(request, context);
  if (!body.ok) return errorAnswer(body.error, "problem", context);
  const wanted = readPurge(body.value, context.isolate.config, context.startedMs);
  if (!wanted.ok) return errorAnswer(wanted.error, "problem", context);
  const { purged, failed } = await purgeEverywhere(wanted.value, context);
  return jointAnswer(wanted.value.dryRun ? { dryRun: true, matched: purged } : { purged }, failed, context);
}

/** DELETE /admin/shards/:shard[?mode=soft|hard] */
export async function invalidateShard(request: Request, context: RequestContext, name: string): Promise<Response> {
  const shard = shardNumber(name, context);
  if (!shard.ok) return errorAnswer(shard.error, "problem", context);
  const url = new URL(request.url);
  const unknown = unknownParameter(url, ["mode"]);
  if (unknown !== null) return errorAnswer(unknown, "problem", context);
  const mode = url.searchParams.get("mode") ?? "soft";
  if (mode !== "soft" && mode !== "hard") return errorAnswer(badField("mode", "mode must be soft or hard."), "problem", context);
  try {
    const stub = shardStub(context.env, shard.value);
    const { sequence, purged } = await stub.purge({ kind: "all", value: "", hard: mode === "hard", dryRun: false });
    return jsonAnswer({ shard: shard.value, sequence, purged }, context);
  } catch {
    return errorAnswer(shardUnreachable(shard.value), "problem", context);
  } finally {
    context.isolate.answers.clear();
  }
}

/**
 * Purges every shard that has ever stored an entry, including shards above the current SHARD_COUNT, which shard 0 has
 * on record. Otherwise a rebalance or a return to the earlier topology would bring purged entries back.
 * Clears the isolate's memory last, so that answers requested before the purge are not remembered.
 */
export async function purgeEverywhere(
  wanted: PurgeRequest,
  context: RequestContext,
): Promise<{ readonly purged: number; readonly failed: readonly number[] }> {
  const { env, isolate } = context;
  const { shardCount } = isolate.config.topology;
  try {
    const present = await askShards(env, shardCount, (stub) => stub.purge(wanted));
    const knownShards = Math.max(...present.answers.map((reply) => reply.knownShards), 0);
    // Only shard 0 knows the other shards. If it failed, it is reported in `failed`, and the caller repeats the purge.
    const retired = await askRange(env, { from: shardCount, to: knownShards }, (stub) => stub.purge(wanted));
    return { purged: purgedBy(present.answers) + purgedBy(retired.answers), failed: [...present.failed, ...retired.failed] };
  } finally {
    if (!wanted.dryRun) isolate.answers.clear();
  }
}

function purgedBy(replies: readonly PurgeReply[]): number {
  return replies.reduce((sum, reply) => sum + reply.purged, 0);
}
