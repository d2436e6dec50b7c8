const SHA256_HEX = /^[0-9a-f]{64}$/;

/** True for a SHA-256 in lower-case hex, which is the form of keys and scopes. */
export function isDigest(text: string): boolean {
  return SHA256_HEX.test(text);
}
