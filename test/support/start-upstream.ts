import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

/** The upstream's answer to one call. */
export type UpstreamPlan =
  | AnswerPlan
  /** An error or any other status. A string body is sent as it is. */
  | { readonly kind: "status"; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  /** A stream that ends without its terminal event, by the end of the body or by a reset of the connection. */
  | { readonly kind: "truncate"; readonly text: string; readonly afterChunks: number; readonly how: "end" | "reset" }
  /** Sends headers and some chunks, then nothing until the caller disconnects. */
  | { readonly kind: "stall"; readonly text: string; readonly afterChunks: number }
  /** Never sends response headers. */
  | { readonly kind: "silent" }
  /** A 200 with the given body. */
  | { readonly kind: "raw"; readonly contentType: string; readonly body: string }
  /** A JSON answer even when the call requests a stream. */
  | { readonly kind: "json"; readonly text: string };

/** A whole answer in OpenAI's format, as JSON or as a stream, as the call requests. */
export interface AnswerPlan {
  readonly kind: "answer";
  readonly text: string;
  /** Number of content chunks in a stream; default 4. */
  readonly chunks?: number;
  readonly firstByteDelayMs?: number;
  /** Awaited before the response headers are sent. */
  readonly beforeHeaders?: () => Promise<void>;
  readonly chunkDelayMs?: number;
  /** Awaited before chunk `index` is sent, so that a test can hold a flight open without a timer. */
  readonly beforeChunk?: (index: number) => Promise<void>;
  readonly finishReason?: string | null;
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number; readonly total_tokens: number } | null;
}

/** One call that the upstream received. */
export interface RecordedCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly bodyText: string;
  readonly body: ChatBody;
  /** Text of the last message; "" when it has none. */
  readonly prompt: string;
  readonly model: string;
  /** True when the caller disconnected before the answer was complete. */
  aborted: boolean;
  /** True when the whole planned answer was sent. */
  completed: boolean;
}

interface ChatBody {
  readonly model?: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly messages?: readonly { readonly role?: string; readonly content?: unknown }[];
  readonly [member: string]: unknown;
}

export interface TestUpstream extends AsyncDisposable {
  /** Value for OPENAI_BASE_URL. */
  readonly baseUrl: string;
  readonly calls: readonly RecordedCall[];
  /** Calls whose last message has this text. */
  callsFor(prompt: string): readonly RecordedCall[];
  /** Largest number of concurrent calls so far. */
  readonly peakConcurrency: number;
  stop(): Promise<void>;
}

const DEFAULT_CHUNKS = 4;
const DEFAULT_USAGE = { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 } as const;
const CREATED_SECONDS = 1_790_000_000;

/**
 * Starts an OpenAI-compatible server in this process. The script decides the answer to each call. Without a script, the
 * answer contains the number and the prompt of the call, so that a test can distinguish repeated calls.
 */
export async function startUpstream(script: (call: RecordedCall, index: number) => UpstreamPlan = numberedAnswer): Promise<TestUpstream> {
  const calls: RecordedCall[] = [];
  let open = 0;
  let peak = 0;
  const server = createServer((request, response) => {
    open++;
    peak = Math.max(peak, open);
    response.once("close", () => open--);
    void serve(request, response).catch(() => response.destroy());
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await record(request);
    const index = calls.push(call) - 1;
    response.once("close", () => {
      call.aborted = !call.completed;
    });
    await carryOut(script(call, index), call, index, response);
  };
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a path

  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    calls,
    callsFor: (prompt) => calls.filter((call) => call.prompt === prompt),
    get peakConcurrency() {
      return peak;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

export function numberedAnswer(call: RecordedCall, index: number): AnswerPlan {
  return { kind: "answer", text: `Answer ${index + 1} to: ${call.prompt}` };
}

async function record(request: IncomingMessage): Promise<RecordedCall> {
  const bodyText = await readText(request);
  const body = JSON.parse(bodyText || "{}") as ChatBody; // sent by the server under test
  const content = body.messages?.at(-1)?.content;
  return {
    path: request.url ?? "",
    headers: request.headers,
    bodyText,
    body,
    prompt: typeof content === "string" ? content : "",
    model: body.model ?? "",
    aborted: false,
    completed: false,
  };
}

async function carryOut(plan: UpstreamPlan, call: RecordedCall, index: number, response: ServerResponse): Promise<void> {
  const answer = new AnswerWriter(response, call, index);
  switch (plan.kind) {
    case "answer":
      await sleep(plan.firstByteDelayMs ?? 0);
      await plan.beforeHeaders?.();
      if (call.body.stream === true) await answer.stream(plan);
      else answer.json(plan);
      return;
    case "json":
      answer.json({ kind: "answer", text: plan.text });
      return;
    case "status":
      response.writeHead(plan.status, { "content-type": "application/json", ...plan.headers });
      answer.finish(
        typeof plan.body === "string"
          ? plan.body
          : JSON.stringify(plan.body ?? { error: { message: "planned failure", type: "server_error", code: null } }),
      );
      return;
    case "raw":
      response.writeHead(200, { "content-type": plan.contentType });
      answer.finish(plan.body);
      return;
    case "truncate":
      await answer.begin(plan.text, plan.afterChunks);
      if (plan.how === "end") response.end();
      else response.socket?.resetAndDestroy();
      return;
    case "stall":
      await answer.begin(plan.text, plan.afterChunks);
      return;
    case "silent":
      return;
  }
}

/** Writes one answer in OpenAI's format. */
class AnswerWriter {
  readonly #response: ServerResponse;
  readonly #call: RecordedCall;
  readonly #head: { readonly id: string; readonly created: number; readonly model: string };

  constructor(response: ServerResponse, call: RecordedCall, index: number) {
    this.#response = response;
    this.#call = call;
    this.#head = { id: `chatcmpl-test-${index + 1}`, created: CREATED_SECONDS + index, model: call.model };
  }

  /** Sends headers, the role and the first chunks of an answer that is not completed. */
  async begin(text: string, chunks: number): Promise<void> {
    this.#open();
    await this.#chunk({ role: "assistant", content: "" }, null);
    for (const piece of pieces(text, Math.max(chunks, DEFAULT_CHUNKS)).slice(0, chunks)) await this.#chunk({ content: piece }, null);
  }

  async stream(plan: AnswerPlan): Promise<void> {
    this.#open();
    await this.#chunk({ role: "assistant", content: "" }, null);
    for (const [index, piece] of pieces(plan.text, plan.chunks ?? DEFAULT_CHUNKS).entries()) {
      await plan.beforeChunk?.(index);
      if (plan.chunkDelayMs !== undefined) await sleep(plan.chunkDelayMs);
      if (this.#response.destroyed) return;
      await this.#chunk({ content: piece }, null);
    }
    const reason = plan.finishReason === undefined ? "stop" : plan.finishReason;
    if (reason !== null) await this.#chunk({}, reason);
    const usage = plan.usage === undefined ? DEFAULT_USAGE : plan.usage;
    if (usage !== null && this.#call.body.stream_options?.include_usage === true) {
      await this.#event({ ...this.#head, object: "chat.completion.chunk", choices: [], usage });
    }
    this.finish("data: [DONE]\n\n");
  }

  json(plan: AnswerPlan): void {
    const reason = plan.finishReason === undefined ? "stop" : plan.finishReason;
    const choice = { index: 0, message: { role: "assistant", content: plan.text, refusal: null }, logprobs: null, finish_reason: reason };
    this.#response.writeHead(200, { "content-type": "application/json" });
    const usage = plan.usage === undefined ? DEFAULT_USAGE : plan.usage;
    this.finish(JSON.stringify({ ...this.#head, object: "chat.completion", choices: [choice], ...(usage === null ? {} : { usage }) }));
  }

  finish(last: string): void {
    this.#call.completed = true;
    this.#response.end(last);
  }

  #open(): void {
    this.#response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  }

  async #chunk(delta: object, finishReason: string | null): Promise<void> {
    await this.#event({ ...this.#head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finishReason }] });
  }

  async #event(value: object): Promise<void> {
    if (this.#response.destroyed) return;
    if (this.#response.write(`data: ${JSON.stringify(value)}\n\n`)) return;
    await Promise.race([once(this.#response, "drain"), once(this.#response, "close")]);
  }
}

/** Splits a text into at most `count` pieces. Never splits a surrogate pair. */
function pieces(text: string, count: number): readonly string[] {
  const characters = Array.from(text);
  const size = Math.max(1, Math.ceil(characters.length / count));
  const found: string[] = [];
  for (let start = 0; start < characters.length; start += size) found.push(characters.slice(start, start + size).join(""));
  return found;
}
