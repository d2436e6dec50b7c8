import type { WholeAnswer } from "../../../shared/contracts/cache-shard.ts";
import type { IsolateLedger, LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";

/** In which form an answer is kept. */
export type AnswerForm = "json" | "sse" | "sse+usage";

export interface RememberedAnswer {
  readonly answer: WholeAnswer;
  readonly untilMs: number;
  readonly bytes: number;
}

const OVERHEAD_BYTES = 500;
const BYTES_PER_CHARACTER = 2;

/** L0: answers that a shard has just given, kept in the isolate for a few seconds. Its TTL bounds how long a purge elsewhere can lag here. */
export class AnswerMemory {
  readonly #account: LedgerAccount;
  readonly #maxBytes: number;
  readonly #ttlMs: number;
  readonly #answers = new Map<string, RememberedAnswer>();
  #bytes = 0;
  #generation = 0;

  constructor(ledger: IsolateLedger, maxBytes: number, ttlMs: number) {
    this.#maxBytes = maxBytes;
    this.#ttlMs = ttlMs;
    this.#account = ledger.open("l0", "answers", (bytes) => this.#shed(bytes));
  }

  get enabled(): boolean {
    return this.#maxBytes > 0 && this.#ttlMs > 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Rises with every purge: an answer asked for before one must not be remembered after it. */
  get generation(): number {
    return this.#generation;
  }

  get(key: string, form: AnswerForm, nowMs: number): WholeAnswer | null {
    const name = nameOf(key, form);
    const remembered = this.#answers.get(name);
    if (remembered === undefined) return null;
    if (remembered.untilMs > nowMs) return remembered.answer;
    this.#forget(name, remembered);
    return null;
  }

  /** @param generation what `generation` was when the request began */
  put(key: string, form: AnswerForm, answer: WholeAnswer, generation: number, nowMs: number): void {
    if (!this.enabled || generation !== this.#generation || !answer.stored) return;
    const untilMs = Math.min(nowMs + this.#ttlMs, answer.expiresMs);
    const bytes = OVERHEAD_BYTES + BYTES_PER_CHARACTER * answer.json.length + (answer.sse?.byteLength ?? 0);
    const name = nameOf(key, form);
    const previous = this.#answers.get(name);
    if (previous !== undefined) this.#forget(name, previous);
    while (this.#bytes + bytes > this.#maxBytes && this.#answers.size > 0) this.#dropOldest();
    if (untilMs <= nowMs || bytes > this.#maxBytes || !this.#account.reserve(bytes)) return;
    this.#answers.set(name, { answer: { ...answer, outcome: "HIT", forwarded: null, collapsed: false }, untilMs, bytes });
    this.#bytes += bytes;
  }

  /** Everything goes: a purge was served here. */
  clear(): void {
    this.#generation += 1;
    for (const [name, remembered] of this.#answers) this.#forget(name, remembered);
  }

  #shed(bytes: number): void {
    const target = Math.max(0, this.#bytes - bytes);
    while (this.#bytes > target && this.#answers.size > 0) this.#dropOldest();
  }

  #dropOldest(): void {
    const oldest = this.#answers.entries().next().value;
    if (oldest !== undefined) this.#forget(oldest[0], oldest[1]);
  }

  #forget(name: string, remembered: RememberedAnswer): void {
    this.#answers.delete(name);
    this.#bytes -= remembered.bytes;
    this.#account.release(remembered.bytes);
  }
}

function nameOf(key: string, form: AnswerForm): string {
  return `${key}|${form}`;
}
