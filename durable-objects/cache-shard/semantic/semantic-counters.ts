import type { SemanticCount } from "../../../shared/contracts/cache-shard/figures-contract.ts";

/** Names of the semantic layer's counters. Vetoes are counted by name: `veto:<name>`. */
export type SemanticCounter =
  | "served"
  | "served_flight"
  | "served_alias"
  | "grey"
  | "rejected"
  | "embedder_failed"
  | "deadline_passed"
  | "index_full"
  | "judged"
  | "judge_failed"
  | "aliased"
  | "audited"
  | "audited_wrong"
  | "feedback_good"
  | "feedback_bad"
  | "quarantined"
  | `veto:${string}`;

/** Counts since the object started. They are for monitoring, not for billing, and are not stored. */
export class SemanticCounters {
  readonly #counts = new Map<string, number>();

  add(counter: SemanticCounter): void {
    this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + 1);
  }

  all(): readonly SemanticCount[] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([counter, count]) => ({ counter, count }));
  }
}
