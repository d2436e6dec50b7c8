import type { UpstreamCall } from "../../shared/contracts/upstream.ts";
import type { UpstreamFailure } from "../../shared/domain/cache-error.ts";
import { isJsonObject } from "../../shared/domain/json.ts";
import { providerError, refusesStreaming } from "../../shared/providers/provider-table.ts";
import type { AssembledAnswer } from "../../shared/wire/chat-assembler.ts";
import { assembledFromCompletion, ChatAssembler, chunksFromCompletion } from "../../shared/wire/chat-assembler.ts";
import { sseEvent } from "../../shared/wire/chat-replay.ts";
import { parseJson } from "../../shared/wire/json-body.ts";
import type { UpstreamEvent } from "../../shared/wire/chat-stream-reader.ts";
import { ChatStreamReader } from "../../shared/wire/chat-stream-reader.ts";
import type { Clock } from "./clock.ts";
import type { Flight } from "./flight.ts";
import type { GatewayReply } from "./upstream-gateway.ts";
import type { Patience, TimeoutPhase } from "./watchdog.ts";
import { Watchdog } from "./watchdog.ts";

/** Most that is read of a provider's error body. */
const MAX_ERROR_BYTES = 64 * 1024;
/** Most that is read of a JSON answer from a provider that does not stream. */
const MAX_COMPLETION_BYTES = 32 * 1024 * 1024;
/** Most that an answer may grow to while it streams: a stream without end must not fill the isolate. */
const MAX_ASSEMBLED_BYTES = 16 * 1024 * 1024;
const FIRST_ERROR_STATUS = 400;
const FIRST_REDIRECT_STATUS = 300;

export interface PumpPorts {
  readonly clock: Clock;
  readonly patience: Patience;
  /** @param wanted asked when the call comes out of the queue for a slot: false = nobody needs it any more */
  call(request: UpstreamCall, wanted: () => boolean): Promise<GatewayReply>;
}

/** What is asked of upstream. */
export interface PumpRequest {
  readonly provider: string;
  readonly model: string;
  readonly body: string;
}

export type PumpOutcome =
  /** `terminated` is false when the stream just stopped after every choice had finished: whole for a client, not for the store. */
  | { readonly kind: "answered"; readonly answer: AssembledAnswer; readonly usageEvent: string; readonly terminated: boolean }
  | { readonly kind: "failed"; readonly error: UpstreamFailure };

/** Reads one upstream call into a flight, event by event. Never throws; ends in bounded time. */
export async function pumpUpstream(flight: Flight, request: PumpRequest, ports: PumpPorts): Promise<PumpOutcome> {
  const run = new PumpRun(flight, request, ports);
  try {
    return await run.go(true);
  } finally {
    run.stop();
  }
}

type Reply = Extract<GatewayReply, { kind: "response" }>;
type Reader = ReadableStreamDefaultReader<Uint8Array>;

class PumpRun {
  readonly #flight: Flight;
  readonly #request: PumpRequest;
  readonly #ports: PumpPorts;
  readonly #watchdog: Watchdog;
  readonly #encoder = new TextEncoder();
  readonly #assembler = new ChatAssembler();
  #reader: Reader | null = null;
  readonly #expiry = Promise.withResolvers<null>();
  #expired: TimeoutPhase | null = null;
  #abandoned = false;
  #usageEvent = "";

  constructor(flight: Flight, request: PumpRequest, ports: PumpPorts) {
    this.#flight = flight;
    this.#request = request;
    this.#ports = ports;
    this.#watchdog = new Watchdog(ports.clock, ports.patience, (phase) => {
      this.#expired = phase;
      this.#expiry.resolve(null);
      void this.cancel();
    });
    flight.onAbandoned(() => {
      this.#abandoned = true;
      void this.cancel();
    });
  }

  stop(): void {
    this.#watchdog.stop();
  }

  /** Ends the reading; a pending read then says that it is done. */
  async cancel(): Promise<void> {
    try {
      await this.#reader?.cancel();
    } catch {
      // Already broken: the pump sees it at its next read.
    }
  }

  async go(stream: boolean): Promise<PumpOutcome> {
    const { provider, model, body } = this.#request;
    const { patience } = this.#ports;
    const firstByteTimeoutMs = Math.min(patience.firstByteMs, patience.totalMs);
    const wanted = (): boolean => this.#expired === null && !this.#abandoned;
    const reply = await this.#inTime(this.#ports.call({ provider, model, body, stream, firstByteTimeoutMs }, wanted));
    if (reply === null) return this.#timedOut(this.#expired ?? "total");
    switch (reply.kind) {
      case "unreachable":
        return this.#failed({ kind: "upstream_unreachable", provider });
      case "timeout":
        return this.#failed({ kind: "upstream_timeout", provider, phase: "first_byte" });
      case "queue_full":
        return this.#failed({ kind: "overloaded", what: "upstream_queue", retryAfterSeconds: 1 });
      case "response":
        return this.#read(reply, stream);
    }
  }

  /** Null when time ran out first (in the queue for a slot, or at an object that hangs); what comes late is let go. */
  async #inTime(call: Promise<GatewayReply>): Promise<GatewayReply | null> {
    const reply = await Promise.race([call, this.#expiry.promise]);
    if (reply === null) void call.then((late) => (late.kind === "response" ? late.body?.cancel() : undefined)).catch(() => undefined);
    return reply;
  }

  async #read(reply: Reply, stream: boolean): Promise<PumpOutcome> {
    const { provider } = this.#request;
    this.#reader = reply.body?.getReader() ?? null;
    // Time or interest may have run out while the headers were on their way.
    if (this.#expired !== null || this.#abandoned) await this.cancel();
    if (this.#expired !== null) return this.#timedOut(this.#expired);
    if (reply.status >= FIRST_ERROR_STATUS) {
      const text = await this.#readText(MAX_ERROR_BYTES);
      if (this.#expired !== null) return this.#timedOut(this.#expired);
      if (stream && refusesStreaming(reply.status, text ?? "")) return this.go(false);
      return this.#failed(providerError(provider, reply.status, text ?? "", reply.retryAfter, this.#ports.clock.nowMs()));
    }
    if (reply.status >= FIRST_REDIRECT_STATUS) {
      await this.cancel();
      return this.#failed({ kind: "upstream_invalid", provider, reason: "redirect" });
    }
    return reply.contentType.includes("json") ? this.#readCompletion() : this.#readStream();
  }

  async #readCompletion(): Promise<PumpOutcome> {
    const { provider } = this.#request;
    const text = await this.#readText(MAX_COMPLETION_BYTES);
    if (this.#expired !== null) return this.#timedOut(this.#expired);
    if (text === null) return this.#failed({ kind: "upstream_invalid", provider, reason: "too_large" });
    const assembled = assembledFromCompletion(text);
    if (!assembled.ok) return this.#failed({ kind: "upstream_invalid", provider, reason: "garbage" });
    if (assembled.value.finishReasons.length === 0) return this.#failed({ kind: "upstream_invalid", provider, reason: "empty" });
    const completion = parseJson(assembled.value.json);
    if (!completion.ok || !isJsonObject(completion.value)) return this.#failed({ kind: "upstream_invalid", provider, reason: "garbage" });
    const chunks = chunksFromCompletion(completion.value);
    for (const data of chunks.deltas) if (!this.#append(data, false)) return this.#outOfMemory();
    if (chunks.usage !== null && !this.#appendUsage(chunks.usage)) return this.#outOfMemory();
    return { kind: "answered", answer: assembled.value, usageEvent: this.#usageEvent, terminated: true };
  }

  async #readStream(): Promise<PumpOutcome> {
    const events = new ChatStreamReader(this.#request.provider);
    for (;;) {
      const bytes = await this.#next();
      if (this.#expired !== null) return this.#timedOut(this.#expired);
      for (const event of bytes === null ? events.end() : events.push(bytes)) {
        const end = this.#take(event);
        if (end === null) continue;
        void this.cancel();
        return end;
      }
      if (bytes === null) return this.#finished(false);
    }
  }

  /** One event; an outcome when it ends the call. */
  #take(event: UpstreamEvent): PumpOutcome | null {
    switch (event.kind) {
      case "delta":
        this.#watchdog.progress();
        this.#assembler.add(event.chunk);
        if (this.#assembler.bytes > MAX_ASSEMBLED_BYTES)
          return this.#failed({ kind: "upstream_invalid", provider: this.#request.provider, reason: "too_large" });
        return this.#append(event.data, false) ? null : this.#outOfMemory();
      case "usage":
        this.#assembler.add(event.chunk);
        return this.#appendUsage(event.data) ? null : this.#outOfMemory();
      case "done":
        return this.#finished(true);
      case "error":
        return this.#failed(event.error);
      case "garbage":
        return this.#failed({ kind: "upstream_invalid", provider: this.#request.provider, reason: "garbage" });
    }
  }

  #finished(terminated: boolean): PumpOutcome {
    const { provider } = this.#request;
    const answer = this.#assembler.finish();
    const whole = answer.finishReasons.length > 0 && answer.finishReasons.every((reason) => reason !== null);
    if (!whole) return this.#failed({ kind: "upstream_invalid", provider, reason: terminated && answer.empty ? "empty" : "truncated" });
    return { kind: "answered", answer, usageEvent: this.#usageEvent, terminated };
  }

  #appendUsage(data: string): boolean {
    this.#usageEvent = data;
    return this.#append(data, true);
  }

  #append(data: string, usageOnly: boolean): boolean {
    return this.#flight.append(this.#encoder.encode(sseEvent(data)), usageOnly, this.#request.provider);
  }

  /** The next bytes of the body; null at its end or when it breaks (what is missing then tells). */
  async #next(): Promise<Uint8Array | null> {
    if (this.#reader === null) return null;
    try {
      const { done, value } = await this.#reader.read();
      return done ? null : value;
    } catch {
      return null;
    }
  }

  async #readText(maxBytes: number): Promise<string | null> {
    const decoder = new TextDecoder();
    let text = "";
    let size = 0;
    for (let bytes = await this.#next(); bytes !== null; bytes = await this.#next()) {
      this.#watchdog.progress();
      size += bytes.byteLength;
      if (size > maxBytes) {
        await this.cancel();
        return maxBytes === MAX_ERROR_BYTES ? text : null;
      }
      text += decoder.decode(bytes, { stream: true });
    }
    return text + decoder.decode();
  }

  #outOfMemory(): PumpOutcome {
    void this.cancel();
    return this.#failed({ kind: "overloaded", what: "memory", retryAfterSeconds: 1 });
  }

  #timedOut(phase: TimeoutPhase): PumpOutcome {
    return this.#failed({ kind: "upstream_timeout", provider: this.#request.provider, phase });
  }

  #failed(error: UpstreamFailure): PumpOutcome {
    return { kind: "failed", error };
  }
}
