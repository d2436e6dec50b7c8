import type { Json, JsonObject } from "../../../../shared/domain/json.ts";
import type { TokenUsage } from "../../../../shared/domain/usage.ts";
import { tokenUsageOf } from "../../../../shared/wire/chat/chat-assembler.ts";
import { sseEvent } from "../../../../shared/wire/chat/sse-writer.ts";
import { isPlainObject, memberOf } from "../../../../shared/wire/json/field-check.ts";
import { MAX_ANSWER_NODES, numberOf, parseJson } from "../../../../shared/wire/json/json-body.ts";

/** Facts about an answer that `/chat` returns beside its text. */
export interface PromptAnswerFacts {
  readonly provider: string;
  readonly requestId: string;
  /** The value of `refrain-cache`: `HIT`, `MISS`, … */
  readonly cacheStatus: string;
  readonly cached: boolean;
  /** Cosine similarity, for semantic hits. */
  readonly similarity?: number;
  readonly responseTimeMs: number;
  /** Cost of this request in US dollars; null = the price of the model is not known. */
  readonly costUsd: number | null;
}

/** The JSON answer of `POST /chat` for a stored `chat.completion`. */
export function promptResponseBody(input: PromptAnswerFacts & { readonly completionJson: string }): string {
  const parsed = parseJson(input.completionJson, MAX_ANSWER_NODES);
  const completion: JsonObject = parsed.ok && isPlainObject(parsed.value) ? parsed.value : {};
  const text = answerText(completion, "message");
  return JSON.stringify({ success: true, response: text, data: text, ...closing(input, modelOf(completion), tokenUsageOf(completion)) });
}

/**
 * Writes the SSE answer of `POST /chat`: `{type:"delta", text}` events and one `{type:"done", …}` event with the
 * members of the JSON answer except its text. It must be given every chunk, since it keeps model and usage for `done`.
 */
export class PromptStreamWriter {
  #model: string | null = null;
  #usage: TokenUsage | null = null;

  /** The event for one chat chunk; empty when the chunk has no text. */
  delta(chunkData: string): string {
    const parsed = parseJson(chunkData, MAX_ANSWER_NODES);
    if (!parsed.ok || !isPlainObject(parsed.value)) return "";
    this.#model = modelOf(parsed.value) ?? this.#model;
    this.#usage = tokenUsageOf(parsed.value) ?? this.#usage;
    const text = answerText(parsed.value, "delta");
    return text === "" ? "" : sseEvent(JSON.stringify({ type: "delta", text }));
  }

  done(facts: PromptAnswerFacts): string {
    return sseEvent(JSON.stringify({ type: "done", success: true, ...closing(facts, this.#model, this.#usage) }));
  }
}

function closing(facts: PromptAnswerFacts, model: string | null, usage: TokenUsage | null): object {
  return {
    cached: facts.cached,
    ...(facts.similarity === undefined ? {} : { similarity: facts.similarity }),
    provider: facts.provider,
    model,
    usage: usage === null ? null : { ...usage, totalTokens: usage.inputTokens + usage.outputTokens },
    metadata: { requestId: facts.requestId, responseTime: facts.responseTimeMs, cacheStatus: facts.cacheStatus, cost: facts.costUsd },
  };
}

/** The text of the first choice: its content, or its refusal when there is no content. */
function answerText(answer: JsonObject, carrier: "message" | "delta"): string {
  const choices: Json = memberOf(answer, "choices");
  if (!Array.isArray(choices)) return "";
  const first = (choices as readonly Json[]).find((choice) => isPlainObject(choice) && (numberOf(memberOf(choice, "index")) ?? 0) === 0);
  const said = isPlainObject(first) ? memberOf(first, carrier) : null;
  if (!isPlainObject(said)) return "";
  const content = textOf(memberOf(said, "content"));
  return content === "" ? textOf(memberOf(said, "refusal")) : content;
}

/** The text of a content member: a string, or the concatenated text parts of a list. */
function textOf(content: Json): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return (content as readonly Json[])
    .map((part) => (isPlainObject(part) && memberOf(part, "type") === "text" ? textOf(memberOf(part, "text")) : ""))
    .join("");
}

function modelOf(completion: JsonObject): string | null {
  const model = memberOf(completion, "model");
  return typeof model === "string" && model !== "" ? model : null;
}
