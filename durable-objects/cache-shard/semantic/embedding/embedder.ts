/** Turns texts into vectors. All embedders implement this port. */
export interface Embedder {
  /** Names the model and how it is called. Vectors of different ids are never compared. */
  readonly embedderId: string;
  readonly dims: number;
  /** Returns a unit vector of `dims` numbers; null when the embedder cannot be reached or refuses. Never throws. */
  embed(text: string): Promise<Float32Array | null>;
}

/**
 * Scales a vector to length 1. Null if it does not have `dims` numbers, is zero, or has a number that is not finite.
 */
export function unitVector(values: readonly number[], dims: number): Float32Array | null {
  if (values.length !== dims) return null;
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length === 0) return null;
  return Float32Array.from(values, (value) => value / length);
}
