import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";
import type { Release } from "./reservation.ts";
import { reserveFor } from "./reservation.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import type { FlightBuffer } from "./flight-buffer.ts";
import type { SubscribedFlight } from "./subscriber.ts";
import { Subscriber } from "./subscriber.ts";

/** From this many subscribers on, events are delivered in batches, `GATHER_MS` after the first of each batch. */
const GATHER_FROM_SUBSCRIBERS = 32;
const GATHER_MS = 20;
/** Time between SSE comments, which keep idle streams alive and reveal dead clients. */
const HEARTBEAT_MS = 10_000;
/** A subscriber that reads nothing for longer than this while data is waiting is cut off. */
const SUBSCRIBER_STALL_MS = 60_000;
/**
 * Memory of a stream to a client in its object: objects, queue and the buffers of the runtime. Measured by
 * `npm run bench -- memory-hits`.
 */
export const STREAM_BYTES = 20 * 1024;

export interface AudiencePorts {
  readonly clock: Clock;
  /** The shard's account for answers in progress. */
  readonly answers: LedgerAccount;
  readonly heartbeat: Uint8Array;
  errorEvent(error: CacheError): Uint8Array;
}

/** The part of a flight that its audience uses. */
export interface AudienceFlight {
  readonly buffer: FlightBuffer;
  readonly state: "deciding" | "calling" | "streaming" | "ended";
  terminalEvent(): Uint8Array | null;
  /** Called when subscribers have taken events that nobody else waits for. */
  onTaken(): void;
  /** Called when the last subscriber has left. */
  onEmpty(): void;
}

/** The streaming clients of one flight. */
export class Audience implements SubscribedFlight {
  readonly #flight: AudienceFlight;
  readonly #ports: AudiencePorts;
  /** The subscribers, each with the memory that it has reserved. */
  readonly #subscribers = new Map<Subscriber, Release>();
  #begun = false;
  #gatherCancel: (() => void) | null = null;
  #heartbeatCancel: (() => void) | null = null;

  constructor(flight: AudienceFlight, ports: AudiencePorts) {
    this.#flight = flight;
    this.#ports = ports;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  get buffer(): FlightBuffer {
    return this.#flight.buffer;
  }

  /** Position up to which every subscriber has taken all events. */
  get slowest(): number {
    let slowest = this.#flight.buffer.end;
    for (const subscriber of this.#subscribers.keys()) slowest = Math.min(slowest, subscriber.cursor);
    return slowest;
  }

  /** A stream of all events from the first byte to the terminal event. Null when there is no memory for it. */
  subscribe(withUsage: boolean): ReadableStream<Uint8Array> | null {
    const release = reserveFor(this.#ports.answers, STREAM_BYTES);
    if (release === null) return null;
    const subscriber = new Subscriber(this, withUsage, this.#ports.clock.nowMs());
    this.#subscribers.set(subscriber, release);
    this.#scheduleHeartbeat();
    return subscriber.stream();
  }

  /** Delivers new events: at once to a few subscribers, in batches to many. The first event never waits. */
  announce(): void {
    if (this.#gatherCancel !== null) return;
    if (!this.#begun || this.#subscribers.size < GATHER_FROM_SUBSCRIBERS) {
      this.#begun = true;
      this.handRound();
      return;
    }
    this.#gatherCancel = this.#ports.clock.after(GATHER_MS, () => {
      this.#gatherCancel = null;
      this.handRound();
    });
  }

  /** Delivers new events to all subscribers now. */
  handRound(): void {
    this.#gatherCancel?.();
    this.#gatherCancel = null;
    const nowMs = this.#ports.clock.nowMs();
    for (const subscriber of this.#subscribers.keys()) subscriber.push(nowMs);
    this.#flight.onTaken();
  }

  terminalEvent(): Uint8Array | null {
    return this.#flight.terminalEvent();
  }

  nowMs(): number {
    return this.#ports.clock.nowMs();
  }

  advanced(from: number): void {
    // Only the slowest subscriber holds events for itself alone.
    if (from <= this.#flight.buffer.start) this.#flight.onTaken();
  }

  leave(subscriber: Subscriber): void {
    this.#subscribers.get(subscriber)?.();
    this.#subscribers.delete(subscriber);
    this.#flight.onTaken();
    if (this.#subscribers.size > 0) return;
    this.#heartbeatCancel?.();
    this.#heartbeatCancel = null;
    this.#flight.onEmpty();
  }

  #scheduleHeartbeat(): void {
    if (this.#heartbeatCancel !== null) return;
    this.#heartbeatCancel = this.#ports.clock.after(HEARTBEAT_MS, () => {
      this.#heartbeatCancel = null;
      this.#beat();
      if (this.#subscribers.size > 0) this.#scheduleHeartbeat();
    });
  }

  #beat(): void {
    const nowMs = this.#ports.clock.nowMs();
    const { buffer, state } = this.#flight;
    for (const subscriber of this.#subscribers.keys()) {
      const behind = subscriber.cursor < buffer.end || state === "ended";
      // Before the first byte there is no response to keep alive yet.
      if (!behind && state === "streaming") subscriber.heartbeat(this.#ports.heartbeat);
      else if (behind && nowMs - subscriber.lastProgressMs > SUBSCRIBER_STALL_MS) {
        subscriber.cut(this.#ports.errorEvent({ kind: "overloaded", what: "memory", retryAfterSeconds: 1 }));
      }
    }
  }
}
