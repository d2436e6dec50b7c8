import * as v from "valibot";
import type { Config } from "../../../shared/config/config.ts";
import type { PurgeRequest } from "../../../shared/contracts/cache-shard/purge-contract.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { JsonObject } from "../../../shared/domain/json.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import { MS_PER_SECOND } from "../../../shared/domain/units.ts";
import { DEFAULT_TENANT } from "../access/caller.ts";
import { booleanMember, checkBody, digestMember, textMember, wordMember } from "../request/body-schema.ts";
import { parseChatRequest } from "../request/chat/chat-request.ts";
import { planRequest } from "../request/request-plan.ts";
import { badField } from "./admin-request.ts";

const MAX_AGE_SECONDS = 100 * 365 * 24 * 3600;
const AGE_MESSAGE = `olderThanSeconds must be a number from 0 to ${MAX_AGE_SECONDS}.`;

/** Each names what to purge; a body has exactly one. */
const SELECTORS = {
  all: v.literal(true, "all must be true."),
  key: digestMember("key"),
  tag: textMember("tag"),
  model: textMember("model"),
  tenant: textMember("tenant"),
  scope: digestMember("scope"),
  olderThanSeconds: v.pipe(v.number(AGE_MESSAGE), v.minValue(0, AGE_MESSAGE), v.maxValue(MAX_AGE_SECONDS, AGE_MESSAGE)),
  /** Checked as a chat request is. */
  request: v.unknown(),
};
const SELECTOR_NAMES = Object.keys(SELECTORS) as readonly (keyof typeof SELECTORS)[];

const PURGE_BODY = v.strictObject({
  ...v.partial(v.object(SELECTORS)).entries,
  dryRun: v.optional(booleanMember("dryRun"), false),
  mode: v.optional(wordMember("mode", ["soft", "hard"]), "soft"),
  requestTenant: v.nullish(textMember("requestTenant")),
  requestUser: v.nullish(textMember("requestUser")),
  requestKey: v.nullish(textMember("requestKey")),
});
type PurgeBody = v.InferOutput<typeof PURGE_BODY>;

/** Reads the body of POST /admin/purge: exactly one selector and optional companions. Anything else is an error. */
export function readPurge(json: JsonObject, config: Config, nowMs: number): Result<PurgeRequest, CacheError> {
  const checked = checkBody(PURGE_BODY, json);
  if (!checked.ok) return checked;
  const given = SELECTOR_NAMES.filter((name) => Object.hasOwn(json, name));
  const [selector, second] = given;
  if (selector === undefined) return err(badField(null, `The body must name exactly one of ${SELECTOR_NAMES.join(", ")}.`));
  if (second !== undefined) return err(badField(second, `The body names ${given.join(" and ")}; a purge takes exactly one selector.`));
  const body = checked.value;
  const how = { hard: body.mode === "hard", dryRun: body.dryRun };
  switch (selector) {
    case "all":
      return ok({ kind: "all", value: "", ...how });
    case "olderThanSeconds":
      return ok({ kind: "created_before", value: String(nowMs - (body.olderThanSeconds ?? 0) * MS_PER_SECOND), ...how });
    case "request":
      return purgeOfRequest(body, json, how, config);
    case "key":
    case "tag":
    case "model":
    case "tenant":
    case "scope":
      return ok({ kind: selector, value: body[selector] ?? "", ...how });
  }
}

/** A purge of the entry that a given request would use. The key comes from the planner that serves requests. */
function purgeOfRequest(
  { requestTenant, requestUser, requestKey }: PurgeBody,
  json: JsonObject,
  how: { readonly hard: boolean; readonly dryRun: boolean },
  config: Config,
): Result<PurgeRequest, CacheError> {
  const chat = parseChatRequest(json.request ?? null);
  if (!chat.ok)
    return err(
      chat.error.kind === "invalid_request"
        ? { ...chat.error, field: chat.error.field === null ? "request" : `request.${chat.error.field}` }
        : chat.error,
    );
  const plan = planRequest(
    {
      chat: chat.value,
      provider: null,
      tenant: requestTenant ?? DEFAULT_TENANT,
      partitionUser: requestUser ?? null,
      customKey: requestKey ?? null,
    },
    config,
  );
  if (!plan.ok) return plan;
  return ok({ kind: "key", value: plan.value.key, ...how });
}
