import type { LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";

/** A holder that shows no sign of life for longer than this is gone: the runtime may end a request at any `await`. */
const ABANDONED_MS = 60_000;

interface Holder {
  readonly bytes: number;
  lastMs: number;
}

/** Memory that a request holds while it builds a large reply and its client reads it. */
export interface ReplyHold {
  /** Notes that the request is alive. */
  touch(nowMs: number): void;
  release(): void;
}

/**
 * Memory of the large replies that this isolate builds. A Worker's request may end without running its clean-up, so
 * what it held is given back when it has not been touched for a minute.
 */
export class ReplyMemory {
  readonly #account: LedgerAccount;
  readonly #holders = new Set<Holder>();

  constructor(account: LedgerAccount) {
    this.#account = account;
  }

  /** Reserves memory; null when the isolate has no room for it. */
  reserve(bytes: number, nowMs: number): ReplyHold | null {
    for (const holder of this.#holders) if (nowMs - holder.lastMs > ABANDONED_MS) this.#release(holder);
    if (!this.#account.reserve(bytes)) return null;
    const holder = { bytes, lastMs: nowMs };
    this.#holders.add(holder);
    return {
      touch: (touchedMs) => {
        holder.lastMs = touchedMs;
      },
      release: () => this.#release(holder),
    };
  }

  #release(holder: Holder): void {
    if (this.#holders.delete(holder)) this.#account.release(holder.bytes);
  }
}
