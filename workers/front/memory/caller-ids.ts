import { sha256Hex } from "../../../shared/digest/sha256.ts";
import { heapBytesOf } from "../../../shared/memory/heap-bytes.ts";
import { isolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../../shared/memory/ledger-map.ts";

/** Memory for caller ids: about 1,000. */
const MAX_BYTES = 320 * 1024;
const OVERHEAD_BYTES = 100;

const callerIds = new LedgerMap<string>({
  ledger: isolateLedger,
  kind: "hints",
  owner: "callers",
  maxBytes: MAX_BYTES,
  bytesOf: (callerId, caller) => OVERHEAD_BYTES + heapBytesOf(caller) + heapBytesOf(callerId),
});

/** The caller id: the SHA-256 of tenant and user. Remembered, because a steady caller sends many requests a second. */
export function callerIdOf(tenant: string, user: string): string {
  const caller = JSON.stringify([tenant, user]);
  const known = callerIds.get(caller);
  if (known !== undefined) return known;
  const callerId = sha256Hex(caller);
  callerIds.set(caller, callerId);
  return callerId;
}
