import type { Json } from "../../../../shared/domain/json.ts";
import {
  aString,
  anObject,
  arrayOf,
  type Check,
  invalidType,
  invalidValue,
  isPlainObject,
  memberOf,
  missing,
  objectOf,
  oneOf,
  quoted,
  stringOf,
  under,
} from "../../../../shared/wire/json/field-check.ts";

/** Messages one request may carry. */
export const MAX_MESSAGES = 10_000;
/** Content parts one message may carry. */
export const MAX_CONTENT_PARTS = 10_000;
/** Tool calls one assistant message may carry. */
const MAX_TOOL_CALLS = 1_000;
/** Characters of a tool-call id, a participant's name and the like. */
const MAX_NAME_CHARACTERS = 1_024;

const aName = stringOf(1, MAX_NAME_CHARACTERS);

/**
 * Required members of each content part that OpenAI defines.
 * Other part types, such as a provider's own, are not checked.
 */
const PART_CHECKS: ReadonlyMap<string, Check> = new Map([
  ["text", objectOf({ required: { text: aString } })],
  ["refusal", objectOf({ required: { refusal: aString } })],
  ["image_url", objectOf({ required: { image_url: objectOf({ required: { url: aString }, optional: { detail: aString } }) } })],
  ["input_audio", objectOf({ required: { input_audio: objectOf({ required: { data: aString, format: aString } }) } })],
  ["file", objectOf({ required: { file: objectOf({ optional: { file_data: aString, file_id: aString, filename: aString } }) } })],
]);

const aPart: Check = (value) => {
  if (!isPlainObject(value)) return invalidType("an object", value);
  if (!Object.hasOwn(value, "type")) return missing("type");
  const type = memberOf(value, "type");
  if (typeof type !== "string") return under("type", invalidType("a string", type));
  if (type === "") return invalidValue("expected a string that is not empty", "type");
  return PART_CHECKS.get(type)?.(value) ?? null;
};

const content = oneOf("a string or an array of content parts", { string: aString, array: arrayOf(aPart, 1, MAX_CONTENT_PARTS) });
const aFunctionCall = objectOf({ required: { name: aName, arguments: aString } });

const TOOL_CALL_CHECKS: ReadonlyMap<string, Check> = new Map([
  ["function", objectOf({ required: { function: aFunctionCall } })],
  ["custom", objectOf({ required: { custom: objectOf({ required: { name: aName, input: aString } }) } })],
]);

const aToolCallFrame = objectOf({ required: { id: stringOf(0, MAX_NAME_CHARACTERS), type: aName } });

const aToolCall: Check = (value) => {
  const issue = aToolCallFrame(value);
  if (issue !== null || !isPlainObject(value)) return issue;
  const type = memberOf(value, "type");
  return typeof type === "string" ? (TOOL_CALL_CHECKS.get(type)?.(value) ?? null) : null;
};

const assistantMembers = objectOf({
  optional: {
    content,
    name: aName,
    refusal: aString,
    audio: anObject,
    tool_calls: arrayOf(aToolCall, 0, MAX_TOOL_CALLS),
    function_call: aFunctionCall,
  },
});

/** An assistant message needs content unless it has a tool call, a function call, a refusal or audio. */
const anAssistantMessage: Check = (value) => {
  const issue = assistantMembers(value);
  if (issue !== null || !isPlainObject(value)) return issue;
  const spoke = ["content", "tool_calls", "function_call", "refusal", "audio"].some((name) => memberOf(value, name) !== null);
  if (spoke) return null;
  return Object.hasOwn(value, "content")
    ? under("content", invalidType("a string or an array of content parts", null))
    : missing("content");
};

const anInstruction = objectOf({ required: { content }, optional: { name: aName } });

const ROLE_CHECKS: ReadonlyMap<string, Check> = new Map([
  ["developer", anInstruction],
  ["system", anInstruction],
  ["user", anInstruction],
  ["assistant", anAssistantMessage],
  ["tool", objectOf({ required: { content, tool_call_id: stringOf(0, MAX_NAME_CHARACTERS) } })],
  ["function", objectOf({ required: { name: aName }, optional: { content } })],
]);

const SUPPORTED_ROLES = [...ROLE_CHECKS.keys()].map((role) => `'${role}'`).join(", ");

const aMessage: Check = (value: Json) => {
  if (!isPlainObject(value)) return invalidType("an object", value);
  if (!Object.hasOwn(value, "role")) return missing("role");
  const role = memberOf(value, "role");
  if (typeof role !== "string") return under("role", invalidType("a string", role));
  const check = ROLE_CHECKS.get(role);
  return check === undefined ? invalidValue(`${quoted(role)} is not one of ${SUPPORTED_ROLES}`, "role") : check(value);
};

/** The `messages` of a Chat Completions request. */
export const messagesCheck: Check = arrayOf(aMessage, 1, MAX_MESSAGES);
