import type { FetchedEntry } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { CacheError, UpstreamFailure } from "../../../shared/domain/cache-error.ts";
import type { Release } from "./reservation.ts";
import type { ResidentEntry } from "../entries/ram-front.ts";
import type { AskedQuestion } from "../semantic/asked-question.ts";
import type { SemanticMatch } from "../semantic/similarity-search.ts";
import type { AudienceFlight, AudiencePorts } from "./audience.ts";
import { Audience } from "./audience.ts";
import type { BufferMemory } from "./flight-buffer.ts";
import { FlightBuffer } from "./flight-buffer.ts";
import { FlightTags } from "./flight-tags.ts";

/** Events that the slowest client has not taken yet, in bytes, up to which reading from the provider goes on again. */
const RESUME_BYTES = 16 * 1024;

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

export interface FlightPorts extends AudiencePorts, BufferMemory {
  readonly doneEvent: Uint8Array;
  /** Bytes of events above which a flight is not buffered any more. */
  readonly maxBytes: number;
}

/**
 * One upstream call and all requests that wait for it. It exists in memory only.
 * States: deciding (looking in KV and for similar questions) → calling → streaming → ended.
 */
export class Flight implements AudienceFlight {
  readonly identity: FlightIdentity;
  /** Whether the call is completed when no client waits for it any more. */
  readonly keep: boolean;
  /** Cache tags of the requests of the flight. A purge by any of them covers it. */
  readonly tags = new FlightTags();
  /** The question as similarity search sees it; null until it is prepared, or when similarity search does not apply. */
  question: AskedQuestion | null = null;
  /** The flight of a similar question that this flight takes its answer from; null when there is none. */
  followed: SemanticMatch | null = null;
  /** The semantic layer's decision as JSON text; null unless the first request asked for it. */
  explanation: string | null = null;
  readonly buffer: FlightBuffer;
  readonly opened: Promise<FlightOpening>;
  readonly ended: Promise<FlightEnd>;
  /** Resolves when the leader's call failed and the flight goes on for its followers. Never rejects. */
  readonly leaderFailure: Promise<UpstreamFailure>;
  readonly #ports: FlightPorts;
  readonly #audience: Audience;
  readonly #release: Release;
  readonly #resolveOpened: (opening: FlightOpening) => void;
  readonly #resolveEnded: (end: FlightEnd) => void;
  readonly #leaderFailed: (error: UpstreamFailure) => void;
  #state: "deciding" | "calling" | "streaming" | "ended" = "deciding";
  #end: FlightEnd | null = null;
  readonly #waiters = new Set<object>();
  #everAwaited = false;
  #followers = 0;
  #failedLeaders = 0;
  #buffered = true;
  /** Whether an event was taken for which there was no memory. Reading pauses until the slowest client has caught up. */
  #short = false;
  #resumed: PromiseWithResolvers<void> | null = null;
  /** Memory of the assembled answer. */
  #held = 0;
  #onAbandoned: (() => void) | null = null;
  #onUnbuffered: (() => void) | null = null;

  /** @param release gives the memory of the flight and its first request back */
  constructor(identity: FlightIdentity, ports: FlightPorts, keep: boolean, release: Release) {
    this.identity = identity;
    this.keep = keep;
    this.#ports = ports;
    this.#release = release;
    this.buffer = new FlightBuffer(ports);
    this.#audience = new Audience(this, ports);
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

  /** Whether the flight holds all its events. Otherwise it can be neither joined nor stored, but streams on. */
  get buffered(): boolean {
    return this.#buffered;
  }

  /** Whether a new request can still be given all events from the first byte. */
  get joinable(): boolean {
    return this.#state !== "ended" && this.#buffered;
  }

  /** Whether a client waits for the answer, or it is worth storing. */
  get wanted(): boolean {
    return this.subscriberCount > 0 || (this.keep && this.#buffered);
  }

  get subscriberCount(): number {
    return this.#audience.size + this.#waiters.size;
  }

  /** Followers that needed no call of their own: a failed leader's call was made again for the first of them. */
  get spared(): number {
    return Math.max(0, this.#followers - this.#failedLeaders);
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

  /** Sets the callback for when the flight is not wanted any more. */
  onAbandoned(work: () => void): void {
    this.#onAbandoned = work;
  }

  /** Sets the callback for when the flight stops holding all its events. */
  onUnbuffered(work: () => void): void {
    this.#onUnbuffered = work;
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

  /** Appends a run of SSE events from upstream. `flush` delivers them. */
  append(run: Uint8Array | string, usageOnly: boolean, provider: string): void {
    if (this.#state === "ended") return;
    if (this.buffer.bytes + run.length > this.#ports.maxBytes) this.#stopBuffering();
    if (!this.buffer.append(run, usageOnly, false)) {
      this.#stopBuffering();
      // The clients already have the beginning of the answer, so the rest cannot be refused.
      this.buffer.append(run, usageOnly, true);
      this.#short = true;
    }
    if (this.#state === "streaming") return;
    this.#state = "streaming";
    this.#resolveOpened({ kind: "streaming", provider });
  }

  /** Delivers the events that have been appended. */
  flush(): void {
    this.#audience.announce();
  }

  /** Accounts for memory of the assembled answer. Bounded by the size of an answer. */
  hold(bytes: number): void {
    if (this.#state === "ended") return;
    this.#held += bytes;
    this.#ports.answers.charge(bytes);
  }

  /** Resolves when more events may be read from upstream; null when the flight can take them now. */
  drained(): Promise<void> | null {
    const crowded = this.#short || this.buffer.bytes > this.#ports.maxBytes;
    if (this.#buffered || !crowded || this.#maySendMore()) return null;
    this.#resumed ??= Promise.withResolvers();
    return this.#resumed.promise;
  }

  /** Ends the flight. Everything after that is ignored. */
  end(end: FlightEnd): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#end = end;
    this.#resolveOpened(end);
    this.#resolveEnded(end);
    this.#audience.handRound();
    if (this.#audience.size === 0) this.#releaseAll();
  }

  /** A stream of all events from the first byte to the terminal event. Null when there is no memory for it. */
  subscribe(withUsage: boolean): ReadableStream<Uint8Array> | null {
    const stream = this.#audience.subscribe(withUsage);
    if (stream !== null) this.#everAwaited = true;
    return stream;
  }

  terminalEvent(): Uint8Array | null {
    const end = this.#end;
    if (end === null) return null;
    return end.kind === "failed" ? this.#ports.errorEvent(end.error) : this.#ports.doneEvent;
  }

  onTaken(): void {
    // As long as a request may join, all events are needed.
    if (this.#buffered && this.#state !== "ended") return;
    this.buffer.trim(this.#audience.slowest);
    if (this.#resumed !== null && this.#maySendMore()) this.#resume();
  }

  onEmpty(): void {
    if (this.#state === "ended") this.#releaseAll();
    else this.#abandonIfUnwanted();
  }

  #maySendMore(): boolean {
    if (this.buffer.end - this.#audience.slowest > RESUME_BYTES) return false;
    this.#short = false;
    return true;
  }

  #resume(): void {
    this.#resumed?.resolve();
    this.#resumed = null;
  }

  /** There is no memory for all events, or they are too many: holds only what the slowest client has not taken yet. */
  #stopBuffering(): void {
    if (!this.#buffered) return;
    this.#buffered = false;
    this.#onUnbuffered?.();
    this.onTaken();
    this.#abandonIfUnwanted();
  }

  #abandonIfUnwanted(): void {
    if (this.#state === "ended" || this.wanted) return;
    this.#resume();
    this.#onAbandoned?.();
  }

  #releaseAll(): void {
    this.buffer.trim(this.buffer.end);
    this.#ports.answers.release(this.#held);
    this.#held = 0;
    this.#release();
  }
}
