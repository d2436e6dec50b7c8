import { err, ok } from "../../result.ts";
import type { Result } from "../../result.ts";

/** File layout, little-endian: header, float32 row scales, float32 token weights, vocabulary text, int8 rows. */
const MAGIC = 0x45534652; // "RFSE"
const VERSION = 1;
const MIN_HEADER_BYTES = 52;
const OFFSET_VERSION = 4;
const OFFSET_HEADER_BYTES = 6;
const OFFSET_DIMS = 8;
const OFFSET_VOCABULARY = 12;
const OFFSET_TEXT_BYTES = 16;
const OFFSET_LABEL = 20;
const LABEL_BYTES = 32;
const FLOAT_BYTES = 4;
/** Largest accepted number of dimensions. A corrupt header must not make the parser allocate memory. */
const MAX_DIMS = 1024;

/** The learned part of the static embedder: one int8 vector per WordPiece. */
export interface StaticTable {
  /** Name of the recipe. It is part of the embedder's id. */
  readonly label: string;
  readonly dims: number;
  readonly vocabulary: readonly string[];
  /** float32 [vocabulary]: one scale per row. A row's real vector is `row × scale`. */
  readonly scales: Float32Array;
  /** float32 [vocabulary]: a/(a+p(token)), which is near 1 for a rare token and near 0 for a very common one. */
  readonly weights: Float32Array;
  /** int8 [vocabulary × dims]: a view into the parsed bytes. */
  readonly rows: Int8Array;
}

export type StaticTableError =
  | { readonly kind: "not_a_table" }
  | { readonly kind: "unsupported_version"; readonly version: number }
  | { readonly kind: "wrong_size"; readonly expectedBytes: number; readonly actualBytes: number };

/**
 * Parses a table without copying its rows, so the result keeps `bytes` alive. Checks only the structure. The caller
 * compares the digest with {@link import("./static-table-manifest.ts").STATIC_TABLE}.
 */
export function parseStaticTable(bytes: Uint8Array): Result<StaticTable, StaticTableError> {
  if (bytes.byteLength < MIN_HEADER_BYTES) return err({ kind: "not_a_table" });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) return err({ kind: "not_a_table" });
  const version = view.getUint16(OFFSET_VERSION, true);
  if (version !== VERSION) return err({ kind: "unsupported_version", version });
  const dims = view.getUint32(OFFSET_DIMS, true);
  const size = view.getUint32(OFFSET_VOCABULARY, true);
  const textBytes = view.getUint32(OFFSET_TEXT_BYTES, true);
  if (dims === 0 || dims > MAX_DIMS || size === 0) return err({ kind: "not_a_table" });
  const scalesAt = view.getUint16(OFFSET_HEADER_BYTES, true);
  const weightsAt = scalesAt + size * FLOAT_BYTES;
  const textAt = weightsAt + size * FLOAT_BYTES;
  const rowsAt = textAt + textBytes;
  const expectedBytes = rowsAt + size * dims;
  if (expectedBytes !== bytes.byteLength) return err({ kind: "wrong_size", expectedBytes, actualBytes: bytes.byteLength });
  const vocabulary = readText(bytes.subarray(textAt, rowsAt)).split("\n");
  if (vocabulary.length !== size) return err({ kind: "not_a_table" });
  return ok({
    label: readText(bytes.subarray(OFFSET_LABEL, OFFSET_LABEL + LABEL_BYTES)),
    dims,
    vocabulary,
    scales: readFloats(view, scalesAt, size),
    weights: readFloats(view, weightsAt, size),
    rows: new Int8Array(bytes.buffer, bytes.byteOffset + rowsAt, size * dims),
  });
}

function readFloats(view: DataView, at: number, length: number): Float32Array {
  const floats = new Float32Array(length);
  for (let index = 0; index < length; index++) floats[index] = view.getFloat32(at + index * FLOAT_BYTES, true);
  return floats;
}

function readText(padded: Uint8Array): string {
  const end = padded.indexOf(0);
  return new TextDecoder().decode(end < 0 ? padded : padded.subarray(0, end));
}
