import type { EntryDetail } from "../../../shared/contracts/cache-shard/entry-contract.ts";
import type { RequestContext } from "../request-context.ts";
import { errorAnswer } from "../answer/error-answer.ts";
import { jsonAnswer } from "../answer/json-answer.ts";
import { askShards } from "../shards/shard-client.ts";
import { jointAnswer } from "../shards/joint-answer.ts";
import { badField } from "./admin-request.ts";
import { purgeEverywhere } from "./purge.ts";
import { isDigest } from "../../../shared/domain/digest-text.ts";

/** GET /admin/entries/:key. Asks all shards: finding the home shard would also take the scope. */
export async function inspectEntry(_request: Request, context: RequestContext, key: string): Promise<Response> {
  if (!isDigest(key)) return errorAnswer(badKey(), "problem", context);
  const { answers, failed } = await askShards(context.env, context.isolate.config.topology.shardCount, (shard) => shard.entry(key));
  const found = answers.find((entry) => entry !== null);
  if (found !== undefined && found !== null) return jsonAnswer(withTimes(found), context);
  // A shard that did not answer may hold the entry, so this is not a 404.
  return failed.length > 0 ? jointAnswer({}, failed, context) : notFound(context);
}

/** DELETE /admin/entries/:key */
export async function deleteEntry(_request: Request, context: RequestContext, key: string): Promise<Response> {
  if (!isDigest(key)) return errorAnswer(badKey(), "problem", context);
  const { purged, failed } = await purgeEverywhere({ kind: "key", value: key, hard: false, dryRun: false }, context);
  if (failed.length > 0) return jointAnswer({ purged }, failed, context);
  return purged === 0 ? notFound(context) : jsonAnswer({ key, purged }, context);
}

function withTimes(entry: EntryDetail): object {
  const { createdMs, expiresMs, lastUsedMs, ...rest } = entry;
  const iso = (ms: number): string => new Date(ms).toISOString();
  return { ...rest, createdAt: iso(createdMs), expiresAt: iso(expiresMs), lastUsedAt: iso(lastUsedMs) };
}

function notFound(context: RequestContext): Response {
  return errorAnswer({ kind: "not_found", message: "No shard has an entry with this key." }, "problem", context);
}

function badKey(): ReturnType<typeof badField> {
  return badField("key", "The key must be 64 hex digits, as in refrain-entry.");
}
