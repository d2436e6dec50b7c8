import type { CacheError } from "../../domain/cache-error.ts";
import type { Json } from "../../domain/json.ts";
import { err, ok, type Result } from "../../domain/result.ts";

/** Deepest nesting of arrays and objects in a body. Bounds every recursion over parsed JSON. */
export const MAX_JSON_DEPTH = 64;

/**
 * Matches texts whose numbers may be inexact (16 digits in a row) or not finite (a three-digit exponent) as doubles.
 */
const INEXACT_NUMBER = /\d{16}|\d[eE]\+?\d{3}/;
const INTEGER_LITERAL = /^-?\d+$/;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** A number kept as text (ECMAScript 2026, `JSON.rawJSON`). `JSON.stringify` writes it unchanged. */
// A type alias, not an interface: only an alias is assignable to JsonObject.
export type RawJson = { readonly rawJSON: string };

declare global {
  interface JSON {
    parse(text: string, reviver: (key: string, value: Json, context: { readonly source?: string }) => Json): Json;
    rawJSON(text: string): RawJson;
    isRawJSON(value: unknown): value is RawJson;
  }
}

/** Why a text is not accepted as JSON. */
export type JsonFault =
  | { readonly kind: "syntax"; readonly position: number | null }
  | { readonly kind: "too_deep" }
  | { readonly kind: "number_out_of_range" };

/**
 * `JSON.parse` with limits: at most {@link MAX_JSON_DEPTH} levels, and no number that overflows a double. Integers that
 * a double cannot hold become `JSON.rawJSON` objects, which `JSON.isRawJSON` recognises.
 */
export function parseJson(text: string): Result<Json, JsonFault> {
  if (exceedsDepth(text, MAX_JSON_DEPTH)) return err({ kind: "too_deep" });
  try {
    return INEXACT_NUMBER.test(text) ? parseExactly(text) : ok(JSON.parse(text));
  } catch (cause) {
    return err({ kind: "syntax", position: positionIn(cause) });
  }
}

/** {@link parseJson} for a request body. Fails with `invalid_request` and no field. */
export function parseJsonBody(text: string): Result<Json, CacheError> {
  const parsed = parseJson(text);
  if (parsed.ok) return parsed;
  return err({ kind: "invalid_request", field: null, message: describe(parsed.error), code: "invalid_json" });
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
      return `The request body nests deeper than ${MAX_JSON_DEPTH} levels.`;
    case "number_out_of_range":
      return "The request body has a number that is out of range.";
  }
}

function parseExactly(text: string): Result<Json, JsonFault> {
  let finite = true;
  const value = JSON.parse(text, (_key, member, context) => {
    if (typeof member !== "number" || Number.isSafeInteger(member)) return member;
    if (!Number.isFinite(member)) finite = false;
    const { source } = context;
    if (source === undefined || !INTEGER_LITERAL.test(source) || !Number.isFinite(member)) return member;
    return String(member) === source ? member : JSON.rawJSON(source);
  });
  return finite ? ok(value) : err({ kind: "number_out_of_range" });
}

/** V8 gives the position only in the error message. Null when it is not there. */
function positionIn(cause: unknown): number | null {
  const found = cause instanceof SyntaxError ? / at position (\d+)/.exec(cause.message) : null;
  return found?.[1] === undefined ? null : Number(found[1]);
}

/** Counts the nesting before parsing, without recursion, so that no later code meets a deeper value. */
function exceedsDepth(text: string, limit: number): boolean {
  if (!hasMoreOpeners(text, limit)) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      at = endOfString(text, at);
      if (at === -1) return false;
    } else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      depth += 1;
      if (depth > limit) return true;
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) {
      depth -= 1;
    }
  }
  return false;
}

/** A text with few opening brackets cannot nest deeply. This native search spares most bodies the full scan. */
function hasMoreOpeners(text: string, limit: number): boolean {
  let left = limit;
  for (const opener of ["{", "["]) {
    for (let at = text.indexOf(opener); at !== -1; at = text.indexOf(opener, at + 1)) {
      left -= 1;
      if (left < 0) return true;
    }
  }
  return false;
}

/**
 * Index of the quote that closes the string opened at `open`;
 * -1 when there is none, which the parser reports as a syntax error.
 */
function endOfString(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close !== -1; close = text.indexOf('"', close + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(close - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return close;
  }
  return -1;
}
