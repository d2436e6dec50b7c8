import type { Json } from "../json.ts";
import { isJsonObject } from "../json.ts";

/** `JSON.isRawJSON` (ECMAScript 2026): true for numbers kept as text because a double cannot hold them. */
const { isRawJSON } = JSON as unknown as { readonly isRawJSON: (value: unknown) => boolean }; // not yet in TypeScript's lib.es2024

/**
 * JSON Canonicalization Scheme (RFC 8785): members sorted by UTF-16 code units, no white space, ECMAScript number form.
 * It departs from the RFC in two points, which avoid collisions: lone surrogates stay escaped instead of failing, and
 * integers that a double cannot hold keep their digits (`JSON.rawJSON` values) instead of being rounded.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== "object") return canonicalScalar(value);
  if (isRawJSON(value)) return (value as unknown as { readonly rawJSON: string }).rawJSON; // checked on this line
  if (!isJsonObject(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.keys(value)
    .sort()
    .map((name) => canonicalMember(name, value[name] ?? null));
  return `{${members.join(",")}}`;
}

/** One `"name":value` pair in canonical form. */
export function canonicalMember(name: string, value: Json): string {
  return `${JSON.stringify(name)}:${canonicalJson(value)}`;
}

function canonicalScalar(value: null | boolean | number | string): string {
  // JSON.stringify writes -0 as 0 and escapes lone surrogates (well-formed JSON.stringify, ES2019).
  return JSON.stringify(value);
}
