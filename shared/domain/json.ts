/** A parsed JSON value (RFC 8259). */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/**
 * A parsed JSON object. Names may be any string, even `__proto__`:
 * check with `Object.hasOwn`, and never copy by assignment.
 */
export interface JsonObject {
  readonly [member: string]: Json;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
