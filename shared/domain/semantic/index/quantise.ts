/** Largest magnitude of a stored component. The int8 range is used symmetrically, which keeps negation exact. */
export const ROW_MAX = 127;
/**
 * Largest magnitude of a query component: 14 bits, which the relaxed kernel can split into two planes of 7 bits.
 * This is far finer than the rows, so only the rounding of the stored rows matters in a search.
 */
const QUERY_MAX = 8191;
/** Sums of products must stay within int32 for all vectors. */
const INT32_MAX = 2 ** 31 - 1;

/** A direction in integers. The cosine of two directions is `dot × scaleA × scaleB`. */
export interface QuantisedRow {
  readonly values: Int8Array;
  /** 1 / length of `values`; NaN for a zero vector, which is similar to no vector. */
  readonly scale: number;
}

export interface QuantisedQuery {
  readonly values: Int16Array;
  /** 1 / length of `values`; NaN for a zero vector. */
  readonly scale: number;
}

/**
 * Symmetric int8 with one scale per vector: the largest component becomes ±127. Only the direction is kept. `scale`
 * follows from the values, so it is not stored, and every stored row is exactly a unit vector.
 * Components that are not finite count as 0.
 * @param stride Length of the result, at least `vector.length`. The rest is filled with zeros.
 */
export function quantiseRow(vector: Float32Array, stride: number = vector.length): QuantisedRow {
  const values = new Int8Array(stride);
  roundInto(values, vector, ROW_MAX);
  return { values, scale: inverseLength(values) };
}

/** Like {@link quantiseRow} at 14 bits. Above 2,064 dimensions it uses fewer bits to keep sums of products in int32. */
export function quantiseQuery(vector: Float32Array, stride: number = vector.length): QuantisedQuery {
  const values = new Int16Array(stride);
  roundInto(values, vector, Math.min(QUERY_MAX, Math.floor(INT32_MAX / (ROW_MAX * stride))));
  return { values, scale: inverseLength(values) };
}

/** 1 / Euclidean length; NaN for all zeros. */
export function inverseLength(values: Int8Array | Int16Array): number {
  let squares = 0;
  for (let index = 0; index < values.length; index++) squares += (values[index] ?? 0) ** 2;
  return squares === 0 ? Number.NaN : 1 / Math.sqrt(squares);
}

function roundInto(target: Int8Array | Int16Array, vector: Float32Array, limit: number): void {
  let largest = 0;
  for (let index = 0; index < vector.length; index++) {
    const size = Math.abs(vector[index] ?? 0);
    if (size > largest && size < Infinity) largest = size;
  }
  if (largest === 0) return;
  const factor = limit / largest;
  for (let index = 0; index < vector.length; index++) {
    const value = vector[index] ?? 0;
    target[index] = Number.isFinite(value) ? Math.round(value * factor) : 0;
  }
}
