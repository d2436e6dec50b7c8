import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { JsonObject } from "../../../shared/domain/json.ts";
import { isJsonObject } from "../../../shared/domain/json.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import { parseJsonBody } from "../../../shared/wire/json/json-body.ts";
import type { RequestContext } from "../request-context.ts";
import { readBody } from "../request/body-reader.ts";

/** Reads the body of an admin request, which must be a JSON object. */
export async function readObject(request: Request, context: RequestContext): Promise<Result<JsonObject, CacheError>> {
  const text = await readBody(request, context.isolate.config.bodies.maxBodyBytes);
  if (!text.ok) return text;
  const json = parseJsonBody(text.value);
  if (!json.ok) return json;
  return isJsonObject(json.value) ? ok(json.value) : err(badField(null, "The request body must be a JSON object."));
}

export function badField(field: string | null, message: string): CacheError {
  return { kind: "invalid_request", field, message };
}

/**
 * Reads a shard number from the path. Fails with 400 when it is not a number and with 404 when there is no such shard.
 */
export function shardNumber(text: string, context: RequestContext): Result<number, CacheError> {
  if (!/^\d{1,6}$/.test(text)) return err(badField("shard", "The shard must be a whole number."));
  const shard = Number(text);
  const { shardCount } = context.isolate.config.topology;
  return shard < shardCount
    ? ok(shard)
    : err({ kind: "not_found", message: `There is no shard ${shard}; shards are numbered 0 to ${shardCount - 1}.` });
}

/** The error for a request to one shard that could not be reached. */
export function shardUnreachable(shard: number): CacheError {
  return { kind: "shards_unreachable", message: `Shard ${shard} could not be reached.` };
}

/** The error for the first query parameter that the route does not know; null when it knows all of them. */
export function unknownParameter(url: URL, known: readonly string[]): CacheError | null {
  const unknown = [...url.searchParams.keys()].find((name) => !known.includes(name));
  return unknown === undefined ? null : badField(unknown, `Unknown query parameter '${unknown}'.`);
}
