import type { Config } from "../../../shared/config/config.ts";
import type { AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import { evictionWorthUsd } from "../../../shared/domain/caching/hit-worth.ts";
import { storability } from "../../../shared/domain/caching/storability.ts";
import { MS_PER_SECOND } from "../../../shared/domain/units.ts";
import type { ProviderOutcome } from "../../../shared/providers/call/provider-answer.ts";
import type { Reporter } from "../../../shared/report/report-event.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { encodeBody } from "../entries/body-codec.ts";
import type { Entry, EntryBody } from "../entries/entry.ts";
import { bodyBytes } from "../entries/entry.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { SemanticLayer } from "../semantic/semantic-layer.ts";
import type { Flight } from "./flight.ts";
import type { PassMarkers } from "./pass-markers.ts";

export interface AnswerCommitParts {
  readonly shard: number;
  readonly report: Reporter;
  readonly config: Config;
  readonly clock: Clock;
  readonly store: EntryStore;
  readonly passMarkers: PassMarkers;
  /** Null when similarity search is off. */
  readonly semantic: SemanticLayer | null;
}

export type AnsweredOutcome = Extract<ProviderOutcome, { kind: "answered" }>;

/** Stores the complete answer of a flight as an entry, if it may be stored. */
export class AnswerCommit {
  readonly #parts: AnswerCommitParts;

  constructor(parts: AnswerCommitParts) {
    this.#parts = parts;
  }

  /** Returns the entry; null when nothing was stored. A storage error is reported but must not withhold the answer. */
  commit(flight: Flight, request: AnswerRequest, outcome: AnsweredOutcome): Entry | null {
    const { config, passMarkers, store, report, shard } = this.#parts;
    if (!mayBeStored(request) || config.storage.shardMaxBytes === 0) return null;
    const { answer, terminated, usageEvent } = outcome;
    const fit = flight.buffered
      ? storability(
          { terminated, finishReasons: answer.finishReasons, empty: answer.empty, bytes: answer.json.length },
          config.bodies.maxEntryBytes,
        )
      : ({ kind: "uncacheable" } as const);
    if (fit.kind === "uncacheable") {
      this.markUncacheable(request);
      return null;
    }
    const body: EntryBody = {
      json: encodeBody(new TextEncoder().encode(answer.json)),
      events: flight.buffer.encodedContent(),
      usageEvent,
    };
    const entry = this.#entryOf(flight, request, outcome, body);
    if (entry.bytes > config.storage.shardMaxBytes) return null;
    try {
      if (store.commit(entry, body, () => this.#rememberQuestion(flight, request)) === "fenced") return null;
    } catch (error) {
      report({ event: "commit_failed", shard, message: String(error) });
      return null;
    }
    passMarkers.clear(request.key);
    return entry;
  }

  /** Lets further requests for the key make their own calls for a while: this answer cannot be shared with them. */
  markUncacheable(request: AnswerRequest): void {
    if (mayBeStored(request)) this.#parts.passMarkers.mark(request.key, this.#parts.clock.nowMs());
  }

  #rememberQuestion(flight: Flight, request: AnswerRequest): void {
    if (flight.question !== null) this.#parts.semantic?.remember(request, flight.question);
  }

  #entryOf(flight: Flight, request: AnswerRequest, outcome: AnsweredOutcome, body: EntryBody): Entry {
    const nowMs = this.#parts.clock.nowMs();
    const { ttiSeconds } = this.#parts.config.freshness;
    const { usage, model, json } = outcome.answer;
    return {
      key: request.key,
      scope: request.scope,
      tenant: request.tenant,
      model: request.model,
      answeredModel: model ?? request.model,
      provider: request.provider,
      tags: flight.tags.all,
      createdMs: nowMs,
      expiresMs: nowMs + request.ttlSeconds * MS_PER_SECOND,
      ttiMs: ttiSeconds === null ? null : ttiSeconds * MS_PER_SECOND,
      lastUsedMs: nowMs,
      hits: 0,
      sequence: flight.identity.sequence,
      bytes: bodyBytes(body),
      inputTokens: usage?.inputTokens ?? 0,
      outputTokens: usage?.outputTokens ?? 0,
      worthUsd: evictionWorthUsd(usage, json.length),
      spilled: null,
    };
  }
}

/** Whether the request allows its answer to be stored. */
export function mayBeStored(request: AnswerRequest): boolean {
  return request.cache && request.ttlSeconds > 0;
}
