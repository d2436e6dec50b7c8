import * as v from "valibot";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { Json } from "../../../shared/domain/json.ts";
import { isJsonObject } from "../../../shared/domain/json.ts";
import { isDigest } from "../../../shared/domain/digest-text.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";

/** A schema of a JSON object body. Every member's schema carries its own message: "mode must be soft or hard." */
type BodySchema = v.GenericSchema;

/**
 * Checks a parsed body against a schema. Fails with `invalid_request` that names the first wrong member. A member that
 * the schema does not know is an error: a misspelt one must not be ignored.
 */
export function checkBody<Schema extends BodySchema>(schema: Schema, body: Json): Result<v.InferOutput<Schema>, CacheError> {
  if (!isJsonObject(body)) return err({ kind: "invalid_request", field: null, message: "The request body must be a JSON object." });
  const parsed = v.safeParse(schema, body, { abortEarly: true });
  if (parsed.success) return ok(parsed.output);
  const [issue] = parsed.issues;
  const field = v.getDotPath(issue);
  return err({ kind: "invalid_request", field, message: messageOf(issue, field ?? "") });
}

function messageOf(issue: v.BaseIssue<unknown>, field: string): string {
  if (issue.type !== "strict_object") return issue.message;
  return issue.expected === "never" ? `Unknown member '${field}'.` : `Missing member '${field}'.`;
}

/** A string that is not empty. */
export function textMember(name: string) {
  const message = `${name} must be a non-empty string.`;
  return v.pipe(v.string(message), v.nonEmpty(message));
}

/** A SHA-256 in hex. */
export function digestMember(name: string, message = `${name} must be 64 hex digits, as in refrain-entry.`) {
  return v.pipe(v.string(message), v.check(isDigest, message));
}

export function booleanMember(name: string) {
  return v.boolean(`${name} must be true or false.`);
}

/** A whole number in [min, max]. */
export function wholeNumberMember(name: string, min: number, max: number) {
  const message = `${name} must be a whole number from ${min} to ${max}.`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
}

/** One of some words. */
export function wordMember<const Words extends readonly string[]>(name: string, words: Words) {
  return v.picklist(words, `${name} must be ${words.join(" or ")}.`);
}
