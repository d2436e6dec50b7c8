import { createHash } from "node:crypto";

/** SHA-256 in lower-case hex. Text is encoded as UTF-8. Synchronous, so that a lookup can run without an `await`. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
