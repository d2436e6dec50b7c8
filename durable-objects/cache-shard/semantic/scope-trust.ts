import type { PairObservation } from "../../../shared/contracts/cache-shard.ts";
import type { ScopeTrust } from "../../../shared/domain/semantic/trust.ts";
import { emptyTrust, observe } from "../../../shared/domain/semantic/trust.ts";
import type { Bands } from "../../../shared/domain/semantic/verdict.ts";
import { resolveBands, scoreBinCount } from "../../../shared/domain/semantic/verdict.ts";
import type { MeaningStore } from "./meaning-store.ts";

const MAX_SCOPES_IN_MEMORY = 1000;

/** What each scope has learned about its own mistakes, and the bands that follow from it. */
export class ScopeTrustBook {
  readonly #sql: SqlStorage;
  readonly #meanings: MeaningStore;
  readonly #errorBound: number;
  readonly #shipped: Bands;
  readonly #bands = new Map<string, Bands>();

  constructor(sql: SqlStorage, meanings: MeaningStore, errorBound: number) {
    this.#sql = sql;
    this.#meanings = meanings;
    this.#errorBound = errorBound;
    this.#shipped = resolveBands(errorBound);
  }

  bands(scope: string): Bands {
    const known = this.#bands.get(scope);
    if (known !== undefined) return known;
    const trust = this.#trust(scope);
    const bands = trust === null ? this.#shipped : resolveBands(this.#errorBound, trust);
    if (this.#bands.size >= MAX_SCOPES_IN_MEMORY) this.#bands.clear();
    this.#bands.set(scope, bands);
    return bands;
  }

  observe({ scope, band, right, source }: PairObservation): void {
    const trust = observe(this.#trust(scope) ?? emptyTrust(scoreBinCount()), { bin: band, isRight: right, source });
    const ref = this.#meanings.scopeRef(scope);
    this.#sql.exec("UPDATE scopes SET trust = ? WHERE ref = ?", JSON.stringify(trust), ref);
    this.#bands.delete(scope);
  }

  #trust(scope: string): ScopeTrust | null {
    const text = this.#sql.exec<{ trust: string }>("SELECT trust FROM scopes WHERE scope = ?", scope).toArray()[0]?.trust ?? "";
    if (text === "") return null;
    const trust = JSON.parse(text) as ScopeTrust; // written by `observe`
    // Bins of another calibration say nothing about these.
    return trust.right.length === scoreBinCount() ? trust : null;
  }
}
