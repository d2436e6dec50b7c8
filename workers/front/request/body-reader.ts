import type { CacheError } from "../../../shared/domain/cache-error.ts";
import { joinBytes } from "../../../shared/domain/join-bytes.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import { discardRest } from "./discard-body.ts";

/**
 * Media types accepted as JSON. They include the type that `curl -d` sends;
 * a request without a type is accepted as well.
 */
const JSON_TYPE = /^(application\/([a-z0-9.+-]*\+)?json|text\/json|text\/plain|application\/x-www-form-urlencoded)\s*(;|$)/i;

/** Shared by all requests: a decoder keeps no state after it has decoded a whole text. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
const encoder = new TextEncoder();
const REPLACEMENT = "\ufffd";
const BYTE_ORDER_MARK = "\ufeff";
const BYTE_ORDER_MARK_BYTES = 3;

/** Looks up headers by name in lower case, as `Headers` and `Map` do. */
export interface HeaderValues {
  get(name: string): string | null | undefined;
}

/**
 * Reads the body as text of at most `limitBytes`, counting while it reads. Fails with `unsupported_media_type`,
 * `body_too_large` or `invalid_request`. Invalid UTF-8 is an error, so that it does not become replacement characters.
 */
export async function readBody(
  request: Request,
  limitBytes: number,
  headers: HeaderValues = request.headers,
): Promise<Result<string, CacheError>> {
  const type = headers.get("content-type") ?? "";
  if (type !== "" && !JSON_TYPE.test(type)) return err({ kind: "unsupported_media_type", received: type.slice(0, 100) });
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    return err({
      kind: "invalid_request",
      field: "content-encoding",
      message: "Header content-encoding: compressed request bodies are not supported.",
      code: "invalid_header",
    });
  }
  const declared = headers.get("content-length") ?? null;
  if (declared !== null && Number(declared) > limitBytes) return err({ kind: "body_too_large", limitBytes });
  try {
    // HTTP enforces a declared length, so the fast path needs no counting. Reading `request.body` would create a
    // stream.
    if (declared !== null) {
      const text = await request.text();
      // A Worker that calls this one through a binding may declare any length. A text has no more characters than bytes.
      return text.length > limitBytes ? err({ kind: "body_too_large", limitBytes }) : textOf(text, Number(declared));
    }
    const bytes = await countedBytes(request, limitBytes);
    if (bytes === null) return err({ kind: "body_too_large", limitBytes });
    return bytes.byteLength === 0 ? empty() : ok(decoder.decode(bytes));
  } catch {
    return notText();
  }
}

/**
 * Checks a body that the runtime has decoded. Reading bytes and decoding them here would cost a seventh of a hit. The
 * runtime replaces each invalid sequence by U+FFFD, which is three bytes long: unless the body has as many bytes as its
 * text, some of it was invalid. A character of four bytes that lacks its last one passes as U+FFFD; so does a body whose
 * byte order mark makes up for the length of what is invalid.
 */
function textOf(text: string, bytes: number): Result<string, CacheError> {
  if (text.includes(REPLACEMENT)) {
    const decoded = encoder.encode(text).byteLength;
    if (decoded !== bytes && decoded + BYTE_ORDER_MARK_BYTES !== bytes) return notText();
  }
  const plain = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  return plain === "" ? empty() : ok(plain);
}

function notText(): Result<string, CacheError> {
  return err({
    kind: "invalid_request",
    field: null,
    message: "The request body could not be read as UTF-8 text.",
    code: "invalid_body",
  });
}

function empty(): Result<string, CacheError> {
  return err({ kind: "invalid_request", field: null, message: "The request has no body.", code: "missing_body" });
}

/** The bytes of the body; null when there are more than `limitBytes`. */
async function countedBytes(request: Request, limitBytes: number): Promise<Uint8Array | null> {
  if (request.body === null) return new Uint8Array();
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limitBytes) {
      await discardRest(reader);
      return null;
    }
    pieces.push(value);
  }
  return joinBytes(pieces);
}
