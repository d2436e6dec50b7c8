import type { Json } from "../../shared/domain/json.ts";

const encoder = new TextEncoder();

/** One chunk of a Chat Completions stream as SSE text. */
export function deltaEvent(content: string, finishReason: string | null = null): string {
  return eventOf({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: "test-model-2026",
    choices: [{ index: 0, delta: content === "" ? {} : { content }, finish_reason: finishReason }],
  });
}

export function usageEvent(inputTokens = 5, outputTokens = 7): string {
  return eventOf({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: "test-model-2026",
    choices: [],
    usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens },
  });
}

export const DONE_EVENT = "data: [DONE]\n\n";

export function eventOf(data: Json): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** The events of a complete answer, one per word, with the finish reason, usage and `[DONE]`. */
export function answerEvents(text: string, finishReason = "stop"): readonly string[] {
  const words = text.split(/(?<= )/);
  return [...words.map((word) => deltaEvent(word)), deltaEvent("", finishReason), usageEvent(), DONE_EVENT];
}

export function streamOf(pieces: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
}

export function sseResponse(pieces: readonly string[], status = 200): Response {
  return new Response(streamOf(pieces), { status, headers: { "content-type": "text/event-stream" } });
}

export function answerResponse(text: string, finishReason = "stop"): Response {
  return sseResponse(answerEvents(text, finishReason));
}

export function errorAnswer(status: number, message = "no", headers: Record<string, string> = {}): Response {
  return Response.json({ error: { message, type: "server_error" } }, { status, headers });
}

/** A response body that the test writes. */
export interface HandBody {
  readonly stream: ReadableStream<Uint8Array>;
  write(text: string): void;
  close(): void;
  fail(): void;
  readonly cancelled: boolean;
}

export function handBody(): HandBody {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    start: (opened) => {
      controller = opened;
    },
    cancel: () => {
      cancelled = true;
    },
  });
  return {
    stream,
    write: (text) => controller?.enqueue(encoder.encode(text)),
    close: () => controller?.close(),
    fail: () => controller?.error(new Error("connection lost")),
    get cancelled() {
      return cancelled;
    },
  };
}

/** The complete text of a stream. */
export async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

/** The content of all deltas in an SSE text. */
export function contentOf(sse: string): string {
  let content = "";
  for (const line of sse.split("\n")) {
    if (!line.startsWith("data: {")) continue;
    const chunk = JSON.parse(line.slice("data: ".length)) as {
      readonly choices?: readonly { readonly delta?: { readonly content?: string } }[];
    };
    content += chunk.choices?.[0]?.delta?.content ?? "";
  }
  return content;
}

/** Runs everything that does not wait for a timer. */
export async function settled(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
  await new Promise<void>((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}
