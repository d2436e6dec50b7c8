import { ROW_ALIGNMENT } from "./dot-kernel.ts";
import { pageAfter } from "./page-ledger.ts";
import { quantiseRow } from "./quantise.ts";
import { encodeRemoved, encodeVectors } from "./vector-page.ts";

/** One stored row of the index. `page` is its primary key. */
export interface StoredPage {
  readonly page: number;
  readonly bytes: Uint8Array;
}

/**
 * Adds a vector without loading the index, as a separate row. The next load reads the row and a later plan merges it.
 * @param lastPage Largest page number in storage; undefined if there is none.
 */
export function appendUnloaded(lastPage: number | undefined, ref: number, scope: number, vector: Float32Array): StoredPage {
  const { values } = quantiseRow(vector, rowLengthOf(vector.length));
  return { page: pageAfter(lastPage), bytes: encodeVectors(values.length, [{ ref, scope, values }]) };
}

/** Removes entries without loading the index. References that are not in the index are ignored. */
export function removeUnloaded(lastPage: number | undefined, refs: readonly number[]): StoredPage {
  return { page: pageAfter(lastPage), bytes: encodeRemoved(refs) };
}

/** `dims` rounded up to the kernel's step. */
export function rowLengthOf(dims: number): number {
  return Math.ceil(dims / ROW_ALIGNMENT) * ROW_ALIGNMENT;
}
