import type { AnswerRequest } from "../../../../shared/contracts/cache-shard/answer-contract.ts";
import type { FetchEntryReply, PairObservation, SimilarCandidate } from "../../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { PurgeLog } from "../../purging/purge-log.ts";
import type { AliasStore } from "./alias-store.ts";
import type { Judge } from "./model-judge.ts";
import { messageText } from "./model-judge.ts";
import type { SemanticCounters } from "../semantic-counters.ts";
import type { SemanticMatch } from "../similarity-search.ts";

export interface PairReviewParts {
  /** Null when no judge is configured. */
  readonly judge: Judge | null;
  readonly aliases: AliasStore;
  readonly counters: SemanticCounters;
  readonly log: PurgeLog;
  nowMs(): number;
  random(): number;
  fetchEntry(shard: number, key: string): Promise<FetchEntryReply>;
  quarantine(shard: number, key: string): Promise<void>;
  observe(observation: PairObservation): Promise<void>;
}

/** Asks the judge about pairs of questions, after the client has been answered, and acts on the verdicts. */
export class PairReview {
  readonly #parts: PairReviewParts;

  constructor(parts: PairReviewParts) {
    this.#parts = parts;
  }

  /** Reviews a grey candidate. A yes creates an alias: from then on the earlier entry answers the question. */
  async considerAlias(request: AnswerRequest, grey: SimilarCandidate): Promise<void> {
    const { counters, aliases, log } = this.#parts;
    const { sequence } = log;
    const right = await this.#verdict(request, grey.shard, grey.key);
    if (right === null) return;
    await this.#parts.observe({ scope: request.scope, scoreBin: grey.scoreBin, right, source: "judge" });
    if (!right) return;
    // A purge during the review covers the alias, as it covers a flight.
    const subject = {
      key: request.key,
      scope: request.scope,
      tenant: request.tenant,
      models: [request.model],
      tags: request.tags,
      createdMs: this.#parts.nowMs(),
      sequence,
    };
    if (log.fences(subject)) return;
    const { key, scope, tenant } = request;
    aliases.put(
      { key, scope, tenant, shard: grey.shard, target: grey.key, similarity: grey.similarity, scoreBin: grey.scoreBin },
      sequence,
      this.#parts.nowMs(),
    );
    counters.add("aliased");
  }

  /**
   * Audits a served semantic hit, if it is in the random share that is audited. Quarantines the entry of a wrong one.
   */
  async audit(request: AnswerRequest, match: SemanticMatch): Promise<void> {
    const { judge, counters } = this.#parts;
    if (judge === null || this.#parts.random() >= judge.auditShare) return;
    const right = await this.#verdict(request, match.shard, match.key);
    if (right === null) return;
    counters.add("audited");
    await this.#parts.observe({ scope: request.scope, scoreBin: match.scoreBin, right, source: "audit" });
    if (right) return;
    counters.add("audited_wrong");
    await this.#parts.quarantine(match.shard, match.key);
  }

  async #verdict(request: AnswerRequest, shard: number, key: string): Promise<boolean | null> {
    const { judge, counters } = this.#parts;
    if (judge === null || request.text === null) return null;
    try {
      const fetched = await this.#parts.fetchEntry(shard, key);
      if (fetched.kind !== "entry") return null;
      const right = await judge.judge({
        earlierQuestion: fetched.text,
        earlierAnswer: messageText(fetched.json),
        newQuestion: request.text,
      });
      counters.add(right === null ? "judge_failed" : "judged");
      return right;
    } catch {
      counters.add("judge_failed");
      return null;
    }
  }
}
