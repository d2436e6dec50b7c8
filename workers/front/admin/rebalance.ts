import type { MovingEntry } from "../../../shared/contracts/cache-shard/moving-contract.ts";
import { homeShard } from "../../../shared/domain/keys/routing.ts";
import type { RequestContext } from "../request-context.ts";
import { errorAnswer } from "../answer/error-answer.ts";
import { shardStub } from "../shards/shard-client.ts";
import { jointAnswer } from "../shards/joint-answer.ts";
import { badField, readObject } from "./admin-request.ts";

const MAX_SHARDS = 1024;
/** One request works this long; the caller repeats it until nothing is left. */
const WORK_MS = 20_000;

/**
 * POST /admin/rebalance `{"previousShardCount": n}`: moves every entry to the shard that is its home by the present
 * SHARD_COUNT and SCOPE_FANOUT. `done: false` means: call again.
 */
export async function rebalance(request: Request, context: RequestContext): Promise<Response> {
  const body = await readObject(request, context);
  if (!body.ok) return errorAnswer(body.error, "problem", context);
  const { shardCount } = context.isolate.config.topology;
  const unknown = Object.keys(body.value).find((name) => name !== "previousShardCount");
  if (unknown !== undefined) return errorAnswer(badField(unknown, `Unknown member '${unknown}'.`), "problem", context);
  const previous = body.value.previousShardCount ?? shardCount;
  if (typeof previous !== "number" || !Number.isInteger(previous) || previous < 1 || previous > MAX_SHARDS) {
    return errorAnswer(
      badField("previousShardCount", `previousShardCount must be a whole number from 1 to ${MAX_SHARDS}.`),
      "problem",
      context,
    );
  }
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

/** Received first, released after: an entry is in one of the two places at any time, and in both for a moment. */
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
