import { sseEvent } from "../../wire/chat/sse-writer.ts";

/** Receives the events of an answer while it is read. */
export interface AnswerSink {
  /** Takes a run of whole SSE events, either of usage events only or of other events only. */
  append(run: Uint8Array, usageOnly: boolean): void;
  /** Like `append`, for a sink that encodes the text itself, into memory that it has already. */
  appendText?(run: string, usageOnly: boolean): void;
  /** Called after all events of one read have been appended, so that they can be passed on together. */
  flush?(): void;
  /**
   * Accounts for further memory that the assembled answer takes, beside its events. Returns false when there is no memory
   * for it; the call then ends with an error.
   */
  hold?(bytes: number): boolean;
  /** Resolves when the reader may read on; null when it need not wait. For a sink with a slow client. */
  drained?(): Promise<void> | null;
}

/** Collects the events of one read, so that a sink gets them together. */
export class EventRun {
  readonly #sink: AnswerSink;
  readonly #encoder = new TextEncoder();
  /** SSE text that has not been appended yet, all of it usage events or none of it. */
  #text = "";
  #isUsage = false;
  /** Bytes of the assembled answer that the sink has been told of. */
  #held = 0;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** Adds an event with this data. */
  add(data: string, usageOnly: boolean): void {
    if (usageOnly !== this.#isUsage) this.#append();
    this.#isUsage = usageOnly;
    this.#text += sseEvent(data);
  }

  /** Passes on what has been added. */
  flush(): void {
    this.#append();
    this.#sink.flush?.();
  }

  /** Tells the sink how much memory the assembled answer takes by now. Returns false when it has no memory for it. */
  hold(bytes: number): boolean {
    const more = bytes - this.#held;
    if (more <= 0) return true;
    this.#held = bytes;
    return this.#sink.hold?.(more) ?? true;
  }

  #append(): void {
    if (this.#text === "") return;
    const run = this.#text;
    this.#text = "";
    if (this.#sink.appendText === undefined) this.#sink.append(this.#encoder.encode(run), this.#isUsage);
    else this.#sink.appendText(run, this.#isUsage);
  }
}
