/**
 * Accounts for the memory of everything in this isolate. Durable Objects may share one 128 MB isolate with each other
 * and with the front Worker, so a limit per object would not bound the total.
 */

/**
 * Kinds of memory, in the order in which they are shed. `hints` save work and may be dropped at any time. Tables, flight
 * buffers and answers in progress cannot be shed; new ones are refused.
 */
export const LEDGER_ORDER = ["l0", "hints", "ram_front", "vectors", "tables", "flights", "answers"] as const;
export type LedgerKind = (typeof LEDGER_ORDER)[number];

/**
 * Shares of the limit that a kind may reserve. A flight's buffer makes its answer joinable and storable, and is of no use
 * without clients; so each of the two kinds leaves some memory to the other.
 */
const MAX_SHARES: Partial<Record<LedgerKind, number>> = { flights: 0.75, answers: 0.875 };

/** The memory account of one holder. */
export interface LedgerAccount {
  readonly bytes: number;
  /**
   * Reserves bytes and sheds memory of less or equal value if necessary.
   * Returns false, and reserves nothing, when there is no room.
   */
  reserve(bytes: number): boolean;
  /**
   * Counts bytes that are in use already and cannot be refused, even if the limit is exceeded. The caller bounds them.
   */
  charge(bytes: number): void;
  release(bytes: number): void;
  /** Releases all bytes. Later calls on the account have no effect. */
  close(): void;
}

interface OpenAccount {
  readonly kind: LedgerKind;
  readonly shed: ((bytes: number) => void) | null;
  bytes: number;
  open: boolean;
}

export class IsolateLedger {
  #limitBytes: number;
  #used = 0;
  readonly #accounts = new Map<string, OpenAccount>();

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get usedBytes(): number {
    return this.#used;
  }

  usedBy(kind: LedgerKind): number {
    let sum = 0;
    for (const account of this.#accounts.values()) if (account.kind === kind) sum += account.bytes;
    return sum;
  }

  setLimit(limitBytes: number): void {
    this.#limitBytes = limitBytes;
  }

  /**
   * Opens an account. Closes an older account of the same kind and owner, whose object was evicted or reset and can no
   * longer release its memory.
   * @param shed frees about this many bytes and reports them through `release`; absent = cannot shed
   */
  open(kind: LedgerKind, owner: string, shed: ((bytes: number) => void) | null = null): LedgerAccount {
    const name = `${kind}/${owner}`;
    const previous = this.#accounts.get(name);
    if (previous !== undefined) this.#close(name, previous);
    const account: OpenAccount = { kind, shed, bytes: 0, open: true };
    this.#accounts.set(name, account);
    return {
      get bytes(): number {
        return account.bytes;
      },
      reserve: (bytes) => this.#reserve(account, bytes),
      charge: (bytes) => this.#charge(account, bytes),
      release: (bytes) => this.#release(account, bytes),
      close: () => this.#close(name, account),
    };
  }

  #reserve(account: OpenAccount, bytes: number): boolean {
    if (!account.open) return false;
    const share = MAX_SHARES[account.kind];
    if (share !== undefined && this.usedBy(account.kind) + bytes > this.#limitBytes * share) return false;
    if (this.#used + bytes > this.#limitBytes) this.#shed(this.#used + bytes - this.#limitBytes, account);
    if (this.#used + bytes > this.#limitBytes || !account.open) return false;
    account.bytes += bytes;
    this.#used += bytes;
    return true;
  }

  #charge(account: OpenAccount, bytes: number): void {
    if (!account.open) return;
    if (this.#used + bytes > this.#limitBytes) this.#shed(this.#used + bytes - this.#limitBytes, account);
    account.bytes += bytes;
    this.#used += bytes;
  }

  #release(account: OpenAccount, bytes: number): void {
    if (!account.open) return;
    const freed = Math.min(bytes, account.bytes);
    account.bytes -= freed;
    this.#used -= freed;
  }

  #close(name: string, account: OpenAccount): void {
    this.#release(account, account.bytes);
    account.open = false;
    if (this.#accounts.get(name) === account) this.#accounts.delete(name);
  }

  /**
   * Sheds kinds up to and including the asking account's kind, so that nothing evicts memory worth more than itself.
   */
  #shed(bytes: number, asking: OpenAccount): void {
    const target = this.#used - bytes;
    for (const kind of LEDGER_ORDER) {
      for (const account of this.#accounts.values()) {
        if (this.#used <= target) return;
        if (account.kind === kind) account.shed?.(this.#used - target);
      }
      if (kind === asking.kind) return;
    }
  }
}

/** Limit until the configuration is resolved. */
const INITIAL_LIMIT_BYTES = 64 * 1024 * 1024;

/** The ledger of this isolate. It is module state, so that all objects and requests in the isolate share it. */
export const isolateLedger = new IsolateLedger(INITIAL_LIMIT_BYTES);
