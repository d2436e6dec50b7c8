import type { FetchedEntry } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { CacheError, UpstreamFailure } from "../../../shared/domain/cache-error.ts";
import type { LedgerAccount } from "../../../shared/memory/isolate-ledger.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import type { ResidentEntry } from "../entries/ram-front.ts";
import type { AskedQuestion } from "../semantic/asked-question.ts";
import type { SemanticMatch } from "../semantic/similarity-search.ts";
import { FlightBuffer } from "./flight-buffer.ts";
import { Subscriber } from "./subscriber.ts";

/** From this many subscribers on, small events are gathered for a moment before they are handed round. */
const GATHER_FROM_SUBSCRIBERS = 32;
const GATHER_MS = 20;
/** Comments keep idle streams alive and reveal dead clients. */
const HEARTBEAT_MS = 10_000;
/** A subscriber that takes nothing for this long while there is something to take is let go. */
const SUBSCRIBER_STALL_MS = 60_000;

/** Who a flight is for, as purges see it. */
export interface FlightIdentity {
  readonly key: string;
  readonly scope: string;
  readonly tenant: string;
  readonly model: string;
  /** Purge log position at the start: later purges that cover it keep it from storing. */
  readonly sequence: number;
  readonly startedMs: number;
}

/** A complete answer of this flight's own upstream call. */
export interface FlightAnswer {
  readonly kind: "answered";
  readonly json: string;
  readonly provider: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly stored: boolean;
  /** Input and output tokens; 0 when the provider did not say. */
  readonly tokens: number;
}

/** How a flight ends: with its own answer, with one that was found while it was deciding, or with none. */
export type FlightEnd =
  | FlightAnswer
  /** The entry of the asked key came back from KV. */
  | { readonly kind: "promoted"; readonly resident: ResidentEntry }
  /** The stored answer to another question serves. */
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
  /** Bytes of events one flight may hold. */
  readonly maxBytes: number;
}

/**
 * One upstream call in progress and everyone waiting on it. It lives in memory only.
 * States: deciding (looking for an answer elsewhere) → calling → streaming → ended.
 */
export class Flight {
  readonly identity: FlightIdentity;
  /** Whether the answer is worth having when nobody waits for it any more. */
  readonly keep: boolean;
  /** Cache tags of everybody who waits: each may purge by their own. */
  readonly tags = new Set<string>();
  /** Its text as the semantic layer sees it; null until it has looked, or where it may not. */
  question: AskedQuestion | null = null;
  /** The flight of another question that this one takes its answer from. */
  followed: SemanticMatch | null = null;
  /** The semantic layer's decision, as JSON text. */
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
  #waiters = 0;
  #followers = 0;
  #failedLeaders = 0;
  #gatherCancel: (() => void) | null = null;
  #heartbeatCancel: (() => void) | null = null;
  readonly #leaderFailed: (error: UpstreamFailure) => void;
  #oversize = false;
  /** Rejects nothing: resolves when the leader's own attempt failed while the flight goes on for the others. */
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

  /** A newcomer can be given everything from the first byte. */
  get joinable(): boolean {
    return this.#state !== "ended" && this.buffer.start === 0 && !this.#oversize;
  }

  /** Too large to store or to replay; still streams. */
  get oversize(): boolean {
    return this.#oversize;
  }

  get subscriberCount(): number {
    return this.#subscribers.size + this.#waiters;
  }

  /** Requests that joined this flight instead of making a call of their own. */
  get followers(): number {
    return this.#followers;
  }

  /** True while somebody is left to go on for when the present leader fails. */
  get hasSuccessor(): boolean {
    return this.#followers > this.#failedLeaders;
  }

  /** Counts a request that waits on somebody else's call. */
  addFollower(): void {
    this.#followers += 1;
  }

  /** Counts a request that waits for the whole answer; call the result when it no longer does. */
  addWaiter(): () => void {
    this.#waiters += 1;
    return () => {
      this.#waiters -= 1;
    };
  }

  /** Sets what is called when a flight that is not worth finishing has lost its last subscriber. */
  onAbandoned(work: () => void): void {
    this.#onAbandoned = work;
  }

  /** Nothing was found elsewhere: the provider is called. */
  beginCall(): void {
    if (this.#state === "deciding") this.#state = "calling";
  }

  /** The leader's attempt failed; whoever follows goes on with a new one. */
  failLeader(error: UpstreamFailure): void {
    this.#failedLeaders += 1;
    this.#leaderFailed(error);
  }

  /** One SSE event from upstream. False when memory is exhausted. */
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

  /** Ends the flight; whatever comes after is ignored. */
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

  /** A stream of everything from the first byte to the terminal event. */
  subscribe(withUsage: boolean): ReadableStream<Uint8Array> {
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
    if (this.#subscribers.size > 0) return;
    if (this.#state === "ended") this.#releaseIfIdle();
    else if (this.#waiters === 0 && !this.keep) this.#onAbandoned?.();
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

  /** Holds only what the slowest subscriber still needs, and lets go of one that needs too much. */
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
