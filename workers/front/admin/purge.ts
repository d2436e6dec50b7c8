import type { PurgeReply, PurgeRequest } from "../../../shared/contracts/cache-shard.ts";
import type { RequestContext } from "../context.ts";
import { errorAnswer } from "../error-answer.ts";
import { jsonAnswer } from "../json-answer.ts";
import { askShards, shardStub } from "../shards.ts";
import { badField, readObject, shardNumber, unknownParameter } from "./admin-request.ts";
import { shardUnreachable, STATUS_SHARDS_FAILED } from "./shard-unreachable.ts";
import { readPurge } from "./purge-request.ts";

/** POST /admin/purge */
export async function purge(request: Request, context: RequestContext): Promise<Response> {
  const body = await readObject(request, context);
  if (!body.ok) return errorAnswer(body.error, "problem", context);
  const planned = readPurge(body.value, context.isolate.config, context.startedMs);
  if (!planned.ok) return errorAnswer(planned.error, "problem", context);
  const { purge: wanted, shard } = planned.value;
  const { replies, failed } = await runPurge(wanted, shard, context);
  const purged = replies.reduce((sum, reply) => sum + reply.purged, 0);
  const counted = wanted.dryRun ? { dryRun: true, matched: purged } : { purged };
  return jsonAnswer(
    { ...counted, ...(failed.length > 0 ? { failedShards: failed } : {}) },
    context,
    failed.length > 0 ? STATUS_SHARDS_FAILED : 200,
  );
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
  const { replies } = await runPurge({ kind: "all", value: "", hard: mode === "hard", dryRun: false }, shard.value, context);
  const [reply] = replies;
  return reply === undefined ? shardUnreachable(shard.value, context) : jsonAnswer(reply, context);
}

/** Purges one shard or all. This isolate forgets everything first and last: nothing asked for in between comes back. */
export async function runPurge(
  wanted: PurgeRequest,
  shard: number | null,
  context: RequestContext,
): Promise<{ readonly replies: readonly PurgeReply[]; readonly failed: readonly number[] }> {
  const { env, isolate } = context;
  try {
    if (shard === null) {
      const { answers, failed } = await askShards(env, isolate.config.topology.shardCount, (stub) => stub.purge(wanted));
      return { replies: answers, failed };
    }
    const reply = await shardStub(env, shard).purge(wanted);
    return { replies: [reply], failed: [] };
  } catch {
    return { replies: [], failed: shard === null ? [] : [shard] };
  } finally {
    if (!wanted.dryRun) isolate.answers.clear();
  }
}
