import type { UpstreamCall, UpstreamReply } from "../../contracts/upstream-api.ts";
import type { UpstreamFailure } from "../../domain/cache-error.ts";
import type { Clock } from "../../time/clock.ts";
import type { AssembledAnswer } from "../../wire/chat/chat-assembler.ts";
import { ChatAssembler, chunksFromCompletion, readCompletion } from "../../wire/chat/chat-assembler.ts";
import type { UpstreamEvent } from "../../wire/chat/sse-reader.ts";
import { ChatStreamReader } from "../../wire/chat/sse-reader.ts";
import type { AnswerSink } from "./event-run.ts";
import { EventRun } from "./event-run.ts";
import { providerError, refusesStreaming } from "./provider-failure.ts";
import type { Patience, TimeoutPhase } from "./watchdog.ts";
import { Watchdog } from "./watchdog.ts";

/** Longest error body that is read, in bytes. */
const MAX_ERROR_BYTES = 64 * 1024;
/** Longest JSON answer that is read from a provider that does not stream, in bytes. */
const MAX_COMPLETION_BYTES = 32 * 1024 * 1024;
/** Longest streamed answer, in bytes. The bound keeps an endless stream from filling the isolate. */
const MAX_ASSEMBLED_BYTES = 16 * 1024 * 1024;
const FIRST_ERROR_STATUS = 400;
const FIRST_REDIRECT_STATUS = 300;

/** A request to a provider. */
export interface ProviderRequest {
  readonly provider: string;
  readonly model: string;
  /** The effective request as JSON text, without `stream` and `stream_options`. */
  readonly body: string;
}

/**
 * A provider's reply. `queue_full`: the call was not made, because too many calls wait for a slot. `unwanted`: it was not
 * made, because nobody waits for its answer any more.
 */
export type CallReply = UpstreamReply | { readonly kind: "queue_full" | "unwanted" };

export interface ProviderAnswerPorts {
  readonly clock: Clock;
  readonly patience: Patience;
  /** @param signal aborted when the answer is no longer needed */
  call(request: UpstreamCall, signal: AbortSignal): Promise<CallReply>;
}

export type ProviderOutcome =
  /**
   * `terminated` is false when all choices finished but the terminal event is missing.
   * Such an answer is served but not stored.
   */
  | { readonly kind: "answered"; readonly answer: AssembledAnswer; readonly usageEvent: string; readonly terminated: boolean }
  | { readonly kind: "failed"; readonly error: UpstreamFailure };

type Reply = Extract<CallReply, { kind: "response" }>;

/** One call to a provider, read event by event into a sink. */
export class ProviderAnswer {
  readonly #request: ProviderRequest;
  readonly #sink: AnswerSink;
  readonly #ports: ProviderAnswerPorts;
  readonly #watchdog: Watchdog;
  readonly #run: EventRun;
  readonly #assembler = new ChatAssembler();
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  /** Aborted when the time has run out or the answer is no longer needed. */
  readonly #abort = new AbortController();
  readonly #stopped = Promise.withResolvers<null>();
  #expired: TimeoutPhase | null = null;
  #usageEvent = "";
  /** Whether the sink has no memory for the whole text. */
  #short = false;

  constructor(request: ProviderRequest, sink: AnswerSink, ports: ProviderAnswerPorts) {
    this.#request = request;
    this.#sink = sink;
    this.#run = new EventRun(sink);
    this.#ports = ports;
    this.#watchdog = new Watchdog(ports.clock, ports.patience, (phase) => {
      this.#expired = phase;
      this.#stop();
    });
  }

  /** Makes the call and reads it to its end. Never throws, and ends in bounded time. */
  async read(): Promise<ProviderOutcome> {
    try {
      return await this.#attempt(true);
    } finally {
      this.#watchdog.stop();
    }
  }

  /** Gives up the call because the answer is no longer needed. `read` then ends soon. */
  abandon(): void {
    this.#stop();
  }

  #stop(): void {
    this.#abort.abort();
    this.#stopped.resolve(null);
    void this.#cancel();
  }

  /** Cancels the body. A pending read then reports the end of the stream. */
  async #cancel(): Promise<void> {
    try {
      await this.#reader?.cancel();
    } catch {
      // The stream is already broken. The next read reports that.
    }
  }

  async #attempt(stream: boolean): Promise<ProviderOutcome> {
    const { provider, model, body } = this.#request;
    const { patience } = this.#ports;
    const firstByteTimeoutMs = Math.min(patience.firstByteMs, patience.totalMs);
    const call = { provider, model, body, stream, firstByteTimeoutMs };
    const reply = await this.#inTime(this.#ports.call(call, this.#abort.signal));
    if (reply === null) return this.#givenUp();
    switch (reply.kind) {
      case "unreachable":
        return this.#failed({ kind: "upstream_unreachable", provider });
      case "timeout":
        return this.#failed({ kind: "upstream_timeout", provider, phase: "first_byte" });
      case "queue_full":
      case "unwanted":
        return this.#failed({ kind: "overloaded", what: "upstream_queue", retryAfterSeconds: 1 });
      case "response":
        return this.#readReply(reply, stream);
    }
  }

  /** The reply, or null when the call is given up first. The body of a late reply is cancelled. */
  async #inTime(call: Promise<CallReply>): Promise<CallReply | null> {
    const reply = await Promise.race([call, this.#stopped.promise]);
    if (reply === null) void call.then((late) => (late.kind === "response" ? late.body?.cancel() : undefined)).catch(() => undefined);
    return reply;
  }

  async #readReply(reply: Reply, stream: boolean): Promise<ProviderOutcome> {
    const { provider } = this.#request;
    this.#reader = reply.body?.getReader() ?? null;
    // The call may have been given up when the headers arrived.
    if (this.#abort.signal.aborted) {
      await this.#cancel();
      return this.#givenUp();
    }
    if (reply.status >= FIRST_ERROR_STATUS) {
      const text = await this.#readText(MAX_ERROR_BYTES);
      if (this.#expired !== null) return this.#timedOut(this.#expired);
      // The call may have been given up while the error was read. A repetition would then be an answer for nobody.
      const repeats = stream && !this.#abort.signal.aborted && refusesStreaming(reply.status, text ?? "");
      if (repeats) return this.#attempt(false);
      return this.#failed(providerError(provider, reply.status, text ?? "", reply.retryAfter, this.#ports.clock.nowMs()));
    }
    if (reply.status >= FIRST_REDIRECT_STATUS) {
      await this.#cancel();
      return this.#failed({ kind: "upstream_invalid", provider, reason: "redirect" });
    }
    return reply.contentType.includes("json") ? this.#readCompletion() : this.#readStream();
  }

  async #readCompletion(): Promise<ProviderOutcome> {
    const { provider } = this.#request;
    const text = await this.#readText(MAX_COMPLETION_BYTES);
    if (this.#expired !== null) return this.#timedOut(this.#expired);
    if (this.#short) return this.#outOfMemory();
    if (text === null) return this.#failed({ kind: "upstream_invalid", provider, reason: "too_large" });
    const read = readCompletion(text);
    if (!read.ok) return this.#failed({ kind: "upstream_invalid", provider, reason: "garbage" });
    const { answer, completion } = read.value;
    if (answer.finishReasons.length === 0) return this.#failed({ kind: "upstream_invalid", provider, reason: "empty" });
    const chunks = chunksFromCompletion(completion);
    for (const data of chunks.deltas) this.#run.add(data, false);
    if (chunks.usage !== null) this.#appendUsage(chunks.usage);
    this.#run.flush();
    return { kind: "answered", answer, usageEvent: this.#usageEvent, terminated: true };
  }

  async #readStream(): Promise<ProviderOutcome> {
    const events = new ChatStreamReader(this.#request.provider);
    for (;;) {
      const bytes = await this.#next();
      if (this.#expired !== null) return this.#timedOut(this.#expired);
      const outcome = this.#takeAll(bytes === null ? events.end() : events.push(bytes));
      const hasMemory = this.#run.hold(this.#assembler.bytes);
      if (hasMemory) this.#run.flush();
      if (outcome !== null || !hasMemory) {
        void this.#cancel();
        return hasMemory && outcome !== null ? outcome : this.#outOfMemory();
      }
      if (bytes === null) return this.#finished(false);
      await this.#drained();
    }
  }

  /** Waits until the sink's clients have read enough. That time does not count as the provider's. */
  async #drained(): Promise<void> {
    const drained = this.#sink.drained?.() ?? null;
    if (drained === null) return;
    this.#watchdog.pause();
    await Promise.race([drained, this.#stopped.promise]);
    this.#watchdog.progress();
  }

  /** Handles the events of one read. Returns an outcome when one of them ends the call. */
  #takeAll(events: readonly UpstreamEvent[]): ProviderOutcome | null {
    for (const event of events) {
      const outcome = this.#take(event);
      if (outcome !== null) return outcome;
    }
    return null;
  }

  /** Handles one event. Returns an outcome when the event ends the call. */
  #take(event: UpstreamEvent): ProviderOutcome | null {
    switch (event.kind) {
      case "delta":
        this.#watchdog.progress();
        this.#assembler.add(event.chunk);
        if (this.#assembler.bytes > MAX_ASSEMBLED_BYTES)
          return this.#failed({ kind: "upstream_invalid", provider: this.#request.provider, reason: "too_large" });
        this.#run.add(event.data, false);
        return null;
      case "usage":
        this.#assembler.add(event.chunk);
        this.#appendUsage(event.data);
        return null;
      case "done":
        return this.#finished(true);
      case "error":
        return this.#failed(event.error);
      case "garbage":
        return this.#failed({ kind: "upstream_invalid", provider: this.#request.provider, reason: "garbage" });
    }
  }

  #finished(terminated: boolean): ProviderOutcome {
    const { provider } = this.#request;
    const answer = this.#assembler.finish();
    const whole = answer.finishReasons.length > 0 && answer.finishReasons.every((reason) => reason !== null);
    if (!whole) return this.#failed({ kind: "upstream_invalid", provider, reason: terminated && answer.empty ? "empty" : "truncated" });
    return { kind: "answered", answer, usageEvent: this.#usageEvent, terminated };
  }

  #appendUsage(data: string): void {
    this.#usageEvent = data;
    this.#run.add(data, true);
  }

  /** The next bytes of the body. Null at the end and on a broken stream, which then lacks its terminal event. */
  async #next(): Promise<Uint8Array | null> {
    if (this.#reader === null) return null;
    try {
      const { done, value } = await this.#reader.read();
      return done ? null : value;
    } catch {
      return null;
    }
  }

  /**
   * The body as text. A body longer than `maxBytes` is truncated if it is an error body; otherwise the result is null.
   */
  async #readText(maxBytes: number): Promise<string | null> {
    const decoder = new TextDecoder();
    let text = "";
    let size = 0;
    for (let bytes = await this.#next(); bytes !== null; bytes = await this.#next()) {
      this.#watchdog.progress();
      size += bytes.byteLength;
      if (size > maxBytes) {
        await this.#cancel();
        return maxBytes === MAX_ERROR_BYTES ? text : null;
      }
      text += decoder.decode(bytes, { stream: true });
      if (this.#run.hold(size)) continue;
      this.#short = true;
      await this.#cancel();
      return null;
    }
    return text + decoder.decode();
  }

  /** The outcome of a call that was stopped: its timeout, or an answer that nobody waits for. */
  #givenUp(): ProviderOutcome {
    if (this.#expired !== null) return this.#timedOut(this.#expired);
    return this.#failed({ kind: "upstream_invalid", provider: this.#request.provider, reason: "truncated" });
  }

  #outOfMemory(): ProviderOutcome {
    return this.#failed({ kind: "overloaded", what: "memory", retryAfterSeconds: 1 });
  }

  #timedOut(phase: TimeoutPhase): ProviderOutcome {
    return this.#failed({ kind: "upstream_timeout", provider: this.#request.provider, phase });
  }

  #failed(error: UpstreamFailure): ProviderOutcome {
    return { kind: "failed", error };
  }
}
