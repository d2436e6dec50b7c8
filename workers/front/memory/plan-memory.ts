import type { IsolateLedger, LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";
import type { Plan } from "../request/plan.ts";

/** Longer bodies are planned anew: remembering them would push out many short ones. */
const MAX_REMEMBERED_CHARACTERS = 16 * 1024;
const BYTES_PER_CHARACTER = 2;
const OVERHEAD_BYTES = 400;

/**
 * Plans of request bodies seen before, byte for byte, by the same tenant with the same key headers. Equal bytes
 * mean an equal plan, so this saves parsing, validating, canonicalising and digesting what was just asked.
 */
export class PlanMemory {
  readonly #account: LedgerAccount;
  readonly #maxBytes: number;
  readonly #plans = new Map<string, Plan>();
  #bytes = 0;

  constructor(ledger: IsolateLedger, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#account = ledger.open("l0", "plans", (bytes) => this.#shed(bytes));
  }

  get(identity: string): Plan | null {
    return this.#plans.get(identity) ?? null;
  }

  put(identity: string, plan: Plan): void {
    if (identity.length > MAX_REMEMBERED_CHARACTERS || this.#plans.has(identity)) return;
    const bytes = sizeOf(identity, plan);
    while (this.#bytes + bytes > this.#maxBytes && this.#plans.size > 0) this.#dropOldest();
    if (bytes > this.#maxBytes || !this.#account.reserve(bytes)) return;
    this.#plans.set(identity, plan);
    this.#bytes += bytes;
  }

  #shed(bytes: number): void {
    const target = Math.max(0, this.#bytes - bytes);
    while (this.#bytes > target && this.#plans.size > 0) this.#dropOldest();
  }

  #dropOldest(): void {
    const oldest = this.#plans.entries().next().value;
    if (oldest === undefined) return;
    this.#plans.delete(oldest[0]);
    const bytes = sizeOf(oldest[0], oldest[1]);
    this.#bytes -= bytes;
    this.#account.release(bytes);
  }
}

function sizeOf(identity: string, plan: Plan): number {
  return OVERHEAD_BYTES + BYTES_PER_CHARACTER * (identity.length + plan.body.length);
}
