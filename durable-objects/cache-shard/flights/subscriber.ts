import type { FlightBuffer } from "./flight-buffer.ts";

/** Bytes in a subscriber's queue at which pushing stops until its client reads. */
export const SUBSCRIBER_QUEUE_BYTES = 16 * 1024;

/** The part of a flight's audience that a subscriber uses. */
export interface SubscribedFlight {
  readonly buffer: FlightBuffer;
  /** The event that ends the stream; null until the flight has ended. */
  terminalEvent(): Uint8Array | null;
  nowMs(): number;
  /** Called when the client has read, and the subscriber has taken further events from the position `from` on. */
  advanced(from: number): void;
  leave(subscriber: Subscriber): void;
}

/**
 * One streaming client of a flight, with its own cursor. Events are pushed while its queue has room and pulled when it
 * is full: pushing is several times cheaper for a thousand subscribers, and pulling bounds the memory of a slow one.
 */
export class Subscriber {
  readonly #flight: SubscribedFlight;
  readonly #withUsage: boolean;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #cursor = 0;
  #ended = false;
  #pushing = false;
  /** When the subscriber last took events (ms). */
  lastProgressMs: number;

  constructor(flight: SubscribedFlight, withUsage: boolean, nowMs: number) {
    this.#flight = flight;
    this.#withUsage = withUsage;
    this.lastProgressMs = nowMs;
  }

  /** Position of the next event that it has not taken. */
  get cursor(): number {
    return this.#cursor;
  }

  get ended(): boolean {
    return this.#ended;
  }

  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        // The queue has room again: the client is alive and reads.
        pull: () => this.#pull(),
        cancel: () => this.#leave(),
      },
      { highWaterMark: SUBSCRIBER_QUEUE_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
    );
  }

  /** Enqueues events while the queue has room, and ends the stream after the last one. */
  push(nowMs: number): void {
    this.#exclusively((controller) => {
      while (this.#cursor < this.#flight.buffer.end && (controller.desiredSize ?? 0) > 0) {
        const slice = this.#flight.buffer.slice(this.#cursor, this.#withUsage);
        this.#cursor = slice.next;
        this.lastProgressMs = nowMs;
        if (slice.bytes.byteLength > 0) controller.enqueue(slice.bytes);
      }
      const terminal = this.#cursor === this.#flight.buffer.end ? this.#flight.terminalEvent() : null;
      if (terminal !== null) this.#finish(controller, terminal);
    });
  }

  /** Sends a comment, which reveals a dead connection. */
  heartbeat(comment: Uint8Array): void {
    this.#exclusively((controller) => {
      if ((controller.desiredSize ?? 0) > 0) controller.enqueue(comment);
    });
  }

  /** Ends this subscriber's stream with a last event. */
  cut(event: Uint8Array): void {
    this.#exclusively((controller) => this.#finish(controller, event));
  }

  #pull(): void {
    const before = this.#cursor;
    this.push(this.#flight.nowMs());
    if (this.#cursor > before) this.#flight.advanced(before);
  }

  /**
   * Prevents re-entry: `enqueue` calls `pull` synchronously while the queue has room. The inner `push` would end the
   * stream, and the outer one would end it again and throw, which would leave other subscribers without their events.
   */
  #exclusively(work: (controller: ReadableStreamDefaultController<Uint8Array>) => void): void {
    if (this.#controller === null || this.#ended || this.#pushing) return;
    this.#pushing = true;
    try {
      work(this.#controller);
    } finally {
      this.#pushing = false;
    }
  }

  #finish(controller: ReadableStreamDefaultController<Uint8Array>, event: Uint8Array): void {
    if (event.byteLength > 0) controller.enqueue(event);
    controller.close();
    this.#leave();
  }

  #leave(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#flight.leave(this);
  }
}
