import type { WholeAnswer } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { heapBytesOf } from "../../../shared/memory/heap-bytes.ts";
import { LedgerMap } from "../../../shared/memory/ledger-map.ts";

/** The form in which an answer is kept. `sse+usage` includes the usage event. */
export type AnswerForm = "json" | "sse" | "sse+usage";

interface RememberedAnswer {
  readonly answer: WholeAnswer;
  readonly untilMs: number;
}

/** Memory of an answer's objects beside its texts. Measured by `npm run bench -- memory-holders`. */
const OVERHEAD_BYTES = 350;

/**
 * L0: recent answers of shards, kept in the isolate for a few seconds.
 * Its TTL bounds how long an answer outlives a purge.
 */
export class AnswerMemory {
  readonly #maxBytes: number;
  readonly #ttlMs: number;
  readonly #answers: LedgerMap<RememberedAnswer>;
  #generation = 0;

  constructor(ledger: IsolateLedger, maxBytes: number, ttlMs: number) {
    this.#maxBytes = maxBytes;
    this.#ttlMs = ttlMs;
    this.#answers = new LedgerMap({ ledger, kind: "l0", owner: "answers", maxBytes, bytesOf: ({ answer }) => answerBytes(answer) });
  }

  get enabled(): boolean {
    return this.#maxBytes > 0 && this.#ttlMs > 0;
  }

  get bytes(): number {
    return this.#answers.bytes;
  }

  /** Rises with every purge, so that an answer requested before a purge is not remembered after it. */
  get generation(): number {
    return this.#generation;
  }

  get(key: string, form: AnswerForm, nowMs: number): WholeAnswer | null {
    const name = nameOf(key, form);
    const remembered = this.#answers.peek(name);
    if (remembered === undefined) return null;
    if (remembered.untilMs > nowMs) return remembered.answer;
    this.#answers.delete(name);
    return null;
  }

  /** Remembers an answer. @param generation the value of `generation` when the request began */
  put(key: string, form: AnswerForm, answer: WholeAnswer, generation: number, nowMs: number): void {
    if (!this.enabled || generation !== this.#generation || !answer.stored) return;
    const untilMs = Math.min(nowMs + this.#ttlMs, answer.expiresMs);
    const name = nameOf(key, form);
    if (untilMs <= nowMs) this.#answers.delete(name);
    else this.#answers.set(name, { answer: { ...answer, outcome: "HIT", forwarded: null, collapsed: false }, untilMs });
  }

  /** Drops all answers, because this isolate has handled a purge. */
  clear(): void {
    this.#generation += 1;
    this.#answers.clear();
  }
}

function answerBytes(answer: WholeAnswer): number {
  return OVERHEAD_BYTES + heapBytesOf(answer.json) + heapBytesOf(answer.explanation ?? "") + (answer.sse?.byteLength ?? 0);
}

function nameOf(key: string, form: AnswerForm): string {
  return `${key}|${form}`;
}
