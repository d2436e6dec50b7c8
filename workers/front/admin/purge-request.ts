import type { Config } from "../../../shared/config/config.ts";
import type { PurgeRequest } from "../../../shared/contracts/cache-shard/purge-contract.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { Json, JsonObject } from "../../../shared/domain/json.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import { parseChatRequest } from "../request/chat/chat-request.ts";
import { DEFAULT_TENANT } from "../access/caller.ts";
import { planRequest } from "../request/plan.ts";
import { badField } from "./admin-request.ts";
import { MS_PER_SECOND } from "../../../shared/domain/units.ts";
import { isDigest } from "../../../shared/domain/digest-text.ts";

const SELECTORS = ["all", "key", "tag", "model", "tenant", "scope", "olderThanSeconds", "request"] as const;
type Selector = (typeof SELECTORS)[number];
/** Members that go with a selector. */
const COMPANIONS = ["dryRun", "mode", "requestTenant", "requestUser", "requestKey"] as const;
const MAX_AGE_SECONDS = 100 * 365 * 24 * 3600;

/** Reads the body of POST /admin/purge: exactly one selector, `dryRun`, `mode`; anything else is an error. */
export function readPurge(body: JsonObject, config: Config, nowMs: number): Result<PurgeRequest, CacheError> {
  const known: readonly string[] = [...SELECTORS, ...COMPANIONS];
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown !== undefined) return err(badField(unknown, `Unknown member '${unknown}'.`));
  const given = SELECTORS.filter((name) => Object.hasOwn(body, name));
  const [selector, second] = given;
  if (selector === undefined) return err(badField(null, `The body must name exactly one of ${SELECTORS.join(", ")}.`));
  if (second !== undefined) return err(badField(second, `The body names ${given.join(" and ")}; a purge takes exactly one selector.`));
  if (body.dryRun !== undefined && typeof body.dryRun !== "boolean") return err(badField("dryRun", "dryRun must be true or false."));
  const mode = body.mode ?? "soft";
  if (mode !== "soft" && mode !== "hard") return err(badField("mode", "mode must be soft or hard."));
  const how = { hard: mode === "hard", dryRun: body.dryRun === true };
  if (selector === "request") return purgeOfRequest(body, how, config);
  const value = selectorValue(selector, body[selector] ?? null, nowMs);
  if (!value.ok) return value;
  return ok({ ...value.value, ...how });
}

function selectorValue(
  selector: Exclude<Selector, "request">,
  value: Json,
  nowMs: number,
): Result<Pick<PurgeRequest, "kind" | "value">, CacheError> {
  switch (selector) {
    case "all":
      return value === true ? ok({ kind: "all", value: "" }) : err(badField("all", "all must be true."));
    case "olderThanSeconds":
      if (typeof value !== "number" || !(value >= 0) || value > MAX_AGE_SECONDS)
        return err(badField(selector, `olderThanSeconds must be a number from 0 to ${MAX_AGE_SECONDS}.`));
      return ok({ kind: "created_before", value: String(nowMs - value * MS_PER_SECOND) });
    case "key":
    case "scope":
      return typeof value === "string" && isDigest(value)
        ? ok({ kind: selector, value })
        : err(badField(selector, `${selector} must be 64 hex digits, as in refrain-entry.`));
    case "tag":
    case "model":
    case "tenant":
      return typeof value === "string" && value !== ""
        ? ok({ kind: selector, value })
        : err(badField(selector, `${selector} must be a non-empty string.`));
  }
}

/** The entry of one request body: planned just as the request itself would be. */
function purgeOfRequest(
  body: JsonObject,
  how: { readonly hard: boolean; readonly dryRun: boolean },
  config: Config,
): Result<PurgeRequest, CacheError> {
  const texts: (string | null)[] = [];
  for (const name of ["requestTenant", "requestUser", "requestKey"] as const) {
    const value = body[name] ?? null;
    if (value !== null && (typeof value !== "string" || value === "")) return err(badField(name, `${name} must be a non-empty string.`));
    texts.push(value);
  }
  const [tenant, partitionUser = null, customKey = null] = texts;
  const chat = parseChatRequest(body.request ?? null);
  if (!chat.ok)
    return err(
      chat.error.kind === "invalid_request"
        ? { ...chat.error, field: chat.error.field === null ? "request" : `request.${chat.error.field}` }
        : chat.error,
    );
  const plan = planRequest({ chat: chat.value, provider: null, tenant: tenant ?? DEFAULT_TENANT, partitionUser, customKey }, config);
  if (!plan.ok) return plan;
  return ok({ kind: "key", value: plan.value.key, ...how });
}
