import { SHARDS_RETRY_AFTER_SECONDS } from "../../../shared/wire/errors/public-error.ts";
import type { RequestContext } from "../request-context.ts";
import { jsonAnswer } from "../answer/json-answer.ts";

/** Some shards could not be reached: what the body tells holds for the others (RFC 9110 section 15.6.4: worth another try). */
const STATUS_SHARDS_FAILED = 503;

/** An answer that shards gave together; with shards missing it names them, and its status says so. */
export function jointAnswer(body: object, failed: readonly number[], context: Pick<RequestContext, "requestId">): Response {
  if (failed.length === 0) return jsonAnswer(body, context);
  const answer = jsonAnswer({ ...body, failedShards: failed }, context, STATUS_SHARDS_FAILED);
  answer.headers.set("retry-after", String(SHARDS_RETRY_AFTER_SECONDS));
  return answer;
}
