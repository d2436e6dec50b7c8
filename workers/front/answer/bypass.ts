import type { AnswerReply } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { AnswerSink, CallReply, ProviderOutcome } from "../../../shared/providers/call/provider-answer.ts";
import type { UpstreamCall } from "../../../shared/contracts/upstream-api.ts";
import { callProvider } from "../../../shared/providers/call/provider-call.ts";
import { ProviderAnswer } from "../../../shared/providers/call/provider-answer.ts";
import { systemClock } from "../../../shared/time/clock.ts";
import { SSE_DONE } from "../../../shared/wire/chat/sse-writer.ts";
import { errorEvent } from "../../../shared/wire/errors/error-response.ts";
import type { Isolate } from "../isolate.ts";
import type { Plan } from "../request/request-plan.ts";

/** Concurrent bypass calls per isolate. The bound keeps a hot key from becoming a stampede while its shard is down. */
const MAX_BYPASSES = 4;
/** Bytes buffered for a slow client before the call stops reading from the provider. */
const QUEUE_BYTES = 64 * 1024;
const encoder = new TextEncoder();

/**
 * Calls the provider directly because the shard cannot be reached. Nothing is read from the cache, shared or stored.
 */
export async function bypassAnswer(plan: Plan, isolate: Isolate, nowMs: number): Promise<AnswerReply> {
  if (isolate.bypassing >= MAX_BYPASSES) return failed({ kind: "overloaded", what: "bypass", retryAfterSeconds: 1 });
  isolate.bypassing += 1;
  const call = new BypassCall(plan, isolate, nowMs);
  const end = call.run().finally(() => {
    isolate.bypassing -= 1;
  });
  const { provider } = plan;
  const meta = {
    outcome: "BYPASS",
    provider,
    createdMs: nowMs,
    expiresMs: 0,
    stored: false,
    forwarded: "bypass",
    collapsed: false,
    entryKey: plan.key,
    similarity: null,
    tokens: 0,
    explanation: null,
  } as const;
  if (plan.stream && (await call.begun(end))) return { kind: "stream", stream: call.stream, ...meta };
  const outcome = await end;
  if (outcome.kind === "failed") return failed(outcome.error);
  return { kind: "whole", json: outcome.answer.json, sse: null, ...meta };
}

/** One provider call for one client. Reads from the provider at the pace of a streaming client. */
class BypassCall {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #plan: Plan;
  readonly #nowMs: number;
  readonly #answer: ProviderAnswer;
  readonly #firstEvent = Promise.withResolvers<true>();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #drained = Promise.withResolvers<void>();

  constructor(plan: Plan, isolate: Isolate, nowMs: number) {
    this.#plan = plan;
    this.#nowMs = nowMs;
    const { firstByteTimeoutMs, idleTimeoutMs, totalTimeoutMs } = isolate.config.upstream;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#drained.resolve(),
        cancel: () => this.#leave(),
      },
      { highWaterMark: QUEUE_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
    );
    this.#answer = new ProviderAnswer(plan, this.#sink(), {
      clock: systemClock,
      patience: { firstByteMs: firstByteTimeoutMs, idleMs: idleTimeoutMs, totalMs: totalTimeoutMs },
      call: (request): Promise<CallReply> => this.#call(isolate, request),
    });
  }

  async #call(isolate: Isolate, request: UpstreamCall): Promise<CallReply> {
    const provider = isolate.config.providers.configured.find(({ name }) => name === request.provider);
    return provider === undefined ? { kind: "unreachable" } : callProvider(provider, request, (url, init) => fetch(url, init));
  }

  async run(): Promise<ProviderOutcome> {
    const outcome = await this.#answer.read();
    if (!this.#plan.stream || this.#controller === null) return outcome;
    const error = outcome.kind === "failed" ? outcome.error : null;
    const last = error === null ? SSE_DONE : errorEvent(error, "openai", { requestId: "", nowMs: this.#nowMs });
    this.#controller.enqueue(encoder.encode(last));
    this.#controller.close();
    this.#controller = null;
    return outcome;
  }

  /** Resolves to true when the first event arrives and to false when the call ends without one. */
  begun(end: Promise<unknown>): Promise<boolean> {
    return Promise.race([this.#firstEvent.promise, end.then(() => false)]);
  }

  #sink(): AnswerSink {
    return {
      append: (event, usageOnly) => {
        // A JSON client gets the assembled answer, so the stream stays empty.
        if (!this.#plan.stream) return true;
        if (!usageOnly || this.#plan.includeUsage) this.#controller?.enqueue(event);
        this.#firstEvent.resolve(true);
        return true;
      },
      drained: () => {
        if (!this.#plan.stream || (this.#controller?.desiredSize ?? 1) > 0) return null;
        this.#drained = Promise.withResolvers<void>();
        return this.#drained.promise;
      },
    };
  }

  /** Ends the call when the client disconnects. */
  #leave(): void {
    this.#controller = null;
    this.#drained.resolve();
    this.#answer.abandon();
  }
}

function failed(error: CacheError): AnswerReply {
  return { kind: "failed", error };
}
