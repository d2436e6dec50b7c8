import type { AnswerRequest, LendReply, PairObservation, Resemblance } from "../../../shared/contracts/cache-shard.ts";
import { purgeCovers } from "../../../shared/domain/purge.ts";
import type { PurgeLog } from "../purge-log.ts";
import type { AliasStore } from "./alias-store.ts";
import type { Judge } from "./judge.ts";
import { messageText } from "./judge.ts";
import type { SemanticCounters } from "./semantic-counters.ts";
import type { SemanticSource } from "./semantic-search.ts";

export interface DeskParts {
  /** Null = nobody judges. */
  readonly judge: Judge | null;
  readonly aliases: AliasStore;
  readonly counters: SemanticCounters;
  readonly log: PurgeLog;
  nowMs(): number;
  random(): number;
  lend(shard: number, key: string): Promise<LendReply>;
  quarantine(shard: number, key: string): Promise<void>;
  observe(observation: PairObservation): Promise<void>;
}

/** Takes pairs to the judge after the client has its answer, and acts on the verdicts. */
export class JudgeDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Yes makes an alias: asked again, the question is answered by the earlier entry whenever its own is gone. */
  async considerAlias(request: AnswerRequest, grey: Resemblance): Promise<void> {
    const { counters, aliases, log } = this.#parts;
    const { sequence } = log;
    const right = await this.#verdict(request, grey.shard, grey.key);
    if (right === null) return;
    await this.#parts.observe({ scope: request.scope, band: grey.band, right, source: "judge" });
    if (!right) return;
    // A purge while the judge thought it over covers the alias as it covers a flight.
    const subject = {
      key: request.key,
      scope: request.scope,
      tenant: request.tenant,
      models: [request.model],
      tags: request.tags,
      createdMs: this.#parts.nowMs(),
      sequence,
    };
    if (log.since(sequence).some((record) => purgeCovers(record, subject))) return;
    const { key, scope, tenant } = request;
    aliases.put(
      { key, scope, tenant, shard: grey.shard, target: grey.key, similarity: grey.similarity, band: grey.band },
      sequence,
      this.#parts.nowMs(),
    );
    counters.add("aliased");
  }

  /** A share of what was served is judged for good; a wrong one is quarantined. */
  async audit(request: AnswerRequest, source: SemanticSource): Promise<void> {
    const { judge, counters } = this.#parts;
    if (judge === null || this.#parts.random() >= judge.auditShare) return;
    const right = await this.#verdict(request, source.shard, source.key);
    if (right === null) return;
    counters.add("audited");
    await this.#parts.observe({ scope: request.scope, band: source.band, right, source: "audit" });
    if (right) return;
    counters.add("audited_wrong");
    await this.#parts.quarantine(source.shard, source.key);
  }

  async #verdict(request: AnswerRequest, shard: number, key: string): Promise<boolean | null> {
    const { judge, counters } = this.#parts;
    if (judge === null || request.text === null) return null;
    try {
      const lent = await this.#parts.lend(shard, key);
      if (lent.kind !== "entry") return null;
      const right = await judge.judge({ earlierQuestion: lent.text, earlierAnswer: messageText(lent.json), newQuestion: request.text });
      counters.add(right === null ? "judge_failed" : "judged");
      return right;
    } catch {
      counters.add("judge_failed");
      return null;
    }
  }
}
