import type { AnswerReply, StreamedAnswer } from "../../../../shared/contracts/cache-shard/answer-contract.ts";
import { parsePromptRequest, promptToChatBody } from "./prompt-request.ts";
import { parseChatRequest } from "../../request/chat/chat-request.ts";
import { ChatStreamReader } from "../../../../shared/wire/chat/sse-reader.ts";
import type { UpstreamEvent } from "../../../../shared/wire/chat/sse-reader.ts";
import { byteStream } from "../../../../shared/memory/byte-stream.ts";
import { errorEvent } from "../../../../shared/wire/errors/error-response.ts";
import { parseJsonBody } from "../../../../shared/wire/json/json-body.ts";
import type { PromptAnswerFacts } from "./prompt-response.ts";
import { PromptStreamWriter, promptResponseBody } from "./prompt-response.ts";
import { answerHeaders } from "../../answer/answer-headers.ts";
import type { Answered } from "../../answer/answer-request.ts";
import { answerRequest } from "../../answer/answer-request.ts";
import type { RequestContext } from "../../request-context.ts";
import { INTERRUPTED } from "../../shards/shard-stream.ts";
import type { CacheError } from "../../../../shared/domain/cache-error.ts";
import type { Result } from "../../../../shared/domain/result.ts";
import { errorAnswer } from "../../answer/error-answer.ts";
import { openRequest, userOf } from "../../request/open-request.ts";
import type { Plan } from "../../request/request-plan.ts";
import { planInTurns } from "../../request/request-plan.ts";
import { nextTurn } from "../../request/turns.ts";

/** Memory for each byte of a large answer: its JSON, its text, and the body with the text twice, as text and as bytes. */
const MEMORY_PER_BYTE = 6;
const NO_MEMORY = { kind: "overloaded", what: "memory", retryAfterSeconds: 1 } as const;

type Reply = Exclude<AnswerReply, { kind: "failed" }>;

/** POST /chat: takes one prompt and returns one text. Shares entries with the chat route. */
export async function prompt(request: Request, context: RequestContext): Promise<Response> {
  const { isolate, requestId, startedMs, client } = context;
  const opened = await openRequest(request, context);
  if (!opened.ok) return errorAnswer(opened.error, "prompt", context);
  const { caller, controls } = opened.value;
  const json = parseJsonBody(opened.value.text);
  if (!json.ok) return errorAnswer(json.error, "prompt", context);
  await nextTurn(opened.value.text.length);
  const asked = parsePromptRequest(json.value);
  if (!asked.ok) return errorAnswer(asked.error, "prompt", context);
  const chat = parseChatRequest(promptToChatBody(asked.value));
  if (!chat.ok) return errorAnswer(chat.error, "prompt", context);
  const { tenant } = caller;
  const user = userOf(opened.value, null);
  const partitionUser = controls.partitionByUser ? user : null;
  const input = { chat: chat.value, provider: asked.value.provider, tenant, partitionUser, customKey: controls.customKey };
  const plan = await planInTurns(input, isolate.config, opened.value.text.length);
  if (!plan.ok) return errorAnswer(plan.error, "prompt", context);
  // Answers of this route always contain the usage, so the stream must include it.
  const withUsage: Plan = { ...plan.value, includeUsage: true };
  const question = { plan: withUsage, controls, tenant, user, requestId, startedMs, client, seen: false };
  const answered = await answerRequest(question, isolate, context.env);
  return respond(answered, withUsage, context);
}

async function respond(answered: Answered, plan: Plan, context: RequestContext): Promise<Response> {
  const { reply, rate } = answered;
  if (reply.kind === "failed") return errorAnswer(reply.error, "prompt", context, rate);
  const headers = answerHeaders(
    reply,
    { requestId: context.requestId, rate, nowMs: Date.now() },
    plan.stream ? "text/event-stream; charset=utf-8" : "application/json",
  );
  if (!plan.stream) {
    if (reply.kind === "whole") return new Response(jsonBody(reply.json, reply, context), { headers });
    const body = await largeBody(reply, context);
    return body.ok ? new Response(body.value, { headers }) : errorAnswer(body.error, "prompt", context, rate);
  }
  const events = reply.kind === "stream" ? reply.stream : new Blob([reply.sse ?? new Uint8Array()]).stream();
  return new Response(events.pipeThrough(promptEvents(reply, plan, context)), { headers });
}

function jsonBody(completionJson: string, reply: Reply, context: RequestContext): string {
  return promptResponseBody({ completionJson, ...factsOf(reply, context) });
}

/**
 * The body for a large answer, which comes as a stream: it must be read as a whole, because its text is sent twice.
 * Fails when the isolate has no memory for it, or its shard is reset meanwhile.
 */
async function largeBody(reply: StreamedAnswer, context: RequestContext): Promise<Result<ReadableStream<Uint8Array>, CacheError>> {
  const hold = context.isolate.replies.reserve((reply.bytes ?? 0) * MEMORY_PER_BYTE, Date.now());
  if (hold === null) {
    await reply.stream.cancel();
    return { ok: false, error: NO_MEMORY };
  }
  try {
    const json = await new Response(reply.stream).text();
    const body = new TextEncoder().encode(jsonBody(json, reply, context));
    const { stream } = byteStream([body], { onRead: () => hold.touch(Date.now()), onEnd: () => hold.release() });
    return { ok: true, value: stream };
  } catch {
    hold.release();
    return { ok: false, error: INTERRUPTED };
  }
}

function factsOf(reply: Reply, context: RequestContext): PromptAnswerFacts {
  return {
    provider: reply.provider,
    requestId: context.requestId,
    cacheStatus: reply.outcome,
    cached: reply.outcome !== "MISS" && reply.outcome !== "BYPASS",
    ...(reply.similarity === null ? {} : { similarity: reply.similarity }),
    responseTimeMs: Date.now() - context.startedMs,
    // An answer from the cache costs nothing. Model prices are not known.
    costUsd: reply.outcome === "MISS" || reply.outcome === "BYPASS" ? null : 0,
  };
}

/** Converts the events of the chat route into those of this route. */
function promptEvents(reply: Reply, plan: Plan, context: RequestContext): TransformStream<Uint8Array, Uint8Array> {
  const reader = new ChatStreamReader(plan.provider);
  const writer = new PromptStreamWriter();
  const encoder = new TextEncoder();
  const render = (event: UpstreamEvent): string => {
    switch (event.kind) {
      case "delta":
      case "usage":
        return writer.delta(event.data);
      case "done":
        return writer.done(factsOf(reply, context));
      case "error":
        return errorEvent(event.error, "prompt", { requestId: context.requestId, nowMs: Date.now() });
      case "garbage":
        return errorEvent({ kind: "upstream_invalid", provider: plan.provider, reason: "garbage" }, "prompt", {
          requestId: context.requestId,
          nowMs: Date.now(),
        });
    }
  };
  const write = (events: readonly UpstreamEvent[], controller: TransformStreamDefaultController<Uint8Array>): void => {
    const text = events.map(render).join("");
    if (text !== "") controller.enqueue(encoder.encode(text));
  };
  return new TransformStream<Uint8Array, Uint8Array>({
    transform: (bytes, controller) => write(reader.push(bytes), controller),
    flush: (controller) => write(reader.end(), controller),
  });
}
