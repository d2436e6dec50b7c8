import type { AnswerReply } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { AnswerSink } from "../../../shared/providers/call/event-run.ts";
import type { CallReply, ProviderOutcome } from "../../../shared/providers/call/provider-answer.ts";
import type { UpstreamCall } from "../../../shared/contracts/upstream-api.ts";
import { callProvider } from "../../../shared/providers/call/provider-call.ts";
import { ProviderAnswer } from "../../../shared/providers/call/provider-answer.ts";
import { heapBytesOf } from "../../../shared/memory/heap-bytes.ts";
import { systemClock } from "../../../shared/time/clock.ts";
import { SSE_DONE, SSE_HEARTBEAT } from "../../../shared/wire/chat/sse-writer.ts";
import { errorEvent } from "../../../shared/wire/errors/error-response.ts";
import type { Isolate } from "../isolate.ts";
import type { Client } from "../request-context.ts";
import type { Plan } from "../request/request-plan.ts";
import type { BypassSlot } from "./bypass-slots.ts";

/** Bytes buffered for a slow client before the call stops reading from the provider. */
const QUEUE_BYTES = 64 * 1024;
/** Time between renewals of the slot, and between SSE comments, which reveal dead clients. In milliseconds. */
const RENEW_MS = 10_000;
/** A client that reads nothing for longer than this while events wait is disconnected. In milliseconds. */
const CLIENT_STALL_MS = 60_000;
const encoder = new TextEncoder();

/**
 * Calls the provider directly because the shard cannot answer. Nothing is read from the cache, shared or stored.
 */
export async function bypassAnswer(plan: Plan, isolate: Isolate, client: Client, nowMs: number): Promise<AnswerReply> {
  // A client that has left while its shard was asked gets no call. The signal does not tell it a second time.
  const slot = client.signal.aborted ? null : isolate.bypasses.take(plan.key, heldBytes(plan, 0), nowMs);
  if (slot === null) return failed({ kind: "overloaded", what: "bypass", retryAfterSeconds: 1 });
  const call = new BypassCall(plan, isolate, slot);
  // A reset connection stops the request, so the slot is freed here and not only when the call ends.
  const leave = (): void => call.leave();
  client.signal.addEventListener("abort", leave);
  const end = call.run().finally(() => client.signal.removeEventListener("abort", leave));
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

/** Memory of a call whose answer takes this much so far. */
function heldBytes(plan: Plan, answerBytes: number): number {
  return QUEUE_BYTES + heapBytesOf(plan.body) + answerBytes;
}

/** One provider call for one client. Reads from the provider at the pace of a streaming client. */
class BypassCall {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #plan: Plan;
  readonly #slot: BypassSlot;
  readonly #answer: ProviderAnswer;
  readonly #firstEvent = Promise.withResolvers<true>();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #hasBegun = false;
  /** Memory of the answer so far. */
  #answerBytes = 0;
  #drained = Promise.withResolvers<void>();
  #cancelRenewal: () => void;

  constructor(plan: Plan, isolate: Isolate, slot: BypassSlot) {
    this.#plan = plan;
    this.#slot = slot;
    const { firstByteTimeoutMs, idleTimeoutMs, totalTimeoutMs } = isolate.config.upstream;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#drained.resolve(),
        cancel: () => this.leave(),
      },
      { highWaterMark: QUEUE_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
    );
    this.#answer = new ProviderAnswer(plan, this.#sink(), {
      clock: systemClock,
      patience: { firstByteMs: firstByteTimeoutMs, idleMs: idleTimeoutMs, totalMs: totalTimeoutMs },
      call: (request, signal): Promise<CallReply> => this.#call(isolate, request, signal),
    });
    this.#cancelRenewal = systemClock.after(RENEW_MS, () => this.#renew());
  }

  async #call(isolate: Isolate, request: UpstreamCall, signal: AbortSignal): Promise<CallReply> {
    const provider = isolate.config.providers.configured.find(({ name }) => name === request.provider);
    return provider === undefined ? { kind: "unreachable" } : callProvider(provider, request, (url, init) => fetch(url, init), signal);
  }

  async run(): Promise<ProviderOutcome> {
    try {
      const outcome = await this.#answer.read();
      this.#close(outcome.kind === "failed" ? outcome.error : null);
      return outcome;
    } finally {
      this.#release();
    }
  }

  /** Resolves to true when the first event arrives and to false when the call ends without one. */
  begun(end: Promise<unknown>): Promise<boolean> {
    return Promise.race([this.#firstEvent.promise, end.then(() => false)]);
  }

  /** Ends the call because the client has disconnected. */
  leave(): void {
    this.#controller = null;
    this.#drained.resolve();
    this.#answer.abandon();
    this.#release();
  }

  /** Ends the stream of a streaming client. */
  #close(error: CacheError | null): void {
    const controller = this.#controller;
    this.#controller = null;
    if (!this.#plan.stream || controller === null) return;
    const last = error === null ? SSE_DONE : errorEvent(error, "openai", { requestId: "", nowMs: systemClock.nowMs() });
    controller.enqueue(encoder.encode(last));
    controller.close();
  }

  #release(): void {
    this.#cancelRenewal();
    this.#slot.free();
  }

  #renew(): void {
    this.#slot.renew(systemClock.nowMs());
    if (this.#hasBegun && this.#hasRoom) this.#controller?.enqueue(encoder.encode(SSE_HEARTBEAT));
    this.#cancelRenewal = systemClock.after(RENEW_MS, () => this.#renew());
  }

  get #hasRoom(): boolean {
    return (this.#controller?.desiredSize ?? 1) > 0;
  }

  #sink(): AnswerSink {
    return {
      append: (run, usageOnly) => {
        // A JSON client gets the assembled answer, so the stream stays empty.
        if (!this.#plan.stream) return;
        if (!usageOnly || this.#plan.includeUsage) this.#controller?.enqueue(run);
        this.#hasBegun = true;
        this.#firstEvent.resolve(true);
      },
      hold: (bytes) => {
        this.#answerBytes += bytes;
        return this.#slot.hold(heldBytes(this.#plan, this.#answerBytes));
      },
      drained: () => {
        if (!this.#plan.stream || this.#hasRoom) return null;
        this.#drained = Promise.withResolvers<void>();
        const { promise } = this.#drained;
        const cancelStall = systemClock.after(CLIENT_STALL_MS, () => this.#cutOff());
        return promise.finally(cancelStall);
      },
    };
  }

  /** Ends the call because the client does not read. */
  #cutOff(): void {
    this.#close({ kind: "overloaded", what: "memory", retryAfterSeconds: 1 });
    this.leave();
  }
}

function failed(error: CacheError): AnswerReply {
  return { kind: "failed", error };
}
