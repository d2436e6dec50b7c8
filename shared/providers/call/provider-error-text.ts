import type { UpstreamFailure } from "../../domain/cache-error.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { isPlainObject, memberOf } from "../../wire/json/field-check.ts";
import { numberOf } from "../../wire/json/json-body.ts";

/** Characters of a provider's error message that are kept. */
export const MAX_ERROR_MESSAGE_CHARACTERS = 1_000;
/** Characters of a provider's error type and code that are kept. */
const MAX_ERROR_CODE_CHARACTERS = 128;
/** Status of an error event that names no status: 502 Bad Gateway. */
const DEFAULT_ERROR_STATUS = 502;

/** What a provider says about its own failure. */
export interface ProviderErrorText {
  readonly message: string | null;
  readonly type: string | null;
  readonly code: string | null;
  /** OpenAI's `param`: the request member that the provider rejects. */
  readonly param: string | null;
}

const SILENT: ProviderErrorText = { message: null, type: null, code: null, param: null };

/**
 * Reads the error formats in use: `{error:{message,type,code}}` (OpenAI and most), `{error:"text"}`,
 * `{detail:…}` (FastAPI), `{message,type,code}` (vLLM, Mistral), `[{error:…}]` (Gemini), `{errors:[…]}` (Cloudflare).
 */
export function readErrorText(value: Json): ProviderErrorText {
  if (typeof value === "string") return { ...SILENT, message: text(value, MAX_ERROR_MESSAGE_CHARACTERS) };
  if (Array.isArray(value)) return value.length === 0 ? SILENT : readErrorText((value as readonly Json[])[0] ?? null); // Array.isArray widens to any
  if (!isPlainObject(value)) return SILENT;
  for (const wrapper of ["error", "detail", "errors"]) {
    const inner = memberOf(value, wrapper);
    if (inner !== null && inner !== "") return readWrapped(inner, value);
  }
  return {
    message: text(memberOf(value, "message"), MAX_ERROR_MESSAGE_CHARACTERS) ?? text(memberOf(value, "msg"), MAX_ERROR_MESSAGE_CHARACTERS),
    type: text(memberOf(value, "type"), MAX_ERROR_CODE_CHARACTERS),
    code: text(memberOf(value, "code"), MAX_ERROR_CODE_CHARACTERS) ?? text(memberOf(value, "status"), MAX_ERROR_CODE_CHARACTERS),
    param: text(memberOf(value, "param"), MAX_ERROR_CODE_CHARACTERS),
  };
}

// Wrappers may nest ({"error":{"error":…}}). The recursion is bounded, because parsed JSON is bounded in depth.
function readWrapped(inner: Json, outer: JsonObject): ProviderErrorText {
  const read = readErrorText(inner);
  if (read.message !== null) return read;
  return { ...read, message: text(memberOf(outer, "message"), MAX_ERROR_MESSAGE_CHARACTERS) };
}

/** Turns an error event into a failure. Such an event comes in a stream that began with status 200. */
export function failureFromEvent(provider: string, value: Json): UpstreamFailure {
  const read = readErrorText(value);
  const status = Number(read.code);
  return {
    kind: "upstream_error",
    provider,
    status: Number.isInteger(status) && status >= 400 && status <= 599 ? status : DEFAULT_ERROR_STATUS,
    message: read.message ?? "The provider reported an error.",
    errorType: read.type,
    code: read.code,
    retryAfterSeconds: null,
  };
}

function text(value: Json, limit: number): string | null {
  if (typeof value === "string") return value.trim() === "" ? null : bounded(value, limit);
  const number = numberOf(value);
  return number === null ? null : String(number);
}

function bounded(value: string, limit: number): string {
  const trimmed = value.trim();
  return trimmed.length <= limit ? trimmed : `${trimmed.slice(0, limit - 1)}…`;
}
