import { err, ok } from "../../result.ts";
import type { Result } from "../../result.ts";

/** Row layout, little-endian: a 16-byte header, then the payload of the row's kind. */
const MAGIC = 0x47505652; // "RVPG"
const VERSION = 1;
const OFFSET_VERSION = 4;
const OFFSET_KIND = 5;
const OFFSET_ROW_LENGTH = 6;
const OFFSET_COUNT = 8;
const OFFSET_CHECKSUM = 12;
const HEADER_BYTES = 16;
const FLOAT_BYTES = 8;
/** Entry and scope reference before each vector: two float64 values, which are exact for every safe integer. */
const RECORD_HEAD_BYTES = 2 * FLOAT_BYTES;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

const KIND_VECTORS = 1;
const KIND_DEAD = 2;
const KIND_REMOVED = 3;

/** One stored vector. */
export interface VectorRecord {
  readonly ref: number;
  readonly scope: number;
  /** int8 [row length], see quantise.ts. The scale follows from the values. */
  readonly values: Int8Array;
}

/** Content of one stored row. */
export type StoredRow =
  | { readonly kind: "vectors"; readonly records: readonly VectorRecord[] }
  /** Positions in the preceding page whose records were removed. */
  | { readonly kind: "dead"; readonly positions: readonly number[] }
  /** Entries removed by a caller that had not loaded the index. Applies to all rows with a smaller number. */
  | { readonly kind: "removed"; readonly refs: readonly number[] };

export type PageError = { readonly kind: "corrupt" } | { readonly kind: "wrong_row_length"; readonly rowLength: number };

/** Bytes of a stored row with `count` vectors. */
export function vectorRowBytes(rowLength: number, count: number): number {
  return HEADER_BYTES + count * (RECORD_HEAD_BYTES + rowLength);
}

export function encodeVectors(rowLength: number, records: readonly VectorRecord[]): Uint8Array {
  const bytes = new Uint8Array(vectorRowBytes(rowLength, records.length));
  const view = new DataView(bytes.buffer);
  let at = HEADER_BYTES;
  for (const record of records) {
    view.setFloat64(at, record.ref, true);
    view.setFloat64(at + FLOAT_BYTES, record.scope, true);
    bytes.set(new Uint8Array(record.values.buffer, record.values.byteOffset, rowLength), at + RECORD_HEAD_BYTES);
    at += RECORD_HEAD_BYTES + rowLength;
  }
  return seal(bytes, KIND_VECTORS, rowLength, records.length);
}

export function encodeDead(positions: readonly number[]): Uint8Array {
  return encodeNumbers(KIND_DEAD, positions);
}

export function encodeRemoved(refs: readonly number[]): Uint8Array {
  return encodeNumbers(KIND_REMOVED, refs);
}

/** Decodes one stored row. The records' values are views into `bytes`. */
export function decodeRow(bytes: Uint8Array, rowLength: number): Result<StoredRow, PageError> {
  if (bytes.byteLength < HEADER_BYTES) return err({ kind: "corrupt" });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sound = view.getUint32(0, true) === MAGIC && view.getUint8(OFFSET_VERSION) === VERSION;
  if (!sound || view.getUint32(OFFSET_CHECKSUM, true) !== checksum(bytes)) return err({ kind: "corrupt" });
  const count = view.getUint32(OFFSET_COUNT, true);
  const kind = view.getUint8(OFFSET_KIND);
  if (kind === KIND_VECTORS) return decodeVectors(view, count, rowLength);
  if (bytes.byteLength !== HEADER_BYTES + count * FLOAT_BYTES) return err({ kind: "corrupt" });
  const numbers = Array.from({ length: count }, (_, index) => view.getFloat64(HEADER_BYTES + index * FLOAT_BYTES, true));
  if (kind === KIND_DEAD) return ok({ kind: "dead", positions: numbers });
  return kind === KIND_REMOVED ? ok({ kind: "removed", refs: numbers }) : err({ kind: "corrupt" });
}

function decodeVectors(view: DataView, count: number, rowLength: number): Result<StoredRow, PageError> {
  const stored = view.getUint16(OFFSET_ROW_LENGTH, true);
  if (stored !== rowLength) return err({ kind: "wrong_row_length", rowLength: stored });
  if (view.byteLength !== vectorRowBytes(rowLength, count)) return err({ kind: "corrupt" });
  const records: VectorRecord[] = [];
  for (let index = 0; index < count; index++) {
    const at = HEADER_BYTES + index * (RECORD_HEAD_BYTES + rowLength);
    records.push({
      ref: view.getFloat64(at, true),
      scope: view.getFloat64(at + FLOAT_BYTES, true),
      values: new Int8Array(view.buffer, view.byteOffset + at + RECORD_HEAD_BYTES, rowLength),
    });
  }
  return ok({ kind: "vectors", records });
}

function encodeNumbers(kind: number, numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + numbers.length * FLOAT_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of numbers.entries()) view.setFloat64(HEADER_BYTES + index * FLOAT_BYTES, value, true);
  return seal(bytes, kind, 0, numbers.length);
}

function seal(bytes: Uint8Array, kind: number, rowLength: number, count: number): Uint8Array {
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint8(OFFSET_VERSION, VERSION);
  view.setUint8(OFFSET_KIND, kind);
  view.setUint16(OFFSET_ROW_LENGTH, rowLength, true);
  view.setUint32(OFFSET_COUNT, count, true);
  view.setUint32(OFFSET_CHECKSUM, checksum(bytes), true);
  return bytes;
}

/** FNV-1a over 32-bit words, without the checksum's own word. It detects torn and damaged rows, not forgeries. */
function checksum(bytes: Uint8Array): number {
  const words = alignedWords(bytes);
  let hash = FNV_OFFSET;
  for (let index = 0; index < words.length; index++) {
    if (index !== OFFSET_CHECKSUM / 4) hash = Math.imul(hash ^ (words[index] ?? 0), FNV_PRIME);
  }
  return (hash ^ bytes.byteLength) >>> 0;
}

/** Every row is a multiple of 4 bytes long. All supported platforms are little-endian, as WASM is. */
function alignedWords(bytes: Uint8Array): Uint32Array {
  const whole = bytes.byteLength >> 2;
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, whole);
}
