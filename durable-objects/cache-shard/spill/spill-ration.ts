import type { SpillBudget } from "../../../shared/domain/caching/spill-decision.ts";
import { MS_PER_DAY } from "../../../shared/domain/units.ts";
import type { ShardNumbers } from "../storage/shard-numbers.ts";
import type { ShardTransactions } from "../storage/shard-transactions.ts";

/** Writes that one stored number covers in advance. A restart forfeits at most this many writes of the day. */
const RESERVED_AHEAD = 16;

/** The KV writes that a shard may make in one day (UTC). Exact also when the object is killed. */
export class SpillRation {
  readonly #numbers: ShardNumbers;
  readonly #transactions: ShardTransactions;
  readonly #perDay: number;
  #day: number;
  #used: number;

  constructor(numbers: ShardNumbers, transactions: ShardTransactions, perDay: number) {
    this.#numbers = numbers;
    this.#transactions = transactions;
    this.#perDay = perDay;
    this.#day = numbers.get("spill_day");
    this.#used = numbers.get("spills_today");
  }

  budget(nowMs: number): SpillBudget {
    return { usedToday: this.#dayOf(nowMs) === this.#day ? this.#used : 0, perDay: this.#perDay };
  }

  /** Takes one write. Called before the write, so that parallel writes do not exceed the ration. */
  take(nowMs: number): void {
    const day = this.#dayOf(nowMs);
    const used = this.budget(nowMs).usedToday + 1;
    if (day !== this.#day || used > this.#numbers.get("spills_today")) {
      this.#transactions.transact(() => {
        this.#numbers.set("spill_day", day);
        this.#numbers.set("spills_today", Math.min(this.#perDay, used - 1 + RESERVED_AHEAD));
      });
    }
    this.#day = day;
    this.#used = used;
  }

  #dayOf(nowMs: number): number {
    return Math.floor(nowMs / MS_PER_DAY);
  }
}
