import type { CacheError } from "../../../../shared/domain/cache-error.ts";
import type { Json, JsonObject } from "../../../../shared/domain/json.ts";
import { err, ok, type Result } from "../../../../shared/domain/result.ts";
import { MAX_MODEL_CHARACTERS } from "../../request/chat/chat-request.ts";
import {
  aBoolean,
  integerIn,
  isPlainObject,
  issueError,
  memberOf,
  missing,
  numberIn,
  objectOf,
  stringOf,
} from "../../../../shared/wire/json/field-check.ts";
import { numberOf } from "../../../../shared/wire/json/json-body.ts";

/** Longest provider name, in characters. */
const MAX_PROVIDER_CHARACTERS = 64;

/** A validated `POST /chat` body. Null = absent, which selects the default. */
export interface PromptRequest {
  readonly prompt: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly maxTokens: number | null;
  readonly temperature: number | null;
  readonly stream: boolean;
}

const aPromptRequest = objectOf({
  closed: true,
  // MAX_BODY_BYTES bounds the length of a prompt.
  required: { prompt: stringOf(1, Number.MAX_SAFE_INTEGER) },
  optional: {
    provider: stringOf(1, MAX_PROVIDER_CHARACTERS),
    model: stringOf(1, MAX_MODEL_CHARACTERS),
    maxTokens: integerIn(1, Number.MAX_SAFE_INTEGER),
    temperature: numberIn(0, 2),
    stream: aBoolean,
  },
});

/**
 * Validates the parsed body of `POST /chat`. Fails with `invalid_request`. Unlike on `/v1/*`, an unknown member is an
 * error, so that misspelt members are reported.
 */
export function parsePromptRequest(value: unknown): Result<PromptRequest, CacheError> {
  // `JSON.parse` returns `Json`, but its type does not say so.
  const body = value === undefined ? null : (value as Json);
  const issue = aPromptRequest(body);
  if (issue !== null) return err(issueError(issue));
  const prompt = isPlainObject(body) ? memberOf(body, "prompt") : null;
  if (!isPlainObject(body) || typeof prompt !== "string") return err(issueError(missing("prompt")));
  return ok({
    prompt,
    provider: textOf(body, "provider"),
    model: textOf(body, "model"),
    maxTokens: numberOf(memberOf(body, "maxTokens")),
    temperature: numberOf(memberOf(body, "temperature")),
    stream: memberOf(body, "stream") === true,
  });
}

/** Converts a prompt into the equivalent Chat Completions body, so that both routes share entries. */
export function promptToChatBody(request: PromptRequest): JsonObject {
  return {
    ...(request.model === null ? {} : { model: request.model }),
    messages: [{ role: "user", content: request.prompt }],
    ...(request.maxTokens === null ? {} : { max_tokens: request.maxTokens }),
    ...(request.temperature === null ? {} : { temperature: request.temperature }),
    ...(request.stream ? { stream: true } : {}),
  };
}

function textOf(body: JsonObject, name: string): string | null {
  const value = memberOf(body, name);
  return typeof value === "string" ? value : null;
}
