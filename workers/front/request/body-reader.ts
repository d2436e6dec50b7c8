import type { CacheError } from "../../../shared/domain/cache-error.ts";
import { joinBytes } from "../../../shared/domain/join-bytes.ts";
import type { Result } from "../../../shared/domain/result.ts";
import { err, ok } from "../../../shared/domain/result.ts";
import { discardRest } from "./discard-body.ts";

/** Media types taken as JSON; none at all is taken too, as `curl -d` users expect of an API. */
const JSON_TYPE = /^(application\/([a-z0-9.+-]*\+)?json|text\/json|text\/plain|application\/x-www-form-urlencoded)\s*(;|$)/i;

/** One for all: a text decoded whole leaves nothing behind in it. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** The body as text, at most `limitBytes` long, counted while it is read. Invalid UTF-8 is a 400, not a replacement character. */
export async function readBody(request: Request, limitBytes: number): Promise<Result<string, CacheError>> {
  const type = request.headers.get("content-type");
  if (type !== null && type !== "" && !JSON_TYPE.test(type)) return err({ kind: "unsupported_media_type", received: type.slice(0, 100) });
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    return err({
      kind: "invalid_request",
      field: "content-encoding",
      message: "Header content-encoding: compressed request bodies are not taken.",
      code: "invalid_header",
    });
  }
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > limitBytes) return err({ kind: "body_too_large", limitBytes });
  try {
    // A declared length is enforced by HTTP itself, so the fast way is safe; touching `body` alone would make a stream of it.
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

/** Null when there is more than the limit. */
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
