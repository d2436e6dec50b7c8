import type { LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";

/** Concurrent bypass calls per isolate. */
export const MAX_BYPASSES = 64;
/** Concurrent bypass calls per key. The bound keeps a hot key from becoming a stampede while its shard is down. */
export const MAX_BYPASSES_PER_KEY = 4;
/** How long a slot is held without being renewed, in milliseconds. */
export const SLOT_LEASE_MS = 30_000;

/** The slot of one bypass call, with the memory that the call holds. */
export interface BypassSlot {
  /** Keeps the slot for another `SLOT_LEASE_MS`. */
  renew(nowMs: number): void;
  /** Sets how much memory the call holds. Returns false, and changes nothing, when there is no room. */
  hold(bytes: number): boolean;
  free(): void;
}

interface Held {
  readonly key: string;
  untilMs: number;
  bytes: number;
}

/**
 * The bypass calls of an isolate. A slot is a lease that its call renews: when a client resets its connection, the
 * runtime may stop the request without running its `finally`, and a slot that nobody frees must not stay taken.
 */
export class BypassSlots {
  readonly #account: LedgerAccount;
  readonly #held = new Set<Held>();

  /** @param account pays for the memory of all bypass calls */
  constructor(account: LedgerAccount) {
    this.#account = account;
  }

  /** Slots that are taken now. */
  taken(nowMs: number): number {
    this.#dropLapsed(nowMs);
    return this.#held.size;
  }

  /** Takes a slot for a call that holds this much memory at first; null when a bound is reached. */
  take(key: string, bytes: number, nowMs: number): BypassSlot | null {
    this.#dropLapsed(nowMs);
    if (this.#held.size >= MAX_BYPASSES || this.#countOf(key) >= MAX_BYPASSES_PER_KEY) return null;
    if (!this.#account.reserve(bytes)) return null;
    const held: Held = { key, untilMs: nowMs + SLOT_LEASE_MS, bytes };
    this.#held.add(held);
    return {
      renew: (atMs) => {
        held.untilMs = atMs + SLOT_LEASE_MS;
      },
      hold: (wanted) => this.#hold(held, wanted),
      free: () => this.#free(held),
    };
  }

  #hold(held: Held, bytes: number): boolean {
    // A call whose slot has lapsed goes on without one. It was late with its renewal, and soon ends.
    if (!this.#held.has(held)) return true;
    const more = bytes - held.bytes;
    if (more > 0 && !this.#account.reserve(more)) return false;
    if (more < 0) this.#account.release(-more);
    held.bytes = bytes;
    return true;
  }

  #free(held: Held): void {
    if (this.#held.delete(held)) this.#account.release(held.bytes);
  }

  #countOf(key: string): number {
    let count = 0;
    for (const held of this.#held) if (held.key === key) count += 1;
    return count;
  }

  #dropLapsed(nowMs: number): void {
    for (const held of this.#held) if (held.untilMs <= nowMs) this.#free(held);
  }
}
