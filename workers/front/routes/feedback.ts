import * as v from "valibot";
import type { FeedbackReply } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import { parseJsonBody } from "../../../shared/wire/json/json-body.ts";
import { limitError } from "../answer/answer-request.ts";
import type { RequestContext } from "../request-context.ts";
import { errorAnswer } from "../answer/error-answer.ts";
import { jsonAnswer } from "../answer/json-answer.ts";
import { callerIdOf } from "../memory/caller-ids.ts";
import { checkBody, digestMember, wordMember } from "../request/body-schema.ts";
import { openRequest, userOf } from "../request/open-request.ts";
import { askShards } from "../shards/shard-client.ts";
import { isDigest } from "../../../shared/domain/digest-text.ts";

const ENTRY_MESSAGE = "entry must be the refrain-entry of the answer: 64 hex digits.";
const FEEDBACK_BODY = v.strictObject({
  entry: v.nullish(digestMember("entry", ENTRY_MESSAGE)),
  verdict: wordMember("verdict", ["good", "bad"]),
});

interface Feedback {
  readonly entry: string;
  readonly good: boolean;
}

/** POST /v1/feedback: the caller that was served a semantic hit says whether it was right. */
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
  // The question's home shard has logged the hit, but the entry key does not identify it. So all shards are asked.
  const { answers, failed } = await askShards(env, isolate.config.topology.shardCount, (shard) => shard.feedback(verdict));
  isolate.answers.clear();
  if (answers.some(({ kind }) => kind === "accepted")) return jsonAnswer({ entry, accepted: true }, context);
  return errorAnswer(refusal(answers, failed.length > 0), "openai", context);
}

/**
 * Why no shard accepted the verdict.
 * A definite answer of one shard takes precedence over a shard that could not be reached.
 */
function refusal(answers: readonly FeedbackReply[], someFailed: boolean): CacheError {
  if (answers.some(({ kind }) => kind === "already_judged")) return { kind: "already_judged" };
  const tooMany = answers.find((reply) => reply.kind === "too_many");
  if (tooMany !== undefined) {
    const message = "You have reached the daily limit of verdicts.";
    return { kind: "rate_limited", retryAfterSeconds: tooMany.retryAfterSeconds, limitedBy: "user", message };
  }
  return someFailed
    ? { kind: "shards_unreachable", message: "The shard that may have served you this entry could not be reached. Send the verdict again." }
    : { kind: "not_found", message: "You were not served this entry as a semantic hit in the last 24 hours." };
}

function readFeedback(text: string, header: string | null): Result<Feedback, CacheError> {
  const json = parseJsonBody(text);
  if (!json.ok) return json;
  const checked = checkBody(FEEDBACK_BODY, json.value);
  if (!checked.ok) return checked;
  const entry = checked.value.entry ?? header;
  if (entry === null || !isDigest(entry)) return err({ kind: "invalid_request", field: "entry", message: ENTRY_MESSAGE });
  return ok({ entry, good: checked.value.verdict === "good" });
}
