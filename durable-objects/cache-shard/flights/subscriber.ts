import type { FlightBuffer } from "./flight-buffer.ts";

/** Bytes that may wait in one subscriber's own queue before it must ask for more. */
export const SUBSCRIBER_QUEUE_BYTES = 64 * 1024;

/** What a subscriber needs of its flight. */
export interface SubscribedFlight {
  readonly buffer: FlightBuffer;
  /** Bytes that end the stream, once the flight has ended; null while it goes on. */
  terminalEvent(): Uint8Array | null;
  nowMs(): number;
  leave(subscriber: Subscriber): void;
}

/**
 * One streaming client of a flight, with its own cursor. Events are pushed while its queue has room and pulled
 * once it has not: pushing is several times cheaper for a thousand subscribers, pulling keeps a slow one bounded.
 */
export class Subscriber {
  readonly #flight: SubscribedFlight;
  readonly #withUsage: boolean;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #cursor = 0;
  #ended = false;
  #pushing = false;
  /** When it last took bytes (ms). */
  lastProgressMs: number;

  constructor(flight: SubscribedFlight, withUsage: boolean, nowMs: number) {
    this.#flight = flight;
    this.#withUsage = withUsage;
    this.lastProgressMs = nowMs;
  }

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
        // Asked for more: the client is alive and has taken what it was given.
        pull: () => this.push(this.#flight.nowMs()),
        cancel: () => this.#leave(),
      },
      { highWaterMark: SUBSCRIBER_QUEUE_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
    );
  }

  /** Hands over what is there, as far as the queue has room. */
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

  /** A comment that shows a dead connection for what it is. */
  heartbeat(comment: Uint8Array): void {
    this.#exclusively((controller) => {
      if ((controller.desiredSize ?? 0) > 0) controller.enqueue(comment);
    });
  }

  /** Ends this subscriber alone, with a last event. */
  cut(event: Uint8Array): void {
    this.#exclusively((controller) => this.#finish(controller, event));
  }

  /**
   * `enqueue` asks for more from within, synchronously, while the queue has room. Without this guard the inner
   * `push` would end the stream, and the outer one would end it again and throw, in the middle of everybody's turn.
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
