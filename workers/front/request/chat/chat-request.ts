import type { CacheError } from "../../../../shared/domain/cache-error.ts";
import type { Json, JsonObject } from "../../../../shared/domain/json.ts";
import { err, ok, type Result } from "../../../../shared/domain/result.ts";
import { messagesCheck } from "./chat-message-check.ts";
import {
  aBoolean,
  aString,
  anObject,
  arrayOf,
  type Check,
  integerIn,
  invalidType,
  isPlainObject,
  issueError,
  memberOf,
  missing,
  numberIn,
  objectOf,
  oneOf,
  stringOf,
  under,
} from "../../../../shared/wire/json/field-check.ts";

/** Longest model name, in characters. */
export const MAX_MODEL_CHARACTERS = 256;
/** Longest `user` or `safety_identifier`, in characters. */
export const MAX_USER_CHARACTERS = 1_024;
/** Longest name of a function or tool, in characters. */
const MAX_TOOL_NAME_CHARACTERS = 1_024;
/** Tools that one request may offer. OpenAI accepts 128; other providers accept more. */
const MAX_TOOLS = 4_096;
/** Stop sequences that one request may have. OpenAI accepts 4; other providers accept more. */
const MAX_STOP_SEQUENCES = 256;
/** Entries of `modalities`. */
const MAX_WORDS = 64;

/** A validated Chat Completions request. `body` is the parsed JSON as sent, unknown members included. */
export interface ChatRequest {
  readonly body: JsonObject;
  /** The model as the request names it; null when it names none, which selects the default model. */
  readonly model: string | null;
  readonly stream: boolean;
  /** `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  /** `safety_identifier`, else `user`; null when both are absent or empty. */
  readonly user: string | null;
}

const aToolName = stringOf(1, MAX_TOOL_NAME_CHARACTERS);
const aFunction = objectOf({ required: { name: aToolName }, optional: { description: aString, parameters: anObject, strict: aBoolean } });

/** Checks for the tools that OpenAI defines. Other types, such as a provider's own web search, are not checked. */
const TOOL_CHECKS: ReadonlyMap<string, Check> = new Map([
  ["function", objectOf({ required: { function: aFunction } })],
  [
    "custom",
    objectOf({ required: { custom: objectOf({ required: { name: aToolName }, optional: { description: aString, format: anObject } }) } }),
  ],
]);

const aTypedObject = objectOf({ required: { type: stringOf(1, MAX_TOOL_NAME_CHARACTERS) } });

function typedBy(checks: ReadonlyMap<string, Check>): Check {
  return (value) => {
    const issue = aTypedObject(value);
    if (issue !== null || !isPlainObject(value)) return issue;
    const type = memberOf(value, "type");
    return typeof type === "string" ? (checks.get(type)?.(value) ?? null) : null;
  };
}

const aBias = numberIn(-100, 100);

const logitBias: Check = (value) => {
  if (!isPlainObject(value)) return invalidType("an object", value);
  for (const [token, bias] of Object.entries(value)) {
    const issue = aBias(bias);
    if (issue !== null) return under(token.slice(0, MAX_WORDS), issue);
  }
  return null;
};

/** OpenAI's ranges (API reference, "Create chat completion"). Members that are not listed are forwarded unchecked. */
const PARAMETERS = {
  model: stringOf(1, MAX_MODEL_CHARACTERS),
  stream: aBoolean,
  stream_options: objectOf({ optional: { include_usage: aBoolean, include_obfuscation: aBoolean } }),
  temperature: numberIn(0, 2),
  top_p: numberIn(0, 1),
  n: integerIn(1, 128),
  presence_penalty: numberIn(-2, 2),
  frequency_penalty: numberIn(-2, 2),
  logprobs: aBoolean,
  top_logprobs: integerIn(0, 20),
  max_tokens: integerIn(1, null),
  max_completion_tokens: integerIn(1, null),
  seed: integerIn(null, null),
  stop: oneOf("a string or an array of strings", { string: aString, array: arrayOf(aString, 0, MAX_STOP_SEQUENCES) }),
  logit_bias: logitBias,
  tools: arrayOf(typedBy(TOOL_CHECKS), 0, MAX_TOOLS),
  tool_choice: oneOf("a string or an object", { string: aString, object: aTypedObject }),
  parallel_tool_calls: aBoolean,
  functions: arrayOf(aFunction, 0, MAX_TOOLS),
  function_call: oneOf("a string or an object", { string: aString, object: objectOf({ required: { name: aToolName } }) }),
  response_format: typedBy(new Map([["json_schema", objectOf({ required: { json_schema: anObject } })]])),
  user: stringOf(0, MAX_USER_CHARACTERS),
  safety_identifier: stringOf(0, MAX_USER_CHARACTERS),
  metadata: anObject,
  store: aBoolean,
  service_tier: aString,
  reasoning_effort: aString,
  verbosity: aString,
  modalities: arrayOf(aString, 0, MAX_WORDS),
  audio: anObject,
  prediction: anObject,
  web_search_options: anObject,
  prompt_cache_key: aString,
  prompt_cache_retention: aString,
} satisfies Record<string, Check>;

const aRequest = objectOf({ required: { messages: messagesCheck }, optional: PARAMETERS });

/**
 * Validates the parsed body of `POST /v1/chat/completions`. Fails with `invalid_request` whose `field` is the
 * path of the first invalid member ("messages[2].content[0].image_url"). Never throws on parsed JSON.
 */
export function parseChatRequest(value: unknown): Result<ChatRequest, CacheError> {
  const body = asJson(value);
  const issue = aRequest(body);
  if (issue !== null) return err(issueError(issue));
  if (!isPlainObject(body)) return err(issueError(missing("messages")));
  const options = memberOf(body, "stream_options");
  return ok({
    body,
    model: textOf(body, "model"),
    stream: memberOf(body, "stream") === true,
    includeUsage: isPlainObject(options) && memberOf(options, "include_usage") === true,
    user: textOf(body, "safety_identifier") ?? textOf(body, "user"),
  });
}

function textOf(body: JsonObject, name: string): string | null {
  const value = memberOf(body, name);
  return typeof value === "string" && value !== "" ? value : null;
}

/** `JSON.parse` returns `Json`, but its type does not say so. */
function asJson(value: unknown): Json {
  return value === undefined ? null : (value as Json);
}
