import type { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../../shared/memory/ledger-map.ts";
import type { Plan } from "../request/plan.ts";

/** Longer bodies are planned anew: remembering them would push out many short ones. */
const MAX_REMEMBERED_CHARACTERS = 16 * 1024;
const BYTES_PER_CHARACTER = 2;
const OVERHEAD_BYTES = 400;

/**
 * Plans of request bodies that this isolate has seen before, byte for byte, from the same tenant with the same key
 * headers. Equal bytes mean an equal plan, so nothing need be parsed, validated, canonicalised and digested again.
 */
export class PlanMemory {
  readonly #plans: LedgerMap<Plan>;

  constructor(ledger: IsolateLedger, maxBytes: number) {
    this.#plans = new LedgerMap({
      ledger,
      kind: "l0",
      owner: "plans",
      maxBytes,
      bytesOf: (plan, identity) => OVERHEAD_BYTES + BYTES_PER_CHARACTER * (identity.length + plan.body.length),
    });
  }

  get(identity: string): Plan | null {
    return this.#plans.peek(identity) ?? null;
  }

  put(identity: string, plan: Plan): void {
    if (identity.length > MAX_REMEMBERED_CHARACTERS || this.#plans.has(identity)) return;
    this.#plans.set(identity, plan);
  }
}
