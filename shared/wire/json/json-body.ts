import type { CacheError } from "../../domain/cache-error.ts";
import type { Json } from "../../domain/json.ts";
import { isJsonObject } from "../../domain/json.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { examineStructure, MAX_JSON_DEPTH, scanStructure, type StructureFault } from "./json-structure.ts";

/**
 * Most values and member names in a request body. A conversation of 128,000 tokens with many tools has about 30,000.
 * A body at this limit takes about 0.1 s to parse, check and digest (`node test/bench/body-cost.ts`).
 */
export const MAX_BODY_NODES = 100_000;
/**
 * Most values and member names in a provider's answer or in one event of its stream. A completion of 4,096 tokens with
 * five alternatives for each token has about 290,000.
 */
export const MAX_ANSWER_NODES = 400_000;

const INTEGER_LITERAL = /^-?\d+$/;

/** A number kept as text (ECMAScript 2026, `JSON.rawJSON`). `JSON.stringify` writes it unchanged. */
// A type alias, not an interface: only an alias is assignable to JsonObject.
export type RawJson = { readonly rawJSON: string };

declare global {
  interface JSON {
    rawJSON(text: string): RawJson;
    isRawJSON(value: unknown): value is RawJson;
  }
}

/** Why a text is not accepted as JSON. */
export type JsonFault =
  | { readonly kind: "syntax"; readonly position: number | null }
  | StructureFault
  | { readonly kind: "number_out_of_range" };

/**
 * `JSON.parse` with limits: on nesting, on the number of values and member names, and on numbers, which must not
 * overflow a double. Integers that a double cannot hold become `JSON.rawJSON` objects, which `JSON.isRawJSON`
 * recognises.
 */
export function parseJson(text: string, maxNodes: number): Result<Json, JsonFault> {
  try {
    return text.length <= maxNodes ? parseShort(text) : parseLong(text, maxNodes);
  } catch (cause) {
    return err({ kind: "syntax", position: positionIn(cause) });
  }
}

function jsonOf(text: string): Json {
  return JSON.parse(text) as Json;
}

/** Parses a text that has no more characters than it may have nodes. It is examined afterwards, which is cheaper. */
function parseShort(text: string): Result<Json, JsonFault> {
  const value = jsonOf(text);
  switch (examineStructure(value)) {
    case "plain":
      return ok(value);
    case "too_deep":
      return err({ kind: "too_deep", limit: MAX_JSON_DEPTH });
    case "long_numbers":
      return parseLong(text, text.length);
  }
}

function parseLong(text: string, maxNodes: number): Result<Json, JsonFault> {
  const numbers = scanStructure(text, maxNodes);
  if (!numbers.ok) return numbers;
  const value = jsonOf(text);
  return numbers.value.length === 0 ? ok(value) : withExactIntegers(value, text, numbers.value);
}

/** {@link parseJson} for a request body. Fails with `invalid_request` and no field. */
export function parseJsonBody(text: string): Result<Json, CacheError> {
  const parsed = parseJson(text, MAX_BODY_NODES);
  if (parsed.ok) return parsed;
  const code = parsed.error.kind === "too_many_nodes" ? "too_many_values" : "invalid_json";
  return err({ kind: "invalid_request", field: null, message: describe(parsed.error), code });
}

/** The value of a JSON number, which may be a `JSON.rawJSON` object; null for any other value. */
export function numberOf(value: Json): number | null {
  if (typeof value === "number") return value;
  return JSON.isRawJSON(value) ? Number(value.rawJSON) : null;
}

function describe(fault: JsonFault): string {
  switch (fault.kind) {
    case "syntax":
      return fault.position === null
        ? "The request body is not valid JSON."
        : `The request body is not valid JSON (at character ${fault.position}).`;
    case "too_deep":
      return `The request body nests deeper than ${fault.limit} levels.`;
    case "too_many_nodes":
      return `The request body has more than ${fault.limit} JSON values and member names.`;
    case "number_out_of_range":
      return "The request body has a number that is out of range.";
  }
}

/**
 * Replaces the integers that a double cannot hold. `value` is the parsed text, and `numbers` are the places of the
 * numbers to examine. A reviver would do the same, but it calls a function for every node of the text, which takes up
 * to ten times as long. Here the text is parsed again with a marked string in the place of each such integer.
 */
function withExactIntegers(value: Json, text: string, numbers: readonly number[]): Result<Json, JsonFault> {
  // Random, so that no string of the text can begin with it.
  const mark = crypto.randomUUID();
  const pieces: string[] = [];
  let copied = 0;
  for (let index = 0; index < numbers.length; index += 2) {
    const [from = 0, to = 0] = [numbers[index], numbers[index + 1]];
    const source = text.slice(from, to);
    const number = Number(source);
    if (!Number.isFinite(number)) return err({ kind: "number_out_of_range" });
    if (!INTEGER_LITERAL.test(source) || String(number) === source) continue;
    pieces.push(text.slice(copied, from), '"', mark, source, '"');
    copied = to;
  }
  if (copied === 0) return ok(value);
  pieces.push(text.slice(copied));
  return ok(unmarked(jsonOf(pieces.join("")), mark));
}

/** Turns marked strings into `JSON.rawJSON` objects, in place. The depth of parsed JSON bounds the recursion. */
function unmarked(value: Json, mark: string): Json {
  if (typeof value === "string") return value.startsWith(mark) ? JSON.rawJSON(value.slice(mark.length)) : value;
  if (value === null || typeof value !== "object") return value;
  if (!isJsonObject(value)) {
    const items = value as Json[]; // fresh from the parser, so that nobody else has it
    for (const [index, item] of items.entries()) items[index] = unmarked(item, mark);
    return value;
  }
  for (const [name, member] of Object.entries(value)) {
    const found = unmarked(member, mark);
    // Not an assignment: it would set the prototype for the name `__proto__`.
    if (found !== member) Object.defineProperty(value, name, { value: found, configurable: true, enumerable: true, writable: true });
  }
  return value;
}

/** V8 gives the position only in the error message. Null when it is not there. */
function positionIn(cause: unknown): number | null {
  const found = cause instanceof SyntaxError ? / at position (\d+)/.exec(cause.message) : null;
  return found?.[1] === undefined ? null : Number(found[1]);
}
