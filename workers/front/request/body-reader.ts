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

/**
 * Reads the body as text of at most `limitBytes`, counting while it reads. Fails with `unsupported_media_type`,
 * `body_too_large` or `invalid_request`. Invalid UTF-8 is an error, so that it never becomes replacement characters.
 */
export async function readBody(request: Request, limitBytes: number): Promise<Result<string, CacheError>> {
  const type = request.headers.get("content-type");
  if (type !== null && type !== "" && !JSON_TYPE.test(type)) return err({ kind: "unsupported_media_type", received: type.slice(0, 100) });
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    return err({
      kind: "invalid_request",
      field: "content-encoding",
      message: "Header content-encoding: compressed request bodies are not supported.",
      code: "invalid_header",
    });
  }
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > limitBytes) return err({ kind: "body_too_large", limitBytes });
  try {
    // HTTP enforces a declared length, so the fast path needs no counting. Reading `request.body` would create a
    // stream.
    const bytes = declared === null ? await countedBytes(request, limitBytes) : await request.arrayBuffer();
    if (bytes === null) return err({ kind: "body_too_large", limitBytes });
    if (bytes.byteLength === 0) return empty();
    return ok(decoder.decode(bytes));
  } catch {
    return err({
      kind: "invalid_request",
      field: null,
      message: "The request body could not be read as UTF-8 text.",
      code: "invalid_body",
    });
  }
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
