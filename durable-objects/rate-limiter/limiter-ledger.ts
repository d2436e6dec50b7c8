import { grantLease } from "../../shared/domain/rate/lease-grant.ts";
import { advance, type Ledger, ledgerStatus, returnLease } from "../../shared/domain/rate/lease-ledger.ts";
import type { LeaseGrant, LeaseRequest, LeaseReturn, LimiterStatus } from "../../shared/domain/rate/lease-messages.ts";
import {
  advanceDebit,
  covers,
  delaysDenied,
  ledgerToStore,
  mustSettle,
  NO_GRANTS,
  type RecentGrants,
  withGrant,
} from "../../shared/domain/rate/stored-ledger.ts";

/** Storage of one ledger. */
export interface LedgerStorage {
  /** The stored ledger; null when there is none. */
  load(): Ledger | null;
  save(ledger: Ledger): void;
}

/** The ledger of a bucket in memory, and in storage what a restart may load. */
export class LimiterLedger {
  readonly #storage: LedgerStorage;
  /** The ledger as last written to storage. */
  #stored: Ledger | null;
  /** The ledger as of the last call. */
  #actual: Ledger | null;
  #recent: RecentGrants = NO_GRANTS;

  constructor(storage: LedgerStorage) {
    this.#storage = storage;
    this.#stored = storage.load();
    this.#actual = this.#stored;
  }

  /** The ledger as of the last call; null when there has been none. */
  get current(): Ledger | null {
    return this.#actual;
  }

  lease(request: LeaseRequest, nowMs: number): LeaseGrant {
    const { ledger, grant } = grantLease(this.#actual, request, nowMs);
    const denied = grant.granted === 0;
    const recent = denied ? this.#recent : withGrant(this.#recent, grant.granted, nowMs);
    // A grant is stored before it is handed out, unless the stored ledger already allows for it.
    if (this.#stored === null || !covers(this.#stored, ledger))
      this.#save(ledgerToStore(ledger, denied ? 0 : advanceDebit(ledger, recent)));
    else if (denied && delaysDenied(this.#stored, ledger)) this.#save(ledgerToStore(ledger, 0));
    this.#actual = ledger;
    this.#recent = recent;
    return grant;
  }

  /** Ends a lease. */
  release(ended: LeaseReturn, nowMs: number): void {
    if (this.#stored === null || this.#actual === null) return;
    const before = advance(this.#actual, nowMs);
    const after = returnLease(before, ended, nowMs);
    if (after !== before && mustSettle(this.#stored, after)) this.#save(ledgerToStore(after, 0));
    this.#actual = after;
  }

  status(nowMs: number): LimiterStatus | null {
    return this.#actual === null ? null : ledgerStatus(this.#actual, nowMs);
  }

  #save(ledger: Ledger): void {
    this.#storage.save(ledger);
    this.#stored = ledger;
  }
}
