import type { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { heapBytesOf } from "../../../shared/memory/heap-bytes.ts";
import { LedgerMap } from "../../../shared/memory/ledger-map.ts";
import type { Plan } from "../request/request-plan.ts";

/** Longest body that is remembered. A longer one would push out many short ones. */
const MAX_REMEMBERED_CHARACTERS = 16 * 1024;
/** Memory of a plan's objects beside its texts. Measured by `npm run bench -- memory-holders`. */
const OVERHEAD_BYTES = 250;

/**
 * Plans of request bodies that this isolate has already seen. An identity is the exact body with the tenant and the
 * headers that go into the key. An equal identity means an equal plan, which saves parsing, validation and digests.
 */
export class PlanMemory {
  readonly #plans: LedgerMap<Plan>;

  constructor(ledger: IsolateLedger, maxBytes: number) {
    this.#plans = new LedgerMap({
      ledger,
      kind: "l0",
      owner: "plans",
      maxBytes,
      bytesOf: (plan, identity) => OVERHEAD_BYTES + heapBytesOf(identity) + heapBytesOf(plan.body) + heapBytesOf(plan.text ?? ""),
    });
  }

  /** Whether plans of bodies of this length are remembered. */
  remembers(body: string): boolean {
    return body.length <= MAX_REMEMBERED_CHARACTERS;
  }

  get(identity: string): Plan | null {
    return this.#plans.peek(identity) ?? null;
  }

  put(identity: string, plan: Plan): void {
    if (this.#plans.has(identity)) return;
    this.#plans.set(identity, plan);
  }
}
