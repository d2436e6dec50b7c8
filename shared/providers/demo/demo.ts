import type { Json, JsonObject } from "../../domain/json.ts";
import { SSE_DONE, sseEvent } from "../../wire/chat/sse-writer.ts";
import { isPlainObject, memberOf } from "../../wire/json/field-check.ts";
import { MAX_BODY_NODES, numberOf, parseJson } from "../../wire/json/json-body.ts";
import { demoText } from "./demo-text.ts";
import { MS_PER_SECOND } from "../../domain/units.ts";

/** Model name in every demo answer. */
const DEMO_MODEL = "demo";
/** Marks an answer as coming from the demo provider. */
const DEMO_FINGERPRINT = "refrain-demo";
/** Time to the first token, in milliseconds. */
const FIRST_TOKEN_MS = 250;
/** Pace of the stream. */
const TOKENS_PER_SECOND = 60;
/** Common estimate for English text. */
const CHARACTERS_PER_TOKEN = 4;
/** Hex digits of the digest in an answer's id. */
const ID_HEX_DIGITS = 24;
/** The effective request has a few members more than the body that was sent, such as its model. */
const MAX_EFFECTIVE_NODES = MAX_BODY_NODES + 16;
/** Answers per request: OpenAI's largest `n`. */
const MAX_ANSWERS = 128;

/** What the demo provider needs from its environment. `digest` returns at least 52 hex digits. */
export interface DemoPorts {
  readonly sleep: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
  readonly digest: (text: string) => string;
}

interface DemoAnswer {
  readonly tokens: readonly string[];
  readonly finishReason: "stop" | "length";
}

interface DemoPlan {
  readonly heading: { readonly id: string; readonly created: number; readonly model: string; readonly system_fingerprint: string };
  readonly answers: readonly DemoAnswer[];
  readonly usage: JsonObject;
  readonly includeUsage: boolean;
}

/**
 * The embedded provider: answers a chat request in OpenAI's format. The text is determined by the request, and a stream
 * has the pace of a hosted model. Honours `n`, `max_tokens`, `max_completion_tokens`, `stop` and `stream_options`.
 * Never calls a tool. Cancelling the body stops it.
 */
export function demoChat(body: string, stream: boolean, ports: DemoPorts): Response {
  const parsed = parseJson(body, MAX_EFFECTIVE_NODES);
  if (!parsed.ok || !isPlainObject(parsed.value)) {
    return Response.json(
      { error: { message: "The request body is not a JSON object.", type: "invalid_request_error", param: null, code: "invalid_json" } },
      { status: 400 },
    );
  }
  const plan = planOf(parsed.value, ports);
  const events = stream ? streamed(plan, ports) : whole(plan, ports);
  return new Response(bodyOf(events), { headers: { "content-type": stream ? "text/event-stream; charset=utf-8" : "application/json" } });
}

function planOf(request: JsonObject, ports: DemoPorts): DemoPlan {
  const { stream_options: options, stream: _stream, ...asked } = request;
  const canonical = JSON.stringify(asked);
  const digest = ports.digest(canonical);
  const text = finalUserText(request);
  const count = Math.min(MAX_ANSWERS, Math.max(1, integerOf(request, "n") ?? 1));
  const limit = integerOf(request, "max_completion_tokens") ?? integerOf(request, "max_tokens");
  const stops = stopsOf(request);
  const answers = Array.from({ length: count }, (_, index) =>
    answerOf(demoText(index === 0 ? digest : ports.digest(`${digest}:${index}`), text), limit, stops),
  );
  const promptTokens = Math.ceil(canonical.length / CHARACTERS_PER_TOKEN);
  const characters = answers.reduce((sum, answer) => sum + answer.tokens.reduce((length, token) => length + token.length, 0), 0);
  const completionTokens = Math.ceil(characters / CHARACTERS_PER_TOKEN);
  return {
    heading: {
      id: `chatcmpl-demo-${digest.slice(0, ID_HEX_DIGITS)}`,
      created: Math.floor(ports.nowMs() / MS_PER_SECOND),
      model: DEMO_MODEL,
      system_fingerprint: DEMO_FINGERPRINT,
    },
    answers,
    usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens, total_tokens: promptTokens + completionTokens },
    includeUsage: !(isPlainObject(options) && memberOf(options, "include_usage") === false),
  };
}

function answerOf(text: string, limit: number | null, stops: readonly string[]): DemoAnswer {
  const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at !== -1);
  const kept = ends.length === 0 ? text : text.slice(0, Math.min(...ends));
  const tokens = kept.match(/\s*\S+|\s+$/g) ?? [];
  return limit === null || tokens.length <= limit
    ? { tokens, finishReason: "stop" }
    : { tokens: tokens.slice(0, limit), finishReason: "length" };
}

async function* streamed(plan: DemoPlan, ports: DemoPorts): AsyncGenerator<string, void, void> {
  const chunk = (choices: Json, extra: JsonObject = {}): string =>
    sseEvent(JSON.stringify({ ...plan.heading, object: "chat.completion.chunk", choices, ...extra }));
  await ports.sleep(FIRST_TOKEN_MS);
  const longest = Math.max(...plan.answers.map((answer) => answer.tokens.length));
  yield plan.answers.map((_, index) => chunk([{ index, delta: { role: "assistant", content: "" }, finish_reason: null }])).join("");
  for (let step = 0; step < longest; step++) {
    if (step > 0) await ports.sleep(MS_PER_SECOND / TOKENS_PER_SECOND);
    yield plan.answers
      .map(({ tokens }, index) => {
        const content = tokens[step];
        return content === undefined ? "" : chunk([{ index, delta: { content }, finish_reason: null }]);
      })
      .join("");
  }
  const finish = plan.answers.map((answer, index) => chunk([{ index, delta: {}, finish_reason: answer.finishReason }])).join("");
  yield finish + (plan.includeUsage ? chunk([], { usage: plan.usage }) : "") + SSE_DONE;
}

/** An answer without streaming. It takes as long as the last token of a stream would. */
async function* whole(plan: DemoPlan, ports: DemoPorts): AsyncGenerator<string, void, void> {
  const longest = Math.max(...plan.answers.map((answer) => answer.tokens.length));
  await ports.sleep(FIRST_TOKEN_MS + (longest * MS_PER_SECOND) / TOKENS_PER_SECOND);
  const choices = plan.answers.map((answer, index) => ({
    index,
    message: { role: "assistant", content: answer.tokens.join(""), refusal: null },
    logprobs: null,
    finish_reason: answer.finishReason,
  }));
  yield JSON.stringify({ ...plan.heading, object: "chat.completion", choices, usage: plan.usage });
}

/** A body that produces one piece per read. Cancelling it ends the generator at its next pause. */
function bodyOf(pieces: AsyncGenerator<string, void, void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let cancelled = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await pieces.next();
      if (cancelled) return;
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    cancel() {
      cancelled = true;
      // Not awaited, because the generator may be sleeping. It ends when it wakes up.
      void pieces.return();
    },
  });
}

function finalUserText(request: JsonObject): string {
  const messages: Json = memberOf(request, "messages");
  if (!Array.isArray(messages)) return "";
  const last = (messages as readonly Json[]).findLast((message) => isPlainObject(message) && memberOf(message, "role") === "user");
  return isPlainObject(last) ? textOf(memberOf(last, "content")) : "";
}

function textOf(content: Json): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return (content as readonly Json[]).map((part) => (isPlainObject(part) ? textOf(memberOf(part, "text")) : "")).join(" ");
}

function stopsOf(request: JsonObject): readonly string[] {
  const stop: Json = memberOf(request, "stop");
  const stops: readonly Json[] = Array.isArray(stop) ? (stop as readonly Json[]) : [stop];
  return stops.filter((value) => typeof value === "string").filter((value) => value !== "");
}

function integerOf(request: JsonObject, name: string): number | null {
  const number = numberOf(memberOf(request, name));
  return number !== null && Number.isInteger(number) ? number : null;
}
