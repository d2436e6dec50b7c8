/**
 * One account of memory for everything in this isolate. Objects of a class may share one 128 MB isolate with
 * each other and with the front Worker, so a bound per object would bound nothing.
 */

/** What kind of memory it is; listed from the first to be shed to the last. Flight buffers are never shed: they are refused. */
export const LEDGER_ORDER = ["l0", "ram_front", "vectors", "tables", "flights"] as const;
export type LedgerKind = (typeof LEDGER_ORDER)[number];

export interface LedgerAccount {
  readonly kind: LedgerKind;
  /** Frees about this many bytes and reports them through `release`. Absent: cannot shed. */
  readonly shed?: (bytes: number) => void;
}

export class IsolateLedger {
  #limitBytes: number;
  #used = 0;
  readonly #byKind = new Map<LedgerKind, number>();
  readonly #accounts = new Set<LedgerAccount>();

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#used;
  }

  usedBy(kind: LedgerKind): number {
    return this.#byKind.get(kind) ?? 0;
  }

  setLimit(limitBytes: number): void {
    this.#limitBytes = limitBytes;
  }

  /** Registers a holder of memory; the returned function forgets it. */
  open(account: LedgerAccount): () => void {
    this.#accounts.add(account);
    return () => this.#accounts.delete(account);
  }

  /** Takes bytes, shedding less valuable memory first. False (and nothing taken) when it does not fit. */
  reserve(kind: LedgerKind, bytes: number): boolean {
    if (this.#used + bytes > this.#limitBytes) this.#shed(this.#used + bytes - this.#limitBytes, kind);
    if (this.#used + bytes > this.#limitBytes) return false;
    this.#add(kind, bytes);
    return true;
  }

  release(kind: LedgerKind, bytes: number): void {
    this.#add(kind, -bytes);
  }

  #add(kind: LedgerKind, bytes: number): void {
    this.#used += bytes;
    this.#byKind.set(kind, this.usedBy(kind) + bytes);
  }

  /** Sheds kinds up to and including the asking one: nothing evicts what is worth more than itself. */
  #shed(bytes: number, asking: LedgerKind): void {
    let missing = bytes;
    for (const kind of LEDGER_ORDER) {
      for (const account of this.#accounts) {
        if (missing <= 0) return;
        if (account.kind !== kind || account.shed === undefined) continue;
        const before = this.#used;
        account.shed(missing);
        missing -= before - this.#used;
      }
      if (kind === asking) return;
    }
  }
}

/** Until a configuration is read. */
const INITIAL_LIMIT_BYTES = 64 * 1024 * 1024;

/** The one ledger of this isolate: module state on purpose, shared by every object and request in it. */
export const isolateLedger = new IsolateLedger(INITIAL_LIMIT_BYTES);
