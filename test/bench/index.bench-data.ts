/** A question of twelve words. */
export const QUESTION = "How do I change the billing address on my company account, please?";

/** A pseudo-random vector that depends only on its number. */
export function syntheticVector(number: number, dims: number): Float32Array {
  const vector = new Float32Array(dims);
  let state = (number * 2_654_435_761 + 1) >>> 0;
  for (let at = 0; at < dims; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    vector[at] = state / 2 ** 32 - 0.5;
  }
  return vector;
}
