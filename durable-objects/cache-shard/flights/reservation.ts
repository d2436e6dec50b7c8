import type { LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";

/** Gives memory back. Only the first call has an effect. */
export type Release = () => void;

/** Reserves memory for one holder. Null when the isolate has no room for it. */
export function reserveFor(account: LedgerAccount, bytes: number): Release | null {
  return account.reserve(bytes) ? releaseOnce(account, bytes) : null;
}

/** Charges memory to an account for one holder that cannot be refused. */
export function chargeFor(account: LedgerAccount, bytes: number): Release {
  account.charge(bytes);
  return releaseOnce(account, bytes);
}

function releaseOnce(account: LedgerAccount, bytes: number): Release {
  let held = true;
  return () => {
    if (held) account.release(bytes);
    held = false;
  };
}
