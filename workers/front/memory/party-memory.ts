import { sha256Hex } from "../../../shared/digest/sha256.ts";

/** Callers whose digest is kept; a few hundred bytes each. */
const MAX_PARTIES = 1000;

const parties = new Map<string, string>();

/** Who may judge an answer: digest of tenant and user. Kept, as a steady caller asks many times a second. */
export function partyOf(tenant: string, user: string): string {
  const caller = JSON.stringify([tenant, user]);
  const known = parties.get(caller);
  if (known !== undefined) return known;
  if (parties.size >= MAX_PARTIES) parties.clear();
  const party = sha256Hex(caller);
  parties.set(caller, party);
  return party;
}
