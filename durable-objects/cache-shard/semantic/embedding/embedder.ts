/** Turns texts into vectors. The one port that all embedders implement. */
export interface Embedder {
  /** Names recipe and model; vectors of different ids are never compared. */
  readonly embedderId: string;
  readonly dims: number;
  /** A unit vector [dims], or null when the embedder cannot be reached or refuses. Never throws. */
  embed(text: string): Promise<Float32Array | null>;
}

/** Scales to length 1; null for a vector that has none, or has a number that is none. */
export function unitVector(values: readonly number[], dims: number): Float32Array | null {
  if (values.length !== dims) return null;
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length === 0) return null;
  return Float32Array.from(values, (value) => value / length);
}
