import type { UpstreamFailure } from "../../../shared/domain/cache-error.ts";
import type { ProviderRecord } from "../../../shared/domain/figures/provider-health.ts";
import { providerFault } from "../../../shared/domain/figures/provider-health.ts";

/**
 * How this shard's last calls to each provider ended, since the object started. Holds no text from callers or
 * providers.
 */
export class ProviderLog {
  readonly #records = new Map<string, ProviderRecord>();

  noteAnswer(provider: string, nowMs: number): void {
    this.#records.set(provider, { ...this.#recordOf(provider), lastAnswerMs: nowMs });
  }

  noteFailure(provider: string, error: UpstreamFailure, nowMs: number): void {
    const fault = providerFault(error);
    // The provider did answer. The request was at fault.
    if (fault === null && error.kind === "upstream_error") this.noteAnswer(provider, nowMs);
    if (fault === null) return;
    const { reason, status } = fault;
    this.#records.set(provider, { ...this.#recordOf(provider), lastErrorMs: nowMs, lastErrorReason: reason, lastErrorStatus: status });
  }

  all(): readonly ProviderRecord[] {
    return [...this.#records.values()];
  }

  #recordOf(provider: string): ProviderRecord {
    const none = { provider, lastAnswerMs: null, lastErrorMs: null, lastErrorReason: null, lastErrorStatus: null };
    return this.#records.get(provider) ?? none;
  }
}
