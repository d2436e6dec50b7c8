/** Memory of the English lexicon and of the caches of its rules. Measured by `npm run bench -- memory-holders`. */
export const ENGLISH_BYTES = 4 * 1024 * 1024;
/** Memory of the embedding table's vocabulary and word vectors, beside its file. Measured by the same. */
const TABLE_OBJECT_BYTES = 1.5 * 1024 * 1024;

/** Memory that the embedding table takes, by the size of its file. */
export function staticTableBytes(fileBytes: number): number {
  return fileBytes + TABLE_OBJECT_BYTES;
}
