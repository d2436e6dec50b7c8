/** Cosine (-1..1) of two unit vectors of the same length. */
export function unitCosine(a: Float32Array, b: Float32Array): number {
  let cosine = 0;
  for (let index = 0; index < a.length; index++) cosine += (a[index] ?? 0) * (b[index] ?? 0);
  return cosine;
}
