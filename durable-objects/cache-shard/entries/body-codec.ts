import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

import { joinBytes } from "../../../shared/domain/join-bytes.ts";

/**
 * Bytes of both forms that one row may hold. The platform limits a row to 2 MB, which local workerd does not enforce.
 * The difference is for the key and the record header.
 */
export const MAX_ROW_BYTES = 1_900_000;
/** Shorter texts are stored plain: they gain nothing from deflate. */
const MIN_DEFLATE_BYTES = 4096;

const PLAIN = 0;
const DEFLATED = 1;
/** An empty block with the mark of the last block, which ends a deflate stream (RFC 1951, 3.2.3). */
const EMPTY_LAST_BLOCK = Uint8Array.of(3, 0);

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

/**
 * Deflates a piece of a text. The piece ends with a sync flush instead of the end of the stream (RFC 1951), so that
 * `joinPieces` can make one stream of several pieces without inflating them.
 */
export function deflatePiece(text: Uint8Array): Uint8Array {
  // Node returns a view of a much larger buffer, workerd does not.
  return new Uint8Array(deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }));
}

export function inflatePiece(piece: Uint8Array): Uint8Array {
  return inflateRawSync(piece, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** The encoded form of the text whose deflated pieces these are. */
export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  return joinBytes([Uint8Array.of(DEFLATED), ...pieces, EMPTY_LAST_BLOCK]);
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
