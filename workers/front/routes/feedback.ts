import type { FeedbackReply } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import { isJsonObject } from "../../../shared/domain/json.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import { parseJsonBody } from "../../../shared/wire/json/json-body.ts";
import { limitError } from "../answer/answer-request.ts";
import type { RequestContext } from "../request-context.ts";
import { errorAnswer } from "../answer/error-answer.ts";
import { jsonAnswer } from "../answer/json-answer.ts";
import { callerIdOf } from "../memory/caller-ids.ts";
import { openRequest, userOf } from "../request/open-request.ts";
import { askShards } from "../shards/shard-client.ts";
import { isDigest } from "../../../shared/domain/digest-text.ts";

const MEMBERS = ["entry", "verdict"];

interface Feedback {
  readonly entry: string;
  readonly good: boolean;
}

/** POST /v1/feedback: whether a semantic hit was right, from the caller who was served it. */
export async function feedback(request: Request, context: RequestContext): Promise<Response> {
  const { isolate, env, startedMs } = context;
  const opened = await openRequest(request, context);
  if (!opened.ok) return errorAnswer(opened.error, "openai", context);
  const given = readFeedback(opened.value.text, request.headers.get("refrain-entry"));
  if (!given.ok) return errorAnswer(given.error, "openai", context);
  const { tenant } = opened.value.caller;
  const user = userOf(opened.value, null);
  const admission = await isolate.leases.admit({ tenant, user, nowMs: startedMs });
  if (admission.kind === "denied") return errorAnswer(limitError(admission, isolate), "openai", context, admission.user);
  const { entry, good } = given.value;
  const verdict = { entryKey: entry, callerId: callerIdOf(tenant, user), good };
  // The hit is noted in the home shard of the question, which the entry does not tell: all shards are asked.
  const { answers, failed } = await askShards(env, isolate.config.topology.shardCount, (shard) => shard.feedback(verdict));
  isolate.answers.clear();
  if (answers.some(({ kind }) => kind === "accepted")) return jsonAnswer({ entry, accepted: true }, context);
  return errorAnswer(refusal(answers, failed.length > 0), "openai", context);
}

/** Why no shard took the verdict. What one shard knows for certain comes before what an unreachable one might have known.  */
function refusal(answers: readonly FeedbackReply[], someFailed: boolean): CacheError {
  if (answers.some(({ kind }) => kind === "already_judged")) return { kind: "already_judged" };
  const tooMany = answers.find((reply) => reply.kind === "too_many");
  if (tooMany !== undefined) {
    const message = "You have judged as many answers as are taken in a day.";
    return { kind: "rate_limited", retryAfterSeconds: tooMany.retryAfterSeconds, limitedBy: "user", message };
  }
  return someFailed
    ? { kind: "shards_unreachable", message: "The shard that may have served you this entry could not be reached. Send the verdict again." }
    : { kind: "not_found", message: "You were not served this entry as a semantic hit in the last 24 hours." };
}

function readFeedback(text: string, header: string | null): Result<Feedback, CacheError> {
  const json = parseJsonBody(text);
  if (!json.ok) return json;
  const body = json.value;
  if (!isJsonObject(body)) return invalid(null, "The request body must be a JSON object.");
  const unknown = Object.keys(body).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined) return invalid(unknown, `Unknown member '${unknown}'.`);
  const entry = body.entry ?? header;
  if (typeof entry !== "string" || !isDigest(entry))
    return invalid("entry", "entry must be the refrain-entry of the answer: 64 hex digits.");
  if (body.verdict !== "good" && body.verdict !== "bad") return invalid("verdict", "verdict must be good or bad.");
  return ok({ entry, good: body.verdict === "good" });
}

function invalid(field: string | null, message: string): Result<Feedback, CacheError> {
  return err({ kind: "invalid_request", field, message });
}
