import { deflateRawSync, inflateRawSync } from "node:zlib";

/**
 * Bytes of both forms that one row may hold. The platform limits a row to 2 MB, which local workerd does not enforce.
 * The difference is for the key and the record header.
 */
export const MAX_ROW_BYTES = 1_900_000;
/** Shorter texts are stored plain: they gain nothing from deflate. */
const MIN_DEFLATE_BYTES = 4096;

const PLAIN = 0;
const DEFLATED = 1;

/** Encodes a stored form: a tag byte, then the text, plain or deflated (RFC 1951), whichever is shorter. */
export function encodeBody(text: Uint8Array, minDeflateBytes = MIN_DEFLATE_BYTES): Uint8Array {
  if (text.byteLength < minDeflateBytes) return tagged(PLAIN, text);
  const deflated = deflateRawSync(text);
  return deflated.byteLength < text.byteLength ? tagged(DEFLATED, deflated) : tagged(PLAIN, text);
}

/** Decodes what `encodeBody` returned; null when the bytes are damaged. */
export function decodeBody(bytes: Uint8Array): Uint8Array | null {
  const payload = bytes.subarray(1);
  if (bytes[0] === PLAIN) return payload;
  if (bytes[0] !== DEFLATED) return null;
  try {
    return inflateRawSync(payload);
  } catch {
    return null;
  }
}

function tagged(tag: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(payload.byteLength + 1);
  bytes[0] = tag;
  bytes.set(payload, 1);
  return bytes;
}

/** The parts of both forms that one row holds. */
export interface BodyPart {
  readonly json: Uint8Array;
  readonly events: Uint8Array;
}

/** Splits both forms into rows of at most `MAX_ROW_BYTES`. Returns at least one row. */
export function splitBody(json: Uint8Array, events: Uint8Array): readonly BodyPart[] {
  const parts: BodyPart[] = [];
  let jsonAt = 0;
  let eventsAt = 0;
  do {
    const jsonEnd = Math.min(json.byteLength, jsonAt + MAX_ROW_BYTES);
    const room = MAX_ROW_BYTES - (jsonEnd - jsonAt);
    const eventsEnd = Math.min(events.byteLength, eventsAt + room);
    parts.push({ json: json.subarray(jsonAt, jsonEnd), events: events.subarray(eventsAt, eventsEnd) });
    jsonAt = jsonEnd;
    eventsAt = eventsEnd;
  } while (jsonAt < json.byteLength || eventsAt < events.byteLength);
  return parts;
}
