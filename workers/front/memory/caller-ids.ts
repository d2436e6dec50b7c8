import { sha256Hex } from "../../../shared/digest/sha256.ts";
import { BoundedMap } from "../../../shared/domain/bounded-map.ts";

/** Caller ids kept in memory, at a few hundred bytes each. */
const MAX_CALLERS = 1000;

const callerIds = new BoundedMap<string, string>({ maxWeight: MAX_CALLERS });

/** The caller id: the SHA-256 of tenant and user. Remembered, because a steady caller sends many requests a second. */
export function callerIdOf(tenant: string, user: string): string {
  const caller = JSON.stringify([tenant, user]);
  const known = callerIds.get(caller);
  if (known !== undefined) return known;
  const callerId = sha256Hex(caller);
  callerIds.set(caller, callerId);
  return callerId;
}
