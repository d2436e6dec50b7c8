import type { FeedbackReply, FeedbackRequest, PairObservation } from "../../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { SemanticCounters } from "../semantic-counters.ts";
import type { AliasStore } from "./alias-store.ts";
import type { ServingLog } from "./serving-log.ts";

export interface CallerFeedbackParts {
  readonly servings: ServingLog;
  readonly aliases: AliasStore;
  readonly counters: SemanticCounters;
  nowMs(): number;
  quarantine(shard: number, key: string): Promise<void>;
  /** Sends an observation to every shard of its scope. */
  observe(observation: PairObservation): Promise<void>;
}

/** Accepts verdicts of callers on semantic hits that they were served. */
export class CallerFeedback {
  readonly #parts: CallerFeedbackParts;

  constructor(parts: CallerFeedbackParts) {
    this.#parts = parts;
  }

  /**
   * Accepts one verdict. A bad one quarantines the entry. Throws when the entry's shard cannot be reached; the caller
   * may then try again.
   */
  async take(request: FeedbackRequest): Promise<FeedbackReply> {
    const { servings, aliases, counters } = this.#parts;
    const claim = servings.claim(request.entryKey, request.callerId, this.#parts.nowMs());
    if (claim.kind !== "granted") return claim;
    const { scope, scoreBin, shard, asked } = claim.serving;
    try {
      if (!request.good) await this.#parts.quarantine(shard, request.entryKey);
    } catch (error) {
      servings.release(request.entryKey, request.callerId, asked, this.#parts.nowMs());
      throw error;
    }
    if (!request.good) aliases.drop(asked);
    counters.add(request.good ? "feedback_good" : "feedback_bad");
    await this.#parts.observe({ scope, scoreBin, right: request.good, source: "feedback" });
    return { kind: "accepted" };
  }
}
