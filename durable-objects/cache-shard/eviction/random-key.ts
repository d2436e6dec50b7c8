const RANDOM_KEY_BYTES = 8;

/** A random position among keys, in hex. */
export function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(RANDOM_KEY_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
