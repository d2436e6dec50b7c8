import type { PairObservation } from "../../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { ScopeTrust } from "../../../../shared/domain/semantic/trust.ts";
import { emptyTrust, observe } from "../../../../shared/domain/semantic/trust.ts";
import type { ScoreThresholds } from "../../../../shared/domain/semantic/serve-verdict.ts";
import { resolveThresholds, scoreBinCount } from "../../../../shared/domain/semantic/serve-verdict.ts";
import { BoundedMap } from "../../../../shared/domain/bounded-map.ts";
import type { QuestionStore } from "../candidates/question-store.ts";

const MAX_SCOPES_IN_MEMORY = 1000;

/** What each scope has learned from verdicts on its pairs, and the score thresholds that result. */
export class ScopeTrustStore {
  readonly #sql: SqlStorage;
  readonly #questions: QuestionStore;
  readonly #errorBound: number;
  readonly #shipped: ScoreThresholds;
  readonly #thresholds = new BoundedMap<string, ScoreThresholds>({ maxWeight: MAX_SCOPES_IN_MEMORY });

  constructor(sql: SqlStorage, questions: QuestionStore, errorBound: number) {
    this.#sql = sql;
    this.#questions = questions;
    this.#errorBound = errorBound;
    this.#shipped = resolveThresholds(errorBound);
  }

  thresholds(scope: string): ScoreThresholds {
    const known = this.#thresholds.get(scope);
    if (known !== undefined) return known;
    const trust = this.#trust(scope);
    const thresholds = trust === null ? this.#shipped : resolveThresholds(this.#errorBound, trust);
    this.#thresholds.set(scope, thresholds);
    return thresholds;
  }

  observe({ scope, scoreBin, right, source }: PairObservation): void {
    const trust = observe(this.#trust(scope) ?? emptyTrust(scoreBinCount()), { bin: scoreBin, isRight: right, source });
    const ref = this.#questions.scopeRef(scope);
    this.#sql.exec("UPDATE scopes SET trust = ? WHERE ref = ?", JSON.stringify(trust), ref);
    this.#thresholds.delete(scope);
  }

  #trust(scope: string): ScopeTrust | null {
    const text = this.#sql.exec<{ trust: string }>("SELECT trust FROM scopes WHERE scope = ?", scope).toArray()[0]?.trust ?? "";
    if (text === "") return null;
    const trust = JSON.parse(text) as ScopeTrust; // written by `observe`
    // Counts from another calibration have other bins and cannot be used.
    return trust.right.length === scoreBinCount() ? trust : null;
  }
}
