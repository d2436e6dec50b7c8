import { SHARDS_RETRY_AFTER_SECONDS } from "../../../shared/wire/errors/public-error.ts";
import type { RequestContext } from "../request-context.ts";
import { jsonAnswer } from "../answer/json-answer.ts";

/**
 * Some shards could not be reached, and the body covers the others. A client may try again (RFC 9110 section 15.6.4).
 */
const STATUS_SHARDS_FAILED = 503;

/**
 * An answer put together from several shards.
 * When shards failed, the status is 503 and the body lists them in `failedShards`.
 */
export function jointAnswer(body: object, failed: readonly number[], context: Pick<RequestContext, "requestId">): Response {
  if (failed.length === 0) return jsonAnswer(body, context);
  const answer = jsonAnswer({ ...body, failedShards: failed }, context, STATUS_SHARDS_FAILED);
  answer.headers.set("retry-after", String(SHARDS_RETRY_AFTER_SECONDS));
  return answer;
}
