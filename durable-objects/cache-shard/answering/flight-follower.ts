import type { AnswerReply, AnswerRequest } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import { MS_PER_SECOND } from "../../../shared/domain/units.ts";
import { reserveFor } from "../flights/reservation.ts";
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
import { FLIGHT_BYTES, requestBytes, WAITING_BYTES } from "./request-memory.ts";

const ORIGIN_FAULTS: ReadonlySet<CacheError["kind"]> = new Set([
  "upstream_unreachable",
  "upstream_timeout",
  "upstream_invalid",
  "overloaded",
]);

const NO_MEMORY = { kind: "overloaded", what: "memory", retryAfterSeconds: 1 } as const;
const NO_ROOM = { kind: "overloaded", what: "subscribers", retryAfterSeconds: 1 } as const;

/** A request's place in a flight. */
interface Place {
  /** Null for a request that waits for the complete answer. */
  readonly stream: ReadableStream<Uint8Array> | null;
  /** To be called once, when the request gets its reply. */
  leave(): void;
}

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
    const place = this.#admit(request, flight, requestBytes(request));
    if (place === null) return this.#parts.replies.failure(request, NO_ROOM);
    flight.addFollower();
    flight.tags.add(request.tags);
    return this.#follow(request, flight, place, forwarding);
  }

  /** Starts a flight for this request and waits for it. */
  fly(request: AnswerRequest, spilled: Entry | null, forwarding: Forwarding, how: LaunchOptions): AnswerReply | Promise<AnswerReply> {
    const { flights, replies } = this.#parts;
    if (!request.mayCallUpstream) return replies.failure(request, { kind: "limiter_unavailable", retryAfterSeconds: 1 });
    if (flights.full) return replies.failure(request, { kind: "overloaded", what: "flights", retryAfterSeconds: 1 });
    const flight = this.#newFlight(request, how);
    if (flight === null) return replies.failure(request, NO_MEMORY);
    // The flight has reserved memory for the request's texts.
    const place = this.#admit(request, flight, 0);
    if (place === null) {
      flight.end({ kind: "failed", error: NO_MEMORY });
      return replies.failure(request, NO_MEMORY);
    }
    this.#start(flight, request, spilled, how);
    return this.#follow(request, flight, place, forwarding);
  }

  /** Starts a flight that no client waits for, without awaiting anything. Does nothing when there is no memory for it. */
  launch(request: AnswerRequest, spilled: Entry | null, how: LaunchOptions): void {
    const flight = this.#newFlight(request, how);
    if (flight !== null) this.#start(flight, request, spilled, how);
  }

  #newFlight(request: AnswerRequest, { keep }: LaunchOptions): Flight | null {
    const { flightPorts, clock, log } = this.#parts;
    const release = reserveFor(flightPorts.answers, FLIGHT_BYTES + requestBytes(request));
    if (release === null) return null;
    const identity = {
      key: request.key,
      scope: request.scope,
      tenant: request.tenant,
      model: request.model,
      sequence: log.sequence,
      startedMs: clock.nowMs(),
    };
    return new Flight(identity, flightPorts, keep, release);
  }

  /** Registers a flight and runs it. */
  #start(flight: Flight, request: AnswerRequest, spilled: Entry | null, { shared }: LaunchOptions): void {
    const { flights, flightRunner } = this.#parts;
    flight.tags.add(request.tags);
    flights.add(flight, shared);
    this.#parts.keepAlive(flightRunner.run(flight, request, spilled).finally(() => flights.remove(flight)));
  }

  /** Ends the wait of a request whose client has disconnected. A call that nobody else waits for may then end, too. */
  clientLeft(requestId: string): void {
    this.#waiting.get(requestId)?.();
  }

  /**
   * Admits a request to a flight, before the first await: events that are written meanwhile wait in the stream. Null
   * when there is no memory for it. A request that has been admitted is never refused later.
   */
  #admit(request: AnswerRequest, flight: Flight, bytes: number): Place | null {
    // A stream reserves its own memory.
    const release = reserveFor(this.#parts.flightPorts.answers, bytes + (request.stream ? 0 : WAITING_BYTES));
    if (release === null) return null;
    const stream = request.stream ? flight.subscribe(request.includeUsage) : null;
    if (request.stream && stream === null) {
      release();
      return null;
    }
    const leave = stream === null ? flight.addWaiter() : () => void stream.cancel();
    this.#waiting.set(request.requestId, leave);
    return {
      stream,
      leave: () => {
        if (this.#waiting.get(request.requestId) === leave) this.#waiting.delete(request.requestId);
        if (stream === null) leave();
        release();
      },
    };
  }

  async #follow(request: AnswerRequest, flight: Flight, place: Place, forwarding: Forwarding): Promise<AnswerReply> {
    const { stream } = place;
    const leaderFailed =
      forwarding.outcome === "COALESCED" ? [] : [flight.leaderFailure.then((error) => ({ kind: "failed", error }) as const)];
    const result = await Promise.race<FlightOpening | FlightEnd>([stream === null ? flight.ended : flight.opened, ...leaderFailed]);
    place.leave();
    const declined = forwarding.outcome === "COALESCED" && !acceptsSemanticHit(request, flight, result, this.#parts.clock.nowMs());
    if (stream !== null && (declined || (result.kind !== "streaming" && result.kind !== "answered"))) await stream.cancel();
    return declined ? this.#withoutSimilarity(request, flight, forwarding) : this.#reply(request, flight, result, stream, forwarding);
  }

  #reply(
    request: AnswerRequest,
    flight: Flight,
    result: FlightOpening,
    stream: ReadableStream<Uint8Array> | null,
    forwarding: Forwarding,
  ): AnswerReply {
    const { replies, clock, uses } = this.#parts;
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
    const stored = stale !== null && allowsStale(error) ? this.#stillStored(stale) : null;
    return stored === null ? null : this.#parts.replies.fromEntry(request, stored, "STALE");
  }

  /**
   * What is stored now under the key of an entry that was read before a call. The entry may have been purged meanwhile,
   * and once its row is freed, only the missing row tells so.
   */
  #stillStored(earlier: ResidentEntry): ResidentEntry | null {
    const { key, createdMs, sequence } = earlier.entry;
    const now = this.#parts.store.lookup(key);
    if (now.kind === "resident") return now.resident;
    // It was spilled meanwhile.
    return now.kind === "spilled" && now.entry.createdMs === createdMs && now.entry.sequence === sequence ? earlier : null;
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
