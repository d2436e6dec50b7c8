import type { AnswerReply, AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { ObjectFailure } from "../../../shared/contracts/object-failure.ts";
import { objectFailure } from "../../../shared/contracts/object-failure.ts";
import type { Reporter } from "../../../shared/report/report-event.ts";
import type { Client } from "../request-context.ts";
import { shardStub } from "./shard-client.ts";

/** A request that its home shard could not answer. */
export interface ShardFailure {
  readonly kind: "shard_failure";
  readonly failure: ObjectFailure;
}

/**
 * Sends a request to its home shard. Sends it once more if the shard was reset meanwhile: its memory is lost, but the
 * object that follows can answer, and requests that are equal share one provider call there. A repetition never
 * answers a request twice; at worst, the provider is called a second time.
 * @param client null when the shard need not learn that the client has left
 */
export async function askHomeShard(
  env: Env,
  shard: number,
  request: AnswerRequest,
  client: Client | null,
  report: Reporter,
): Promise<AnswerReply | ShardFailure> {
  if (client === null) return attemptTwice(env, shard, request, null, report);
  const { signal } = client;
  // An object does not notice that the caller of an RPC method is gone. Unless it is told, it makes a call that nobody
  // waits for any more.
  const tellShard = (): void => client.keepAlive(shardStub(env, shard).clientLeft(request.requestId).catch(ignore));
  signal.addEventListener("abort", tellShard);
  try {
    return await attemptTwice(env, shard, request, signal, report);
  } finally {
    signal.removeEventListener("abort", tellShard);
  }
}

async function attemptTwice(
  env: Env,
  shard: number,
  request: AnswerRequest,
  signal: AbortSignal | null,
  report: Reporter,
): Promise<AnswerReply | ShardFailure> {
  const first = await attempt(env, shard, request);
  if (first.kind !== "shard_failure" || !first.failure.mayRepeat) return first;
  // Only the object that is gone was told that the client has left.
  if (signal?.aborted === true) return first;
  report({ event: "shard_reset", requestId: request.requestId, shard, message: first.failure.message });
  return await attempt(env, shard, request);
}

/** Gets a new stub for every attempt. The stub of an object that was reset stays broken. */
async function attempt(env: Env, shard: number, request: AnswerRequest): Promise<AnswerReply | ShardFailure> {
  try {
    return await shardStub(env, shard).answer(request);
  } catch (error) {
    return { kind: "shard_failure", failure: objectFailure(error) };
  }
}

/** An object of an earlier version does not know the method, and one that is gone has nothing to end. */
function ignore(): void {}
