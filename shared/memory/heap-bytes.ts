/** Bytes of a V8 string object beside its characters. */
const STRING_HEADER_BYTES = 16;
const WIDE = /[\u0100-\uffff]/;

/**
 * Bytes that the characters of a string take in V8's heap: one each, or two if any of them is beyond U+00FF. For a
 * string of one-byte characters the check takes constant time, because V8 knows that the expression cannot match.
 */
export function characterBytesOf(text: string): number {
  return WIDE.test(text) ? 2 * text.length : text.length;
}

/** Bytes that a string takes in V8's heap. */
export function heapBytesOf(text: string): number {
  return STRING_HEADER_BYTES + characterBytesOf(text);
}
