import type { Json, JsonObject } from "../json.ts";
import { isJsonObject } from "../json.ts";

/** `JSON.isRawJSON` (ECMAScript 2026): true for numbers kept as text because a double cannot hold them. */
const { isRawJSON } = JSON as unknown as { readonly isRawJSON: (value: unknown) => boolean }; // not yet in TypeScript's lib.es2024

/**
 * JSON Canonicalization Scheme (RFC 8785): members sorted by UTF-16 code units, no white space, ECMAScript number form.
 * It departs from the RFC in two points, which avoid collisions: lone surrogates stay escaped instead of failing, and
 * integers that a double cannot hold keep their digits (`JSON.rawJSON` values) instead of being rounded.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === "string") return quoted(value);
  // In ECMAScript's number form, which RFC 8785 takes over, -0 is 0.
  if (value === null || typeof value !== "object") return String(value);
  if (isRawJSON(value)) return (value as unknown as { readonly rawJSON: string }).rawJSON; // checked on this line
  return isJsonObject(value) ? canonicalObject(value) : canonicalArray(value);
}

/** One `"name":value` pair in canonical form. */
export function canonicalMember(name: string, value: Json): string {
  return `${quoted(name)}:${canonicalJson(value)}`;
}

// Texts are appended, not collected and joined: that takes half the time for a body of many small values.
function canonicalArray(items: readonly Json[]): string {
  let text = "[";
  for (const item of items) text += text.length === 1 ? canonicalJson(item) : `,${canonicalJson(item)}`;
  return `${text}]`;
}

function canonicalObject(object: JsonObject): string {
  let text = "{";
  for (const name of Object.keys(object).sort()) {
    const member = canonicalMember(name, object[name] ?? null);
    text += text.length === 1 ? member : `,${member}`;
  }
  return `${text}}`;
}

/** A text that matches needs no escapes. The native function is faster for longer ones. */
const PLAIN_TEXT = /^[\w .-]{0,64}$/;

function quoted(text: string): string {
  // Lone surrogates are escaped (well-formed JSON.stringify, ES2019).
  return PLAIN_TEXT.test(text) ? `"${text}"` : JSON.stringify(text);
}
