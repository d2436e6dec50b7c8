import type { IsolateLedger, LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";
import { LedgerMap } from "../../../shared/memory/ledger-map.ts";
import type { Release } from "../flights/reservation.ts";

/** Memory of the objects around the bytes of a form. */
const OVERHEAD_BYTES = 500;

interface FormInUse {
  readonly bytes: Uint8Array;
  /** Whether a later request may ask for it by the same name. */
  readonly reusable: boolean;
  readers: number;
}

export interface LargeFormsOptions {
  readonly ledger: IsolateLedger;
  readonly owner: string;
  /** The shard's account for answers in progress. */
  readonly answers: LedgerAccount;
  /** Memory for forms that nobody reads at the moment. */
  readonly maxIdleBytes: number;
}

/**
 * Decoded forms of large answers, one copy of each for all clients that read it. A form that clients read stays in
 * memory until the last of them is done, whatever happens to its entry. Afterwards it is kept as long as there is room.
 */
export class LargeForms {
  readonly #answers: LedgerAccount;
  readonly #inUse = new Map<string, FormInUse>();
  readonly #idle: LedgerMap<Uint8Array>;

  constructor({ ledger, owner, answers, maxIdleBytes }: LargeFormsOptions) {
    this.#answers = answers;
    const bytesOf = (bytes: Uint8Array): number => bytes.byteLength + OVERHEAD_BYTES;
    this.#idle = new LedgerMap({ ledger, kind: "ram_front", owner: `${owner}/forms`, maxBytes: maxIdleBytes, bytesOf });
  }

  /** Forms that clients read now. */
  get inUse(): number {
    return this.#inUse.size;
  }

  /** The form with this name, if it is in memory. */
  find(name: string): Uint8Array | null {
    return this.#inUse.get(name)?.bytes ?? this.#idle.get(name) ?? null;
  }

  /**
   * Keeps a form in memory for one more reader, until the returned function is called.
   * @param must keeps it even if the isolate has no memory for it, for clients that have been admitted already. Such a
   *   form belongs to one flight, so it is dropped after its last reader.
   * @returns null when there is no memory
   */
  hold(name: string, bytes: Uint8Array, must: boolean): Release | null {
    const form = this.#inUse.get(name) ?? this.#use(name, bytes, must);
    if (form === null) return null;
    form.readers += 1;
    let held = true;
    return () => {
      if (held) this.#release(name, form);
      held = false;
    };
  }

  #use(name: string, bytes: Uint8Array, must: boolean): FormInUse | null {
    this.#idle.delete(name);
    const cost = bytes.byteLength + OVERHEAD_BYTES;
    if (must) this.#answers.charge(cost);
    else if (!this.#answers.reserve(cost)) return null;
    const form = { bytes, reusable: !must, readers: 0 };
    this.#inUse.set(name, form);
    return form;
  }

  #release(name: string, form: FormInUse): void {
    form.readers -= 1;
    if (form.readers > 0) return;
    this.#inUse.delete(name);
    this.#answers.release(form.bytes.byteLength + OVERHEAD_BYTES);
    if (form.reusable) this.#idle.set(name, form.bytes);
  }
}
