import type { AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { FetchedEntry, SimilarCandidate } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { UpstreamFailure } from "../../../shared/domain/cache-error.ts";
import type { FigureAmounts } from "../../../shared/domain/figures/figure-record.ts";
import { MS_PER_SECOND } from "../../../shared/domain/units.ts";
import type { ProviderOutcome } from "../../../shared/providers/call/provider-answer.ts";
import type { Reporter } from "../../../shared/report/report-event.ts";
import type { Entry } from "../entries/entry.ts";
import type { ProviderLog } from "../figures/provider-log.ts";
import type { SemanticLayer } from "../semantic/semantic-layer.ts";
import type { SearchOutcome } from "../semantic/similarity-search.ts";
import type { Promotion } from "../spill/promotion.ts";
import type { ShardRegistry } from "../topology/shard-registry.ts";
import type { AnswerCommit, AnsweredOutcome } from "./answer-commit.ts";
import { mayBeStored } from "./answer-commit.ts";
import type { Flight } from "./flight.ts";
import type { PumpPorts } from "./provider-to-flight.ts";
import { pumpUpstream } from "./provider-to-flight.ts";

/** Upstream calls per flight: after a transient failure, one more is made for the followers. */
const MAX_CALLS_PER_FLIGHT = 2;
/** HTTP statuses of transient failures: another call may succeed. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([500, 502, 503, 504, 520, 522, 524, 529]);

export interface FlightRunnerParts {
  readonly shard: number;
  readonly report: Reporter;
  readonly promotion: Promotion;
  readonly providers: ProviderLog;
  readonly registry: ShardRegistry;
  readonly pump: PumpPorts;
  readonly commit: AnswerCommit;
  /** Null when similarity search is off. */
  readonly semantic: SemanticLayer | null;
  /** Evicts if the stored entry takes the shard over its bound. */
  makeRoom(entry: Entry): void;
  /** Counts the tokens of a call, and those that its followers saved. */
  countTokens(request: AnswerRequest, outcome: "MISS" | "COALESCED" | "BYPASS", amounts: Partial<FigureAmounts>): void;
}

/** Runs a flight to its end: promotion from KV, similarity search, upstream call, commit, replies. */
export class FlightRunner {
  readonly #parts: FlightRunnerParts;

  constructor(parts: FlightRunnerParts) {
    this.#parts = parts;
  }

  /** Never throws: any error ends the flight with a failure. */
  async run(flight: Flight, request: AnswerRequest, spilled: Entry | null): Promise<void> {
    flight.onUnbuffered(() => this.#parts.commit.markUncacheable(request));
    try {
      const resident = spilled === null ? null : await this.#parts.promotion.promote(spilled);
      if (resident !== null) {
        flight.end({ kind: "promoted", resident });
        return;
      }
      const found = request.cache ? await this.#searchSimilar(flight, request) : null;
      if (found?.kind === "entry") {
        flight.end({ kind: "semantic_hit", match: found.match, entry: found.entry });
        return;
      }
      flight.beginCall();
      if (found?.kind === "flight" && (await this.#followOther(flight, request, found))) return;
      await this.#callUpstream(flight, request, found?.kind === "none" ? found.grey : null);
    } catch (error) {
      // A bug or a storage error. The clients must still get a reply.
      this.#parts.report({ event: "flight_failed", shard: this.#parts.shard, message: String(error) });
      flight.end({ kind: "failed", error: { kind: "internal" } });
    }
  }

  /** Searches for the answer to a similar question; null when similarity search does not apply. */
  async #searchSimilar(flight: Flight, request: AnswerRequest): Promise<SearchOutcome | null> {
    const { semantic } = this.#parts;
    const prepared = semantic?.prepare(request) ?? ({ kind: "exact_only", reason: "off" } as const);
    if (prepared.kind === "exact_only" || semantic === null) {
      const reason = prepared.kind === "exact_only" ? prepared.reason : "off";
      if (request.explain) flight.explanation = JSON.stringify({ verdict: "none", reason, candidates: [] });
      return null;
    }
    flight.question = prepared.question;
    if (!request.read) return null;
    const { outcome, explanation } = await semantic.search(request, prepared.question);
    if (request.explain) flight.explanation = JSON.stringify(explanation);
    return outcome.kind === "entry" && !this.#isAcceptable(outcome.entry, request) ? { kind: "none", grey: null } : outcome;
  }

  /** Whether a semantic hit satisfies the caller's `max-age` and `min-fresh`. */
  #isAcceptable(entry: FetchedEntry, request: AnswerRequest): boolean {
    const nowMs = this.#parts.pump.clock.nowMs();
    const tooOld = request.maxAgeSeconds !== null && nowMs - entry.createdMs > request.maxAgeSeconds * MS_PER_SECOND;
    const tooShort = request.minFreshSeconds !== null && entry.expiresMs - nowMs < request.minFreshSeconds * MS_PER_SECOND;
    return !tooOld && !tooShort;
  }

  /** Takes the answer from the flight of a similar question. False when that flight failed before its first event. */
  async #followOther(flight: Flight, request: AnswerRequest, found: Extract<SearchOutcome, { kind: "flight" }>): Promise<boolean> {
    flight.followed = found.match;
    const reply = { kind: "response", status: 200, contentType: "text/event-stream", retryAfter: null, body: found.stream } as const;
    const outcome = await pumpUpstream(flight, request, { ...this.#parts.pump, call: () => Promise.resolve(reply) });
    if (outcome.kind === "answered") {
      // The other flight stores the entry. Similarity search finds it there from now on.
      flight.end({
        kind: "answered",
        json: outcome.answer.json,
        provider: request.provider,
        createdMs: this.#parts.pump.clock.nowMs(),
        expiresMs: 0,
        stored: false,
        tokens: 0,
      });
      return true;
    }
    if (flight.state === "streaming") {
      flight.end({ kind: "failed", error: outcome.error });
      return true;
    }
    flight.followed = null;
    return false;
  }

  async #callUpstream(flight: Flight, request: AnswerRequest, grey: SimilarCandidate | null): Promise<void> {
    const { registry, pump, semantic, report, shard } = this.#parts;
    // Register before the call: a purge that did not reach this shard is then older than the answer.
    const isRegistered = !mayBeStored(request) || (await registry.register());
    for (let call = 1; ; call++) {
      const outcome = await pumpUpstream(flight, request, pump);
      this.#noteProvider(flight, request.provider, outcome);
      if (outcome.kind === "answered") {
        if (flight.question !== null) await semantic?.awaitVector(flight.question);
        this.#finish(flight, request, outcome, isRegistered);
        if (grey !== null) semantic?.considerAlias(request, grey);
        return;
      }
      report({ event: "upstream_failed", shard, provider: request.provider, reason: outcome.error.kind });
      const retry = call < MAX_CALLS_PER_FLIGHT && flight.state === "calling" && flight.hasSuccessor && isTransient(outcome.error);
      if (!retry) {
        flight.end({ kind: "failed", error: outcome.error });
        return;
      }
      flight.failLeader(outcome.error);
    }
  }

  #noteProvider(flight: Flight, provider: string, outcome: ProviderOutcome): void {
    const { providers, pump } = this.#parts;
    const nowMs = pump.clock.nowMs();
    if (outcome.kind === "answered") providers.noteAnswer(provider, nowMs);
    // A call that was cancelled because all clients left is not the provider's fault.
    else if (flight.wanted) providers.noteFailure(provider, outcome.error, nowMs);
  }

  #finish(flight: Flight, request: AnswerRequest, outcome: AnsweredOutcome, mayStore: boolean): void {
    const { answer } = outcome;
    const entry = mayStore ? this.#parts.commit.commit(flight, request, outcome) : null;
    const tokens = answer.usage === null ? 0 : answer.usage.inputTokens + answer.usage.outputTokens;
    if (answer.usage !== null) this.#parts.countTokens(request, request.cache ? "MISS" : "BYPASS", answer.usage);
    if (flight.spared > 0) this.#parts.countTokens(request, "COALESCED", { tokensSaved: flight.spared * tokens });
    flight.end({
      kind: "answered",
      json: answer.json,
      provider: request.provider,
      createdMs: entry?.createdMs ?? this.#parts.pump.clock.nowMs(),
      expiresMs: entry?.expiresMs ?? 0,
      stored: entry !== null,
      tokens,
    });
    if (entry !== null) this.#parts.makeRoom(entry);
  }
}

function isTransient(error: UpstreamFailure): boolean {
  return error.kind === "upstream_unreachable" || (error.kind === "upstream_error" && TRANSIENT_STATUSES.has(error.status));
}
