import type { AnswerReply, AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import { MS_PER_SECOND } from "../../../shared/domain/units.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import type { Entry } from "../entries/entry.ts";
import type { EntryStore } from "../entries/entry-store.ts";
import type { ResidentEntry } from "../entries/ram-front.ts";
import type { UseLog } from "../entries/use-log.ts";
import type { FlightEnd, FlightOpening, FlightPorts } from "../flights/flight.ts";
import { Flight } from "../flights/flight.ts";
import type { FlightRunner } from "../flights/flight-runner.ts";
import type { FlightTable } from "../flights/flight-table.ts";
import type { PurgeLog } from "../purging/purge-log.ts";
import type { SemanticLayer } from "../semantic/semantic-layer.ts";
import type { Forwarding, ReplyBuilder } from "./reply-builder.ts";

const ORIGIN_FAULTS: ReadonlySet<CacheError["kind"]> = new Set([
  "upstream_unreachable",
  "upstream_timeout",
  "upstream_invalid",
  "overloaded",
]);

/** `shared`: other requests may join the flight. `keep`: the call is completed even when no client waits for it. */
export interface LaunchOptions {
  readonly shared: boolean;
  readonly keep: boolean;
}

export interface FlightFollowerParts {
  readonly clock: Clock;
  readonly flights: FlightTable;
  readonly flightPorts: FlightPorts;
  readonly flightRunner: FlightRunner;
  readonly log: PurgeLog;
  readonly store: EntryStore;
  readonly uses: UseLog;
  readonly replies: ReplyBuilder;
  /** Null when similarity search is off. */
  readonly semantic: SemanticLayer | null;
  /** Keeps the object alive until the work is done. */
  keepAlive(work: Promise<unknown>): void;
}

/** Answers a request from a flight: one in progress, or a new one. */
export class FlightFollower {
  readonly #parts: FlightFollowerParts;
  /** How each waiting request leaves its flight, by the id of the request. */
  readonly #waiting = new Map<string, () => void>();

  constructor(parts: FlightFollowerParts) {
    this.#parts = parts;
  }

  /** Joins a flight that another request has started. */
  join(request: AnswerRequest, flight: Flight, forwarding: Forwarding): AnswerReply | Promise<AnswerReply> {
    const { flights, replies } = this.#parts;
    if (!flights.hasRoom(flight)) return replies.failure(request, { kind: "overloaded", what: "subscribers", retryAfterSeconds: 1 });
    flight.addFollower();
    for (const tag of request.tags) flight.tags.add(tag);
    return this.#follow(request, flight, forwarding);
  }

  /** Starts a flight for this request and waits for it. */
  fly(request: AnswerRequest, spilled: Entry | null, forwarding: Forwarding, how: LaunchOptions): AnswerReply | Promise<AnswerReply> {
    const { flights, replies } = this.#parts;
    if (!request.mayCallUpstream) return replies.failure(request, { kind: "limiter_unavailable", retryAfterSeconds: 1 });
    if (flights.full) return replies.failure(request, { kind: "overloaded", what: "flights", retryAfterSeconds: 1 });
    return this.#follow(request, this.launch(request, spilled, how), forwarding);
  }

  /** Registers a flight and starts it, without awaiting anything. */
  launch(request: AnswerRequest, spilled: Entry | null, { shared, keep }: LaunchOptions): Flight {
    const { flights, flightPorts, clock, log, flightRunner } = this.#parts;
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
    this.#parts.keepAlive(flightRunner.run(flight, request, spilled).finally(() => flights.remove(flight)));
    return flight;
  }

  /** Ends the wait of a request whose client has disconnected. A call that nobody else waits for may then end, too. */
  clientLeft(requestId: string): void {
    this.#waiting.get(requestId)?.();
  }

  async #follow(request: AnswerRequest, flight: Flight, forwarding: Forwarding): Promise<AnswerReply> {
    const { replies, clock, uses } = this.#parts;
    // Subscribe before the first await: events that are written meanwhile wait in the stream.
    const stream = request.stream ? flight.subscribe(request.includeUsage) : null;
    const leave = stream === null ? flight.addWaiter() : () => void stream.cancel();
    this.#waiting.set(request.requestId, leave);
    const leaderFailed =
      forwarding.outcome === "COALESCED" ? [] : [flight.leaderFailure.then((error) => ({ kind: "failed", error }) as const)];
    const result = await Promise.race<FlightOpening | FlightEnd>([stream === null ? flight.ended : flight.opened, ...leaderFailed]);
    if (this.#waiting.get(request.requestId) === leave) this.#waiting.delete(request.requestId);
    if (stream === null) leave();
    const declined = forwarding.outcome === "COALESCED" && !acceptsSemanticHit(request, flight, result, clock.nowMs());
    if (stream !== null && (declined || (result.kind !== "streaming" && result.kind !== "answered"))) await stream.cancel();
    if (declined) return this.#withoutSimilarity(request, flight, forwarding);
    switch (result.kind) {
      case "promoted":
        uses.note(request.key, clock.nowMs());
        return replies.fromEntry(request, result.resident, "HIT") ?? replies.failure(request, { kind: "internal" });
      case "semantic_hit":
        this.#parts.semantic?.noteServed(request, result.match);
        return replies.fromSimilar(request, result.match, result.entry, flight.explanation);
      case "failed":
        return this.#staleInstead(request, forwarding.stale, result.error) ?? replies.failure(request, result.error);
      case "answered":
      case "streaming":
        if (flight.followed !== null) this.#parts.semantic?.noteServed(request, flight.followed, flight.ended);
        return replies.fromFlight(request, result, stream, {
          ...forwarding,
          startedMs: flight.identity.startedMs,
          match: flight.followed,
          explanation: flight.explanation,
        });
    }
  }

  /** For a caller that declines the flight's semantic hit: joins or starts another flight. */
  #withoutSimilarity(request: AnswerRequest, declined: Flight, forwarding: Forwarding): AnswerReply | Promise<AnswerReply> {
    const other = this.#parts.flights.joinable(request.key);
    if (other !== null && other !== declined && other.followed === null) return this.join(request, other, forwarding);
    return this.fly(request, null, { ...forwarding, outcome: "MISS" }, { shared: true, keep: true });
  }

  #staleInstead(request: AnswerRequest, stale: ResidentEntry | null, error: CacheError): AnswerReply | null {
    // The entry may have been purged while the call was made.
    return stale !== null && allowsStale(error) && this.#parts.store.isLive(stale.entry)
      ? this.#parts.replies.fromEntry(request, stale, "STALE")
      : null;
  }
}

/** RFC 5861: a stale answer may replace an error of the origin, but not an error that the request caused. */
function allowsStale(error: CacheError): boolean {
  if (error.kind === "upstream_error") return error.status >= 500 || error.status === 429 || error.status === 408;
  return ORIGIN_FAULTS.has(error.kind);
}

/**
 * Whether a request accepts the semantic hit of the flight it joined. It may be exact only, or require a higher
 * similarity or a lower age than the request that started the flight.
 */
function acceptsSemanticHit(request: AnswerRequest, flight: Flight, result: FlightOpening, nowMs: number): boolean {
  const match = result.kind === "semantic_hit" ? result.match : result.kind === "promoted" ? null : flight.followed;
  if (match === null || result.kind === "failed") return true;
  if (request.text === null || match.similarity < (request.minSimilarity ?? Number.NEGATIVE_INFINITY)) return false;
  const ageMs = result.kind === "semantic_hit" ? nowMs - result.entry.createdMs : 0;
  return request.maxAgeSeconds === null || ageMs <= request.maxAgeSeconds * MS_PER_SECOND;
}
