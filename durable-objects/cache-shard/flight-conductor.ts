import type { Config } from "../../shared/config/config.ts";
import type { AnswerRequest, LentEntry, Resemblance } from "../../shared/contracts/cache-shard.ts";
import { evictionWorthUsd } from "../../shared/domain/answer-value.ts";
import type { UpstreamFailure } from "../../shared/domain/cache-error.ts";
import { storability } from "../../shared/domain/storable.ts";
import type { Reporter } from "../../shared/report/report-event.ts";
import { encodeBody } from "./body-codec.ts";
import type { Entry, EntryBody } from "./entry.ts";
import { bodyBytes } from "./entry-store.ts";
import type { EntryStore } from "./entry-store.ts";
import type { Flight } from "./flight.ts";
import type { PumpOutcome, PumpPorts } from "./flight-pump.ts";
import { pumpUpstream } from "./flight-pump.ts";
import type { PassMarkers } from "./pass-markers.ts";
import type { Promotion } from "./promotion.ts";
import type { ProviderLog } from "./provider-log.ts";
import type { ResidentEntry } from "./ram-front.ts";
import type { Roster } from "./roster.ts";
import type { SemanticLayer } from "./semantic/semantic-layer.ts";
import type { SearchOutcome, SemanticSource } from "./semantic/semantic-search.ts";

/** Upstream calls one flight may make: after a passing failure one of those who wait takes over, once. */
const MAX_CALLS_PER_FLIGHT = 2;
/** Statuses that another try may not see again. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([500, 502, 503, 504, 520, 522, 524, 529]);
/** Events repeat themselves so much that even short ones gain from deflate. */
const MIN_DEFLATE_EVENT_BYTES = 512;
const MS_PER_SECOND = 1000;

export interface ConductorParts {
  readonly shard: number;
  readonly report: Reporter;
  readonly config: Config;
  readonly store: EntryStore;
  readonly promotion: Promotion;
  readonly passMarkers: PassMarkers;
  readonly providers: ProviderLog;
  readonly roster: Roster;
  readonly pump: PumpPorts;
  /** Null when answers by meaning are off. */
  readonly semantic: SemanticLayer | null;
  /** An entry was stored: make room. */
  stored(entry: Entry): void;
  /** Followers were served by one call: tokens they did not cost. */
  shared(tenant: string, tokensSaved: number): void;
}

/** Leads a flight from its registration to its end: look in KV, call upstream, commit, then tell everybody. */
export class FlightConductor {
  readonly #parts: ConductorParts;

  constructor(parts: ConductorParts) {
    this.#parts = parts;
  }

  /** Never throws: whatever goes wrong ends the flight with an error. */
  async conduct(flight: Flight, request: AnswerRequest, spilled: Entry | null): Promise<void> {
    try {
      const resident = spilled === null ? null : await this.#parts.promotion.promote(spilled);
      if (resident !== null) {
        flight.end({ kind: "found", resident, source: null });
        return;
      }
      const found = request.cache ? await this.#seekMeaning(flight, request) : null;
      if (found?.kind === "entry") {
        flight.end({ kind: "found", resident: borrowed(found.source, found.lent, flight), source: found.source });
        return;
      }
      flight.calling();
      if (found?.kind === "flight" && (await this.#followOther(flight, request, found))) return;
      await this.#callUpstream(flight, request, found?.kind === "none" ? found.grey : null);
    } catch (error) {
      // A bug or a storage fault: the clients must hear of it all the same.
      this.#parts.report({ event: "flight_failed", shard: this.#parts.shard, message: String(error) });
      flight.end({ kind: "failed", error: { kind: "internal" } });
    }
  }

  /** Looks for an answer to other words; null where meaning has no say. */
  async #seekMeaning(flight: Flight, request: AnswerRequest): Promise<SearchOutcome | null> {
    const { semantic } = this.#parts;
    const prepared = semantic?.prepare(request) ?? ({ kind: "exact_only", reason: "off" } as const);
    if (prepared.kind === "exact_only" || semantic === null) {
      if (request.explain)
        flight.explanation = JSON.stringify({
          verdict: "none",
          reason: prepared.kind === "exact_only" ? prepared.reason : "off",
          candidates: [],
        });
      return null;
    }
    flight.question = prepared.question;
    if (!request.read) return null;
    const { outcome, explanation } = await semantic.search(request, prepared.question);
    if (request.explain) flight.explanation = JSON.stringify(explanation);
    return outcome.kind === "entry" && !this.#acceptable(outcome.lent, request) ? { kind: "none", grey: null } : outcome;
  }

  /** A caller's wishes about age hold for answers by meaning too. */
  #acceptable(lent: LentEntry, request: AnswerRequest): boolean {
    const nowMs = this.#parts.pump.clock.nowMs();
    const tooOld = request.maxAgeSeconds !== null && nowMs - lent.createdMs > request.maxAgeSeconds * MS_PER_SECOND;
    const tooShort = request.minFreshSeconds !== null && lent.expiresMs - nowMs < request.minFreshSeconds * MS_PER_SECOND;
    return !tooOld && !tooShort;
  }

  /** Takes the answer from a flight of other words. False when that one failed before its first event. */
  async #followOther(flight: Flight, request: AnswerRequest, found: Extract<SearchOutcome, { kind: "flight" }>): Promise<boolean> {
    flight.joined = found.source;
    const reply = { kind: "response", status: 200, contentType: "text/event-stream", retryAfter: null, body: found.stream } as const;
    const outcome = await pumpUpstream(flight, request, { ...this.#parts.pump, call: () => Promise.resolve(reply) });
    if (outcome.kind === "answered") {
      // The entry belongs to the other question; this one finds it there by meaning from now on.
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
    flight.joined = null;
    return false;
  }

  async #callUpstream(flight: Flight, request: AnswerRequest, grey: Resemblance | null): Promise<void> {
    // Before the call: purges that do not reach this shard yet are older than the answer.
    const enlisted = !isStorable(request) || (await this.#parts.roster.join());
    for (let call = 1; ; call++) {
      const outcome = await pumpUpstream(flight, request, this.#parts.pump);
      this.#noteProvider(flight, request.provider, outcome);
      if (outcome.kind === "answered") {
        if (flight.question !== null) await this.#parts.semantic?.settle(flight.question);
        this.#finish(flight, request, outcome, enlisted);
        if (grey !== null) this.#parts.semantic?.considerAlias(request, grey);
        return;
      }
      this.#parts.report({ event: "upstream_failed", shard: this.#parts.shard, provider: request.provider, reason: outcome.error.kind });
      const retry = call < MAX_CALLS_PER_FLIGHT && flight.state === "calling" && flight.hasSuccessor && isTransient(outcome.error);
      if (!retry) {
        flight.end({ kind: "failed", error: outcome.error });
        return;
      }
      flight.failLeader(outcome.error);
    }
  }

  #noteProvider(flight: Flight, provider: string, outcome: PumpOutcome): void {
    const nowMs = this.#parts.pump.clock.nowMs();
    if (outcome.kind === "answered") this.#parts.providers.answered(provider, nowMs);
    // A call that was cancelled because everybody left looks like one that broke.
    else if (flight.keep || flight.subscriberCount > 0) this.#parts.providers.failed(provider, outcome.error, nowMs);
  }

  #finish(flight: Flight, request: AnswerRequest, outcome: Extract<PumpOutcome, { kind: "answered" }>, mayStore: boolean): void {
    const { answer } = outcome;
    const entry = mayStore ? this.#commit(flight, request, outcome) : null;
    const tokens = answer.usage === null ? 0 : answer.usage.inputTokens + answer.usage.outputTokens;
    if (flight.followers > 0) this.#parts.shared(request.tenant, flight.followers * tokens);
    flight.end({
      kind: "answered",
      json: answer.json,
      provider: request.provider,
      createdMs: entry?.createdMs ?? this.#parts.pump.clock.nowMs(),
      expiresMs: entry?.expiresMs ?? 0,
      stored: entry !== null,
      tokens,
    });
    if (entry !== null) this.#parts.stored(entry);
  }

  /** The entry when it was stored. A storing fault is no reason to withhold the answer. */
  #commit(flight: Flight, request: AnswerRequest, outcome: Extract<PumpOutcome, { kind: "answered" }>): Entry | null {
    if (!isStorable(request) || this.#parts.config.storage.shardMaxBytes === 0) return null;
    const { answer, terminated, usageEvent } = outcome;
    const { maxEntryBytes } = this.#parts.config.bodies;
    const fit = flight.oversize
      ? ({ kind: "uncacheable" } as const)
      : storability({ terminated, finishReasons: answer.finishReasons, empty: answer.empty, bytes: answer.json.length }, maxEntryBytes);
    if (fit.kind === "uncacheable") {
      this.#parts.passMarkers.mark(request.key, this.#parts.pump.clock.nowMs());
      return null;
    }
    const body: EntryBody = {
      json: encodeBody(new TextEncoder().encode(answer.json)),
      events: encodeBody(flight.buffer.contentBytes(), MIN_DEFLATE_EVENT_BYTES),
      usageEvent,
    };
    const entry = this.#entryOf(flight, request, outcome, body);
    if (entry.bytes > this.#parts.config.storage.shardMaxBytes) return null;
    try {
      if (this.#parts.store.commit(entry, body, () => this.#rememberQuestion(flight, request)) === "fenced") return null;
    } catch (error) {
      this.#parts.report({ event: "commit_failed", shard: this.#parts.shard, message: String(error) });
      return null;
    }
    this.#parts.passMarkers.clear(request.key);
    return entry;
  }

  #rememberQuestion(flight: Flight, request: AnswerRequest): void {
    if (flight.question !== null) this.#parts.semantic?.remember(request, flight.question);
  }

  #entryOf(flight: Flight, request: AnswerRequest, outcome: Extract<PumpOutcome, { kind: "answered" }>, body: EntryBody): Entry {
    const nowMs = this.#parts.pump.clock.nowMs();
    const { ttiSeconds } = this.#parts.config.freshness;
    const { usage, model, json } = outcome.answer;
    return {
      key: request.key,
      scope: request.scope,
      tenant: request.tenant,
      model: request.model,
      answeredModel: model ?? request.model,
      provider: request.provider,
      tags: [...flight.tags],
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

/** Another shard's entry, as if it were here: served once, never kept. */
function borrowed(source: SemanticSource, lent: LentEntry, flight: Flight): ResidentEntry {
  const { identity } = flight;
  const body: EntryBody = {
    json: encodeBody(new TextEncoder().encode(lent.json)),
    events: encodeBody(lent.events),
    usageEvent: lent.usageEvent,
  };
  const entry: Entry = {
    key: source.key,
    scope: identity.scope,
    tenant: identity.tenant,
    model: identity.model,
    answeredModel: lent.model,
    provider: lent.provider,
    tags: [],
    createdMs: lent.createdMs,
    expiresMs: lent.expiresMs,
    ttiMs: null,
    lastUsedMs: lent.createdMs,
    hits: 0,
    sequence: identity.sequence,
    bytes: bodyBytes(body),
    inputTokens: lent.inputTokens,
    outputTokens: lent.outputTokens,
    worthUsd: 0,
    spilled: null,
  };
  return { entry, body, json: lent.json, bytes: 0 };
}

/** The caller lets its answer be stored. */
function isStorable(request: AnswerRequest): boolean {
  return request.cache && request.ttlSeconds > 0;
}

function isTransient(error: UpstreamFailure): boolean {
  return error.kind === "upstream_unreachable" || (error.kind === "upstream_error" && TRANSIENT_STATUSES.has(error.status));
}
