/**
 * One account of memory for everything in this isolate. Objects of a class may share one 128 MB isolate with
 * each other and with the front Worker, so a bound per object would bound nothing.
 */

/** What kind of memory it is; listed from the first to be shed to the last. Flight buffers and tables cannot be shed: they are refused. */
export const LEDGER_ORDER = ["l0", "ram_front", "vectors", "tables", "flights"] as const;
export type LedgerKind = (typeof LEDGER_ORDER)[number];

/** One holder's part of the isolate's memory. */
export interface LedgerAccount {
  readonly bytes: number;
  /** Takes bytes, shedding less valuable memory of others first. False (and nothing taken) when it does not fit. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
  /** Gives everything back; whatever is asked of the account afterwards does nothing. */
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
   * Opens a holder's account. An older one of the same kind and owner is closed: its object was evicted or reset, and
   * nobody else would ever give its memory back.
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
      release: (bytes) => this.#release(account, bytes),
      close: () => this.#close(name, account),
    };
  }

  #reserve(account: OpenAccount, bytes: number): boolean {
    if (!account.open) return false;
    if (this.#used + bytes > this.#limitBytes) this.#shed(this.#used + bytes - this.#limitBytes, account);
    if (this.#used + bytes > this.#limitBytes || !account.open) return false;
    account.bytes += bytes;
    this.#used += bytes;
    return true;
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

  /** Sheds kinds up to and including the asking one: nothing evicts what is worth more than itself. */
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

/** Until a configuration is read. */
const INITIAL_LIMIT_BYTES = 64 * 1024 * 1024;

/** The one ledger of this isolate: module state on purpose, shared by every object and request in it. */
export const isolateLedger = new IsolateLedger(INITIAL_LIMIT_BYTES);
