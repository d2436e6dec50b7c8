/** A parsed JSON value (RFC 8259). */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A parsed JSON object. Keys may be any string, `__proto__` included: read with `Object.hasOwn`, never assign onto a plain literal. */
export interface JsonObject {
  readonly [member: string]: Json;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
