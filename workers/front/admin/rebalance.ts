import * as v from "valibot";
import type { MovingEntry } from "../../../shared/contracts/cache-shard/moving-contract.ts";
import { homeShard } from "../../../shared/domain/keys/routing.ts";
import type { RequestContext } from "../request-context.ts";
import { errorAnswer } from "../answer/error-answer.ts";
import { shardStub } from "../shards/shard-client.ts";
import { jointAnswer } from "../shards/joint-answer.ts";
import { checkBody, wholeNumberMember } from "../request/body-schema.ts";
import { readObject } from "./admin-request.ts";

const MAX_SHARDS = 1024;
const REBALANCE_BODY = v.strictObject({ previousShardCount: v.nullish(wholeNumberMember("previousShardCount", 1, MAX_SHARDS)) });
/** How long one request works, in milliseconds. The caller repeats it until `done` is true. */
const WORK_MS = 20_000;

/**
 * POST /admin/rebalance `{"previousShardCount": n}`: moves every entry to its home shard under the current
 * SHARD_COUNT and SCOPE_FANOUT. The caller repeats the request while the answer says `done: false`.
 */
export async function rebalance(request: Request, context: RequestContext): Promise<Response> {
  const body = await readObject(request, context);
  if (!body.ok) return errorAnswer(body.error, "problem", context);
  const { shardCount } = context.isolate.config.topology;
  const checked = checkBody(REBALANCE_BODY, body.value);
  if (!checked.ok) return errorAnswer(checked.error, "problem", context);
  const previous = checked.value.previousShardCount ?? shardCount;
  const deadlineMs = Date.now() + WORK_MS;
  const failed: number[] = [];
  let moved = 0;
  let done = true;
  for (let shard = 0; shard < Math.max(previous, shardCount); shard++) {
    try {
      const emptied = await emptyShard(shard, deadlineMs, context);
      moved += emptied.moved;
      done &&= emptied.done;
    } catch {
      failed.push(shard);
      done = false;
    }
  }
  context.isolate.answers.clear();
  return jointAnswer({ moved, done }, failed, context);
}

/**
 * Moves the misplaced entries of one shard.
 * The new home receives an entry before the old one releases it, so none is lost.
 */
async function emptyShard(
  shard: number,
  deadlineMs: number,
  context: RequestContext,
): Promise<{ readonly moved: number; readonly done: boolean }> {
  const { topology } = context.isolate.config;
  const source = shardStub(context.env, shard);
  let afterKey: string | null = "";
  let moved = 0;
  while (afterKey !== null) {
    if (Date.now() >= deadlineMs) return { moved, done: false };
    const batch = await source.listMisplaced({ afterKey, ...topology });
    const homes = Map.groupBy(batch.entries, (entry: MovingEntry) => homeShard(entry.scope, entry.key, topology));
    for (const [home, entries] of homes) {
      const keys = entries.map(({ key }) => key);
      await shardStub(context.env, home).receiveEntries(entries);
      const covered = await source.releaseEntries({ keys, sequence: batch.sequence });
      if (covered.length > 0) await shardStub(context.env, home).dropEntries(covered);
      moved += entries.length - covered.length;
    }
    afterKey = batch.nextKey;
  }
  return { moved, done: true };
}
