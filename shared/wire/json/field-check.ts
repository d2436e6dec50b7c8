import type { CacheError } from "../../domain/cache-error.ts";
import { isJsonObject, type Json, type JsonObject } from "../../domain/json.ts";
import { numberOf } from "./json-body.ts";

/** Characters of a caller's text that an error message quotes at most. */
const MAX_QUOTED_CHARACTERS = 64;

/** A problem with one member of a body. `path` is relative to the checked value; empty = the value itself. */
export interface FieldIssue {
  readonly path: string;
  readonly code: "missing_required_parameter" | "unknown_parameter" | "invalid_type" | "invalid_value";
  /** End of the error message; empty when the code is enough. */
  readonly detail: string;
}

/** Checks a value. Returns null when it is valid. Paths are built only for an issue, so a valid body costs none. */
export type Check = (value: Json) => FieldIssue | null;

/** The checks of an object's members. An optional member that is null counts as absent, as at OpenAI. */
export interface ObjectRules {
  readonly required?: Readonly<Record<string, Check>>;
  readonly optional?: Readonly<Record<string, Check>>;
  /** True: members in neither list are an error. */
  readonly closed?: boolean;
}

export function isPlainObject(value: Json | undefined): value is JsonObject {
  return isJsonObject(value) && !JSON.isRawJSON(value);
}

/** An own member, or null when absent. Safe for names such as `__proto__` and `constructor`. */
export function memberOf(object: JsonObject, name: string): Json {
  return Object.hasOwn(object, name) ? (object[name] ?? null) : null;
}

/** Turns an issue into an error with OpenAI's wording and the full path of the field. */
export function issueError(issue: FieldIssue): CacheError {
  const field = issue.path === "" ? null : issue.path;
  return { kind: "invalid_request", field, message: sentence(issue, field === null ? "the request body" : `'${field}'`), code: issue.code };
}

function sentence(issue: FieldIssue, name: string): string {
  switch (issue.code) {
    case "missing_required_parameter":
      return `Missing required parameter: ${name}.`;
    case "unknown_parameter":
      return `Unknown parameter: ${name}.`;
    case "invalid_type":
      return `Invalid type for ${name}: ${issue.detail}.`;
    case "invalid_value":
      return `Invalid value for ${name}: ${issue.detail}.`;
  }
}

export function invalidValue(detail: string, path = ""): FieldIssue {
  return { path, code: "invalid_value", detail };
}

export function missing(path: string): FieldIssue {
  return { path, code: "missing_required_parameter", detail: "" };
}

export function invalidType(expected: string, value: Json): FieldIssue {
  return { path: "", code: "invalid_type", detail: `expected ${expected}, but got ${typeName(value)} instead` };
}

/** Quotes a caller's text for an error message and shortens it if necessary. */
export function quoted(text: string): string {
  return text.length <= MAX_QUOTED_CHARACTERS ? `'${text}'` : `'${text.slice(0, MAX_QUOTED_CHARACTERS)}…'`;
}

function typeName(value: Json): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (numberOf(value) !== null) return "a number";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Prefixes the path of an issue with the name of its parent. */
export function under(parent: string, issue: FieldIssue | null): FieldIssue | null {
  if (issue === null) return null;
  const joined = issue.path === "" || issue.path.startsWith("[") ? `${parent}${issue.path}` : `${parent}.${issue.path}`;
  return { ...issue, path: joined };
}

export const aString: Check = (value) => (typeof value === "string" ? null : invalidType("a string", value));
export const aBoolean: Check = (value) => (typeof value === "boolean" ? null : invalidType("a boolean", value));
export const anObject: Check = (value) => (isPlainObject(value) ? null : invalidType("an object", value));

export function stringOf(minCharacters: number, maxCharacters: number): Check {
  return (value) => {
    if (typeof value !== "string") return invalidType("a string", value);
    if (value.length < minCharacters)
      return invalidValue(minCharacters === 1 ? "expected a string that is not empty" : `expected at least ${minCharacters} characters`);
    return value.length > maxCharacters ? invalidValue(`expected at most ${maxCharacters} characters, but got ${value.length}`) : null;
  };
}

export function numberIn(min: number, max: number): Check {
  return (value) => {
    const number = numberOf(value);
    return number === null ? invalidType("a number", value) : outside(number, min, max);
  };
}

/** An integer in [min, max]. Null = no bound. */
export function integerIn(min: number | null, max: number | null): Check {
  return (value) => {
    const number = numberOf(value);
    if (number === null || !Number.isInteger(number))
      return number === null
        ? invalidType("an integer", value)
        : { path: "", code: "invalid_type", detail: "expected an integer, but got a decimal number instead" };
    return outside(number, min, max);
  };
}

function outside(number: number, min: number | null, max: number | null): FieldIssue | null {
  if (min !== null && number < min) return invalidValue(`expected a value >= ${min}, but got ${number}`);
  if (max !== null && number > max) return invalidValue(`expected a value <= ${max}, but got ${number}`);
  return null;
}

export function arrayOf(item: Check, minItems: number, maxItems: number): Check {
  return (value) => {
    if (!Array.isArray(value)) return invalidType("an array", value);
    const items: readonly Json[] = value;
    if (items.length < minItems)
      return invalidValue(`expected at least ${minItems} ${minItems === 1 ? "item" : "items"}, but got ${items.length}`);
    if (items.length > maxItems) return invalidValue(`expected at most ${maxItems} items, but got ${items.length}`);
    for (const [index, entry] of items.entries()) {
      const issue = item(entry);
      if (issue !== null) return under(`[${index}]`, issue);
    }
    return null;
  };
}

/** Selects a check by the type of the value. `expected` describes the allowed types in the error message. */
export function oneOf(expected: string, shapes: { readonly string?: Check; readonly array?: Check; readonly object?: Check }): Check {
  return (value) => {
    const check =
      typeof value === "string" ? shapes.string : Array.isArray(value) ? shapes.array : isPlainObject(value) ? shapes.object : undefined;
    return check === undefined ? invalidType(expected, value) : check(value);
  };
}

export function objectOf(rules: ObjectRules): Check {
  const required = new Map(Object.entries(rules.required ?? {}));
  const optional = new Map(Object.entries(rules.optional ?? {}));
  return (value) => {
    if (!isPlainObject(value)) return invalidType("an object", value);
    for (const [name, check] of required) {
      if (!Object.hasOwn(value, name)) return missing(name);
      const issue = check(memberOf(value, name));
      if (issue !== null) return under(name, issue);
    }
    for (const name of Object.keys(value)) {
      const check = optional.get(name);
      if (check === undefined) {
        if (rules.closed === true && !required.has(name))
          return { path: name.slice(0, MAX_QUOTED_CHARACTERS), code: "unknown_parameter", detail: "" };
        continue;
      }
      const member = value[name] ?? null;
      const issue = member === null ? null : check(member);
      if (issue !== null) return under(name, issue);
    }
    return null;
  };
}
