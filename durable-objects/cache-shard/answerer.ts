import type { Config } from "../../shared/config/config.ts";
import type { AnswerReply, AnswerRequest, CacheOutcome, FailedAnswer, WholeAnswer } from "../../shared/contracts/cache-shard.ts";
import type { CacheError } from "../../shared/domain/cache-error.ts";
import type { EntryTimes, Freshness, StaleWindows } from "../../shared/domain/freshness.ts";
import { freshness, lifeEndMs } from "../../shared/domain/freshness.ts";
import { SSE_DONE, sseEvent } from "../../shared/wire/chat-replay.ts";
import { joinBytes } from "../../shared/domain/join-bytes.ts";
import { decodeBody } from "./body-codec.ts";
import type { Clock } from "./clock.ts";
import type { Entry } from "./entry.ts";
import type { EntryStore, Lookup } from "./entry-store.ts";
import type { FlightEnd, FlightOpening, FlightPorts } from "./flight.ts";
import { Flight } from "./flight.ts";
import type { FlightConductor } from "./flight-conductor.ts";
import type { FlightTable } from "./flight-table.ts";
import type { PassMarkers } from "./pass-markers.ts";
import type { Promotion } from "./promotion.ts";
import type { PurgeLog } from "./purge-log.ts";
import type { ResidentEntry } from "./ram-front.ts";
import type { SemanticLayer } from "./semantic/semantic-layer.ts";
import type { SemanticSource } from "./semantic/semantic-search.ts";
import type { UseLog } from "./use-log.ts";

const MS_PER_SECOND = 1000;
const ANY_AGE = -1;
/** At most one refresh of a key in this time, so that a failing upstream is not asked with every request. */
const REFRESH_COOLDOWN_MS = 5000;
const MAX_REFRESHES = 10_000;
const ORIGIN_FAULTS: ReadonlySet<CacheError["kind"]> = new Set([
  "upstream_unreachable",
  "upstream_timeout",
  "upstream_invalid",
  "overloaded",
]);
/** An equal question was there: meaning was not asked. */
const EXACT_EXPLANATION = JSON.stringify({ verdict: "exact", candidates: [] });
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface AnswererParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly store: EntryStore;
  readonly uses: UseLog;
  readonly flights: FlightTable;
  readonly flightPorts: FlightPorts;
  readonly passMarkers: PassMarkers;
  readonly promotion: Promotion;
  readonly conductor: FlightConductor;
  readonly log: PurgeLog;
  /** Null when answers by meaning are off. */
  readonly semantic: SemanticLayer | null;
  /** Keeps the object alive until the work is done. */
  keepAlive(work: Promise<unknown>): void;
  served(request: AnswerRequest, outcome: CacheOutcome, tokensSaved: number): void;
  failed(request: AnswerRequest): void;
}

/** A stored answer and whether this caller may have it now. */
interface Candidate {
  readonly found: Lookup;
  readonly fresh: Freshness | null;
}

/** How a request that no stored answer satisfied goes on. */
interface Forwarding {
  readonly outcome: "MISS" | "COALESCED" | "BYPASS";
  /** RFC 9211 `fwd`. */
  readonly forwarded: "miss" | "request" | "stale" | "bypass";
  /** Served instead of an error of the origin. */
  readonly stale: ResidentEntry | null;
}

/** Whether others may join a flight, and whether its answer is worth having when nobody waits any more. */
interface LaunchOptions {
  readonly shared: boolean;
  readonly keep: boolean;
}

const BYPASS: Forwarding = { outcome: "BYPASS", forwarded: "bypass", stale: null };

/** Decides how one request is answered: from the store, from a flight under way, or from a flight of its own. */
export class Answerer {
  readonly #parts: AnswererParts;
  readonly #windows: StaleWindows;
  /** When a stale entry may be refreshed again, by key. */
  readonly #refreshAgainMs = new Map<string, number>();

  constructor(parts: AnswererParts) {
    this.#parts = parts;
    const { staleWhileRevalidateSeconds, staleIfErrorSeconds } = parts.config.freshness;
    this.#windows = {
      staleWhileRevalidateMs: staleWhileRevalidateSeconds * MS_PER_SECOND,
      staleIfErrorMs: staleIfErrorSeconds * MS_PER_SECOND,
    };
  }

  /** A miss registers its flight in this very synchronous step: two requests can never both see nothing. */
  answer(request: AnswerRequest): AnswerReply | Promise<AnswerReply> {
    if (!request.cache) {
      // RFC 9111 section 5.2.1.7: never forwarded, whatever else the request says.
      if (request.onlyIfCached) return this.#fail(request, { kind: "only_if_cached" });
      return this.#fly(request, null, BYPASS, { shared: false, keep: false });
    }
    const candidate = this.#candidate(request);
    const served = this.#serveStored(request, candidate);
    if (served !== null) return served;
    const spilled = spilledOf(candidate, this.#parts.clock.nowMs());
    if (request.onlyIfCached) return this.#onlyStored(request, spilled, { kind: "only_if_cached" });
    const stale = candidate.fresh?.kind === "stale_if_error" && candidate.found.kind === "resident" ? candidate.found.resident : null;
    const forwarded = forwardReason(request, candidate.fresh);
    const flight = this.#parts.flights.joinable(request.key);
    if (flight !== null) return this.#join(request, flight, { outcome: "COALESCED", forwarded, stale });
    if (!request.mayCallUpstream) {
      const instead = stale === null ? null : this.#whole(request, stale, "STALE");
      return instead ?? this.#onlyStored(request, spilled, { kind: "limiter_unavailable", retryAfterSeconds: 1 });
    }
    const pass = this.#parts.passMarkers.has(request.key, this.#parts.clock.nowMs());
    return this.#fly(request, spilled, { outcome: "MISS", forwarded, stale }, { shared: !pass, keep: true });
  }

  #candidate(request: AnswerRequest): Candidate {
    const found = request.read ? this.#parts.store.lookup(request.key) : ({ kind: "absent" } as const);
    if (found.kind === "absent") return { found, fresh: null };
    const entry = found.kind === "resident" ? found.resident.entry : found.entry;
    const controls = {
      maxAgeSeconds: request.maxAgeSeconds,
      minFreshSeconds: request.minFreshSeconds,
      maxStaleSeconds: request.maxStaleSeconds === ANY_AGE ? Number.POSITIVE_INFINITY : request.maxStaleSeconds,
    };
    return { found, fresh: freshness(this.#times(entry), this.#windows, controls, this.#parts.clock.nowMs()) };
  }

  #serveStored(request: AnswerRequest, { found, fresh }: Candidate): AnswerReply | null {
    if (found.kind !== "resident" || fresh === null) return null;
    switch (fresh.kind) {
      case "fresh":
        return this.#hit(request, found.resident);
      case "stale_accepted":
        return this.#whole(request, found.resident, "STALE");
      case "stale_while_revalidate":
        this.#refresh(request);
        return this.#whole(request, found.resident, "STALE");
      case "stale_if_error":
      case "refused_by_caller":
      case "expired":
        return null;
    }
  }

  #hit(request: AnswerRequest, resident: ResidentEntry): WholeAnswer | null {
    this.#parts.uses.note(request.key, this.#parts.clock.nowMs());
    return this.#whole(request, resident, "HIT");
  }

  /** One refresher at a time; whoever asks meanwhile is served the stale answer. */
  #refresh(request: AnswerRequest): void {
    const { flights } = this.#parts;
    if (!request.mayCallUpstream || flights.full || flights.joinable(request.key) !== null) return;
    const nowMs = this.#parts.clock.nowMs();
    // The last refresh brought nothing that could be kept, or failed a moment ago: the next one may wait.
    if (this.#parts.passMarkers.has(request.key, nowMs) || nowMs < (this.#refreshAgainMs.get(request.key) ?? 0)) return;
    if (this.#refreshAgainMs.size >= MAX_REFRESHES) this.#refreshAgainMs.clear();
    this.#refreshAgainMs.set(request.key, nowMs + REFRESH_COOLDOWN_MS);
    // Not read: a refresh wants upstream's word, neither a spilled answer nor one by meaning.
    this.#launch({ ...request, read: false }, null, { shared: true, keep: true });
  }

  async #onlyStored(request: AnswerRequest, spilled: Entry | null, otherwise: CacheError): Promise<AnswerReply> {
    const resident = spilled === null ? null : await this.#parts.promotion.promote(spilled);
    const hit = resident === null ? null : this.#hit(request, resident);
    return hit ?? this.#fail(request, otherwise);
  }

  #join(request: AnswerRequest, flight: Flight, forwarding: Forwarding): AnswerReply | Promise<AnswerReply> {
    if (!this.#parts.flights.hasRoom(flight)) return this.#fail(request, { kind: "overloaded", what: "subscribers", retryAfterSeconds: 1 });
    flight.addFollower();
    for (const tag of request.tags) flight.tags.add(tag);
    return this.#follow(request, flight, forwarding);
  }

  #fly(request: AnswerRequest, spilled: Entry | null, forwarding: Forwarding, how: LaunchOptions): AnswerReply | Promise<AnswerReply> {
    if (!request.mayCallUpstream) return this.#fail(request, { kind: "limiter_unavailable", retryAfterSeconds: 1 });
    if (this.#parts.flights.full) return this.#fail(request, { kind: "overloaded", what: "flights", retryAfterSeconds: 1 });
    return this.#follow(request, this.#launch(request, spilled, how), forwarding);
  }

  #launch(request: AnswerRequest, spilled: Entry | null, { shared, keep }: LaunchOptions): Flight {
    const { flights, flightPorts, clock, log, conductor } = this.#parts;
    const identity = {
      key: request.key,
      scope: request.scope,
      tenant: request.tenant,
      model: request.model,
      sequence: log.sequence,
      startedMs: clock.nowMs(),
    };
    const flight = new Flight(identity, flightPorts, keep);
    for (const tag of request.tags) flight.tags.add(tag);
    flights.add(flight, shared);
    this.#parts.keepAlive(conductor.conduct(flight, request, spilled).finally(() => flights.remove(flight)));
    return flight;
  }

  async #follow(request: AnswerRequest, flight: Flight, forwarding: Forwarding): Promise<AnswerReply> {
    const { outcome, stale } = forwarding;
    // Subscribed before anything is awaited: what is written meanwhile waits in the stream.
    const stream = request.stream ? flight.subscribe(request.includeUsage) : null;
    const leaveQueue = stream === null ? flight.addWaiter() : null;
    const leaderFailed = outcome === "COALESCED" ? [] : [flight.leaderFailure.then((error) => ({ kind: "failed", error }) as const)];
    const result = await Promise.race<FlightOpening | FlightEnd>([stream === null ? flight.ended : flight.opened, ...leaderFailed]);
    leaveQueue?.();
    const declined = outcome === "COALESCED" && !acceptsMeaning(request, flight, result, this.#parts.clock.nowMs());
    if (stream !== null && (declined || (result.kind !== "streaming" && result.kind !== "answered"))) await stream.cancel();
    if (declined) return this.#withoutMeaning(request, flight, forwarding);
    switch (result.kind) {
      case "found":
        return result.source === null
          ? (this.#hit(request, result.resident) ?? this.#fail(request, { kind: "internal" }))
          : this.#byMeaning(request, flight, result.resident, result.source);
      case "failed":
        return this.#staleInstead(request, stale, result.error) ?? this.#fail(request, result.error);
      case "answered":
      case "streaming":
        return this.#fromFlight(request, flight, result, stream, forwarding);
    }
  }

  /** The flight took its answer from other words, and this caller does not want that: another flight of the same words, or its own. */
  #withoutMeaning(request: AnswerRequest, declined: Flight, forwarding: Forwarding): AnswerReply | Promise<AnswerReply> {
    const other = this.#parts.flights.joinable(request.key);
    if (other !== null && other !== declined && other.joined === null) return this.#join(request, other, forwarding);
    return this.#fly(request, null, { ...forwarding, outcome: "MISS" }, { shared: true, keep: true });
  }

  #fromFlight(
    request: AnswerRequest,
    flight: Flight,
    result: Extract<FlightOpening, { kind: "answered" | "streaming" }>,
    stream: ReadableStream<Uint8Array> | null,
    { outcome, forwarded }: Forwarding,
  ): AnswerReply {
    const { joined } = flight;
    const how: CacheOutcome = joined === null ? outcome : "SEMANTIC";
    this.#parts.served(request, how, 0);
    if (joined !== null) this.#parts.semantic?.served(request, joined, flight.ended);
    const meta = {
      outcome: how,
      provider: result.provider,
      createdMs: result.kind === "answered" ? result.createdMs : flight.identity.startedMs,
      expiresMs: result.kind === "answered" ? result.expiresMs : 0,
      stored: result.kind === "answered" && result.stored,
      forwarded,
      collapsed: outcome === "COALESCED" || joined !== null,
      tokens: result.kind === "answered" ? result.tokens : 0,
      entryKey: joined?.key ?? request.key,
      similarity: joined?.similarity ?? null,
      explanation: flight.explanation,
    };
    if (stream !== null) return { kind: "stream", stream, ...meta };
    return { kind: "whole", json: result.kind === "answered" ? result.json : "", sse: null, ...meta };
  }

  #byMeaning(request: AnswerRequest, flight: Flight, resident: ResidentEntry, source: SemanticSource): AnswerReply {
    const reply = this.#whole(request, resident, "SEMANTIC");
    this.#parts.semantic?.served(request, source);
    // Not stored under the asked key: asked again, it is decided again.
    if (reply === null) return this.#fail(request, { kind: "internal" });
    return { ...reply, stored: false, similarity: source.similarity, explanation: flight.explanation };
  }

  #staleInstead(request: AnswerRequest, stale: ResidentEntry | null, error: CacheError): WholeAnswer | null {
    return stale !== null && allowsStale(error) ? this.#whole(request, stale, "STALE") : null;
  }

  /** Null when the stored form is damaged: the row is dropped, and the entry was never there. */
  #whole(request: AnswerRequest, resident: ResidentEntry, outcome: CacheOutcome): WholeAnswer | null {
    const { entry } = resident;
    const form = request.stream ? replayOf(resident, request.includeUsage) : jsonOf(resident);
    if (form === null) {
      this.#parts.store.dropCorrupt(entry);
      return null;
    }
    this.#parts.served(request, outcome, entry.inputTokens + entry.outputTokens);
    return {
      kind: "whole",
      json: typeof form === "string" ? form : "",
      sse: typeof form === "string" ? null : form,
      outcome,
      provider: entry.provider,
      createdMs: entry.createdMs,
      expiresMs: lifeEndMs(this.#times(entry)),
      stored: true,
      forwarded: outcome === "STALE" ? "stale" : null,
      collapsed: false,
      tokens: entry.inputTokens + entry.outputTokens,
      entryKey: entry.key,
      similarity: null,
      explanation: request.explain ? EXACT_EXPLANATION : null,
    } satisfies WholeAnswer;
  }

  #times(entry: Entry): EntryTimes {
    return { ...entry, lastUsedMs: this.#parts.uses.lastUsedMs(entry.key) ?? entry.lastUsedMs };
  }

  #fail(request: AnswerRequest, error: CacheError): FailedAnswer {
    this.#parts.failed(request);
    return { kind: "failed", error };
  }
}

function forwardReason(request: AnswerRequest, fresh: Freshness | null): "miss" | "request" | "stale" {
  if (!request.read || fresh?.kind === "refused_by_caller") return "request";
  return fresh === null || fresh.kind === "fresh" || fresh.kind === "stale_accepted" ? "miss" : "stale";
}

/** An entry worth asking KV for: it would be served, and KV still has it. */
function spilledOf({ found, fresh }: Candidate, nowMs: number): Entry | null {
  if (found.kind !== "spilled" || (fresh?.kind !== "fresh" && fresh?.kind !== "stale_accepted")) return null;
  return (found.entry.spilled?.kvExpiresMs ?? 0) > nowMs ? found.entry : null;
}

/** RFC 5861: a stale answer stands in for errors of the origin, not for what is wrong with the request. */
function allowsStale(error: CacheError): boolean {
  if (error.kind === "upstream_error") return error.status >= 500 || error.status === 429 || error.status === 408;
  return ORIGIN_FAULTS.has(error.kind);
}

/** Callers may tighten what counts as the same question, also when somebody else's flight has already found an answer. */
function acceptsMeaning(request: AnswerRequest, flight: Flight, result: FlightOpening, nowMs: number): boolean {
  const source = result.kind === "found" ? result.source : flight.joined;
  if (source === null || result.kind === "failed") return true;
  if (request.text === null || source.similarity < (request.minSimilarity ?? Number.NEGATIVE_INFINITY)) return false;
  const ageMs = result.kind === "found" ? nowMs - result.resident.entry.createdMs : 0;
  return request.maxAgeSeconds === null || ageMs <= request.maxAgeSeconds * MS_PER_SECOND;
}

function jsonOf(resident: ResidentEntry): string | null {
  if (resident.json !== null) return resident.json;
  const bytes = decodeBody(resident.body.json);
  if (bytes === null) return null;
  resident.json = decoder.decode(bytes);
  return resident.json;
}

function replayOf(resident: ResidentEntry, includeUsage: boolean): Uint8Array | null {
  const events = decodeBody(resident.body.events);
  if (events === null) return null;
  const { usageEvent } = resident.body;
  const tail = (includeUsage && usageEvent !== "" ? sseEvent(usageEvent) : "") + SSE_DONE;
  return joinBytes([events, encoder.encode(tail)]);
}
