import type { FetchedEntry } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { CacheError, UpstreamFailure } from "../../../shared/domain/cache-error.ts";
import type { LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import type { ResidentEntry } from "../entries/ram-front.ts";
import type { AskedQuestion } from "../semantic/asked-question.ts";
import type { SemanticMatch } from "../semantic/similarity-search.ts";
import { FlightBuffer } from "./flight-buffer.ts";
import { Subscriber } from "./subscriber.ts";

/** From this many subscribers on, events are delivered in batches, `GATHER_MS` after the first of each batch. */
const GATHER_FROM_SUBSCRIBERS = 32;
const GATHER_MS = 20;
/** Time between SSE comments, which keep idle streams alive and reveal dead clients. */
const HEARTBEAT_MS = 10_000;
/** A subscriber that reads nothing for longer than this while data is waiting is cut off. */
const SUBSCRIBER_STALL_MS = 60_000;

/** What a flight is for. Purges cover a flight by these members and its tags. */
export interface FlightIdentity {
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  readonly model: string;
  /** Position of the purge log at the start. The answer is not stored if a later purge covers the flight. */
  readonly sequence: number;
  readonly startedMs: number;
}

/** A complete answer: from the flight's own upstream call, or from the flight that it followed. */
export interface FlightAnswer {
  readonly kind: "answered";
  readonly json: string;
  readonly provider: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly stored: boolean;
  /** Input and output tokens; 0 when they are unknown. */
  readonly tokens: number;
}

/** How a flight ends: with an answer from upstream, with an entry found while deciding, or with an error. */
export type FlightEnd =
  | FlightAnswer
  /** The entry of the requested key was promoted from KV. */
  | { readonly kind: "promoted"; readonly resident: ResidentEntry }
  /** The stored answer to a similar question is served. */
  | { readonly kind: "semantic_hit"; readonly match: SemanticMatch; readonly entry: FetchedEntry }
  | { readonly kind: "failed"; readonly error: CacheError };

/** What streaming callers wait for: the first event, or the end. */
export type FlightOpening = { readonly kind: "streaming"; readonly provider: string } | FlightEnd;

export interface FlightPorts {
  readonly clock: Clock;
  /** The shard's account for flight buffers. */
  readonly ledger: LedgerAccount;
  readonly heartbeat: Uint8Array;
  readonly doneEvent: Uint8Array;
  errorEvent(error: CacheError): Uint8Array;
  /** Bytes of events above which a flight is oversize. */
  readonly maxBytes: number;
}

/**
 * One upstream call and all requests that wait for it. It exists in memory only.
 * States: deciding (looking in KV and for similar questions) → calling → streaming → ended.
 */
export class Flight {
  readonly identity: FlightIdentity;
  /** Whether the call is completed when no client waits for it any more. */
  readonly keep: boolean;
  /** Cache tags of all requests of the flight. A purge by any of them covers it. */
  readonly tags = new Set<string>();
  /** The question as similarity search sees it; null until it is prepared, or when similarity search does not apply. */
  question: AskedQuestion | null = null;
  /** The flight of a similar question that this flight takes its answer from; null when there is none. */
  followed: SemanticMatch | null = null;
  /** The semantic layer's decision as JSON text; null unless the first request asked for it. */
  explanation: string | null = null;
  readonly buffer: FlightBuffer;
  readonly opened: Promise<FlightOpening>;
  readonly ended: Promise<FlightEnd>;
  readonly #ports: FlightPorts;
  readonly #subscribers = new Set<Subscriber>();
  readonly #resolveOpened: (opening: FlightOpening) => void;
  readonly #resolveEnded: (end: FlightEnd) => void;
  #state: "deciding" | "calling" | "streaming" | "ended" = "deciding";
  #end: FlightEnd | null = null;
  readonly #waiters = new Set<object>();
  #everAwaited = false;
  #followers = 0;
  #failedLeaders = 0;
  #gatherCancel: (() => void) | null = null;
  #heartbeatCancel: (() => void) | null = null;
  readonly #leaderFailed: (error: UpstreamFailure) => void;
  #oversize = false;
  /** Resolves when the leader's call failed and the flight goes on for its followers. Never rejects. */
  readonly leaderFailure: Promise<UpstreamFailure>;
  #onAbandoned: (() => void) | null = null;

  constructor(identity: FlightIdentity, ports: FlightPorts, keep: boolean) {
    this.identity = identity;
    this.keep = keep;
    this.#ports = ports;
    this.buffer = new FlightBuffer(ports.ledger);
    const opened = Promise.withResolvers<FlightOpening>();
    const ended = Promise.withResolvers<FlightEnd>();
    const leaderFailure = Promise.withResolvers<UpstreamFailure>();
    this.opened = opened.promise;
    this.ended = ended.promise;
    this.leaderFailure = leaderFailure.promise;
    this.#resolveOpened = opened.resolve;
    this.#resolveEnded = ended.resolve;
    this.#leaderFailed = leaderFailure.resolve;
  }

  get state(): "deciding" | "calling" | "streaming" | "ended" {
    return this.#state;
  }

  /** Whether a new request can still be given all events from the first byte. */
  get joinable(): boolean {
    return this.#state !== "ended" && this.buffer.start === 0 && !this.#oversize;
  }

  /** Whether the flight is too large to be stored or joined. It still streams to its subscribers. */
  get oversize(): boolean {
    return this.#oversize;
  }

  get subscriberCount(): number {
    return this.#subscribers.size + this.#waiters.size;
  }

  /** Requests that joined this flight instead of making their own call. */
  get followers(): number {
    return this.#followers;
  }

  /** Whether a follower remains that needs another call if the current leader fails. */
  get hasSuccessor(): boolean {
    return this.#followers > this.#failedLeaders;
  }

  /** Counts a request that joins the flight. */
  addFollower(): void {
    this.#followers += 1;
  }

  /** Whether a client waits, or none ever did: then the flight refreshes an entry. */
  get isAwaited(): boolean {
    return !this.#everAwaited || this.subscriberCount > 0;
  }

  /** Counts a request that waits for the complete answer. The returned function uncounts it. */
  addWaiter(): () => void {
    this.#everAwaited = true;
    const waiter = {};
    this.#waiters.add(waiter);
    return () => {
      if (this.#waiters.delete(waiter)) this.#abandonIfUnwanted();
    };
  }

  /** Sets the callback for when the last client of a flight without `keep` has left. */
  onAbandoned(work: () => void): void {
    this.#onAbandoned = work;
  }

  /** Ends the state "deciding": the provider is called next. */
  beginCall(): void {
    if (this.#state === "deciding") this.#state = "calling";
  }

  /** Fails the leader alone. Its followers wait for another call. */
  failLeader(error: UpstreamFailure): void {
    this.#failedLeaders += 1;
    this.#leaderFailed(error);
  }

  /** Appends one SSE event from upstream. False when memory is exhausted. */
  append(event: Uint8Array, usageOnly: boolean, provider: string): boolean {
    if (this.#state === "ended") return true;
    if (this.buffer.bytes + event.byteLength > this.#ports.maxBytes) this.#outgrow();
    if (!this.buffer.append(event, usageOnly)) return false;
    if (this.#state !== "streaming") {
      this.#state = "streaming";
      this.#resolveOpened({ kind: "streaming", provider });
    }
    this.#announce();
    return true;
  }

  /** Ends the flight. Everything after that is ignored. */
  end(end: FlightEnd): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#end = end;
    this.#resolveOpened(end);
    this.#resolveEnded(end);
    this.#gatherCancel?.();
    this.#gatherCancel = null;
    this.#handRound();
    this.#releaseIfIdle();
  }

  /** Returns a stream of all events from the first byte to the terminal event. */
  subscribe(withUsage: boolean): ReadableStream<Uint8Array> {
    this.#everAwaited = true;
    const subscriber = new Subscriber(this, withUsage, this.#ports.clock.nowMs());
    this.#subscribers.add(subscriber);
    this.#scheduleHeartbeat();
    return subscriber.stream();
  }

  terminalEvent(): Uint8Array | null {
    const end = this.#end;
    if (end === null) return null;
    return end.kind === "failed" ? this.#ports.errorEvent(end.error) : this.#ports.doneEvent;
  }

  nowMs(): number {
    return this.#ports.clock.nowMs();
  }

  leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    if (this.#state === "ended") this.#releaseIfIdle();
    else this.#abandonIfUnwanted();
  }

  #abandonIfUnwanted(): void {
    if (this.#state !== "ended" && this.subscriberCount === 0 && !this.keep) this.#onAbandoned?.();
  }

  #announce(): void {
    if (this.#gatherCancel !== null) return;
    if (this.#subscribers.size < GATHER_FROM_SUBSCRIBERS || this.buffer.end === 1) {
      this.#handRound();
      return;
    }
    this.#gatherCancel = this.#ports.clock.after(GATHER_MS, () => {
      this.#gatherCancel = null;
      this.#handRound();
    });
  }

  #handRound(): void {
    const nowMs = this.#ports.clock.nowMs();
    for (const subscriber of this.#subscribers) subscriber.push(nowMs);
    if (this.#oversize) this.#trim();
  }

  #outgrow(): void {
    this.#oversize = true;
    this.#trim();
  }

  /** Frees what every subscriber has read. If the rest is still too large, cuts off the slowest subscribers. */
  #trim(): void {
    let slowest = this.buffer.end;
    for (const subscriber of this.#subscribers) slowest = Math.min(slowest, subscriber.cursor);
    this.buffer.trim(slowest);
    if (this.buffer.bytes <= this.#ports.maxBytes) return;
    for (const subscriber of this.#subscribers) {
      if (subscriber.cursor === slowest)
        subscriber.cut(this.#ports.errorEvent({ kind: "overloaded", what: "memory", retryAfterSeconds: 1 }));
    }
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
    for (const subscriber of this.#subscribers) {
      const behind = subscriber.cursor < this.buffer.end || this.#state === "ended";
      // Before the first byte there is no response to keep alive yet.
      if (!behind && this.#state === "streaming") subscriber.heartbeat(this.#ports.heartbeat);
      else if (!behind) continue;
      else if (nowMs - subscriber.lastProgressMs > SUBSCRIBER_STALL_MS) {
        subscriber.cut(this.#ports.errorEvent({ kind: "overloaded", what: "memory", retryAfterSeconds: 1 }));
      }
    }
  }

  #releaseIfIdle(): void {
    if (this.#subscribers.size > 0) return;
    this.#heartbeatCancel?.();
    this.#heartbeatCancel = null;
    this.buffer.trim(this.buffer.end);
  }
}
