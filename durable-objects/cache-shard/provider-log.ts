import type { UpstreamFailure } from "../../shared/domain/cache-error.ts";
import type { ProviderRecord } from "../../shared/domain/provider-health.ts";
import { providerFault } from "../../shared/domain/provider-health.ts";

/** How this shard's calls to each provider ended last, since the object started. Holds no text of anybody. */
export class ProviderLog {
  readonly #records = new Map<string, ProviderRecord>();

  answered(provider: string, nowMs: number): void {
    this.#records.set(provider, { ...this.#of(provider), lastAnswerMs: nowMs });
  }

  failed(provider: string, error: UpstreamFailure, nowMs: number): void {
    const fault = providerFault(error);
    // It did answer: what it was asked was wrong.
    if (fault === null && error.kind === "upstream_error") this.answered(provider, nowMs);
    if (fault === null) return;
    const { reason, status } = fault;
    this.#records.set(provider, { ...this.#of(provider), lastErrorMs: nowMs, lastErrorReason: reason, lastErrorStatus: status });
  }

  all(): readonly ProviderRecord[] {
    return [...this.#records.values()];
  }

  #of(provider: string): ProviderRecord {
    const none = { provider, lastAnswerMs: null, lastErrorMs: null, lastErrorReason: null, lastErrorStatus: null };
    return this.#records.get(provider) ?? none;
  }
}
