import type { AnswerReply } from "../../../shared/contracts/cache-shard.ts";
import type { UpstreamApi, UpstreamReply } from "../../../shared/contracts/upstream.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import { providerError } from "../../../shared/providers/provider-table.ts";
import { ChatAssembler } from "../../../shared/wire/chat-assembler.ts";
import { SSE_DONE, sseEvent } from "../../../shared/wire/chat-replay.ts";
import type { UpstreamEvent } from "../../../shared/wire/chat-stream-reader.ts";
import { ChatStreamReader } from "../../../shared/wire/chat-stream-reader.ts";
import { errorEvent } from "../../../shared/wire/error-response.ts";
import type { Isolate } from "../isolate.ts";
import type { Plan } from "../request/plan.ts";

/** Calls one isolate makes at a time around shards it cannot reach: a hot key must not become a stampede. */
const MAX_BYPASSES = 4;
const MAX_ERROR_CHARACTERS = 64 * 1024;

/** Straight to upstream because the shard cannot be reached: nothing is read, shared or stored. */
export async function bypassAnswer(plan: Plan, isolate: Isolate, upstream: UpstreamApi, nowMs: number): Promise<AnswerReply> {
  if (isolate.bypassing >= MAX_BYPASSES) return failed({ kind: "overloaded", what: "bypass", retryAfterSeconds: 1 });
  isolate.bypassing += 1;
  const done = (): void => {
    isolate.bypassing -= 1;
  };
  const reply = await callUpstream(plan, isolate, upstream);
  const { provider } = plan;
  if (reply.kind !== "response" || reply.status >= 400 || reply.body === null || !reply.contentType.includes("event-stream")) {
    done();
    return failed(await failureOf(provider, reply, nowMs));
  }
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
  if (plan.stream) return { kind: "stream", stream: relay(plan, reply.body, nowMs, done), ...meta };
  const json = await assemble(provider, reply.body);
  done();
  return json === null ? failed({ kind: "upstream_invalid", provider, reason: "truncated" }) : { kind: "whole", json, sse: null, ...meta };
}

async function callUpstream(plan: Plan, isolate: Isolate, upstream: UpstreamApi): Promise<UpstreamReply> {
  const { firstByteTimeoutMs } = isolate.config.upstream;
  try {
    return await upstream.call({ provider: plan.provider, model: plan.model, body: plan.body, stream: true, firstByteTimeoutMs });
  } catch {
    return { kind: "unreachable" };
  }
}

function failed(error: CacheError): AnswerReply {
  return { kind: "failed", error };
}

async function failureOf(provider: string, reply: UpstreamReply, nowMs: number): Promise<CacheError> {
  if (reply.kind === "timeout") return { kind: "upstream_timeout", provider, phase: "first_byte" };
  if (reply.kind === "unreachable") return { kind: "upstream_unreachable", provider };
  if (reply.status < 400) return { kind: "upstream_invalid", provider, reason: "garbage" };
  const text = reply.body === null ? "" : await new Response(reply.body).text().catch(() => "");
  return providerError(provider, reply.status, text.slice(0, MAX_ERROR_CHARACTERS), reply.retryAfter, nowMs);
}

/** Provider's stream → client's stream: usage only for those who asked, a broken end said as an error event. */
function relay(plan: Plan, body: ReadableStream<Uint8Array>, nowMs: number, done: () => void): ReadableStream<Uint8Array> {
  const events = new ChatStreamReader(plan.provider);
  const encoder = new TextEncoder();
  let ended = false;
  const write = (event: UpstreamEvent, controller: TransformStreamDefaultController<Uint8Array>): void => {
    if (ended) return;
    if (event.kind === "delta" || (event.kind === "usage" && plan.includeUsage)) controller.enqueue(encoder.encode(sseEvent(event.data)));
    else if (event.kind !== "usage") {
      ended = true;
      const error: CacheError =
        event.kind === "error" ? event.error : { kind: "upstream_invalid", provider: plan.provider, reason: "garbage" };
      controller.enqueue(encoder.encode(event.kind === "done" ? SSE_DONE : errorEvent(error, "openai", { requestId: "", nowMs })));
    }
  };
  const transform = new TransformStream<Uint8Array, Uint8Array>({
    transform: (bytes, controller) => {
      for (const event of events.push(bytes)) write(event, controller);
    },
    flush: (controller) => {
      for (const event of events.end()) write(event, controller);
      write({ kind: "garbage" }, controller);
    },
  });
  body
    .pipeTo(transform.writable)
    .catch(() => undefined)
    .finally(done);
  return transform.readable;
}

async function assemble(provider: string, body: ReadableStream<Uint8Array>): Promise<string | null> {
  const events = new ChatStreamReader(provider);
  const assembler = new ChatAssembler();
  const take = (batch: readonly UpstreamEvent[]): boolean => {
    for (const event of batch) if (event.kind === "delta" || event.kind === "usage") assembler.add(event.chunk);
    return batch.some((event) => event.kind === "done");
  };
  try {
    let whole = false;
    for await (const bytes of body) whole = take(events.push(bytes)) || whole;
    whole = take(events.end()) || whole;
    return whole ? assembler.finish().json : null;
  } catch {
    return null;
  }
}
