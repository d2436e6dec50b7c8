import type { Json, JsonObject } from "../../domain/json.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { TokenUsage } from "../../domain/usage.ts";
import { approximateBytes, ChoiceAssembler } from "./chat-choice-assembler.ts";
import { isPlainObject, memberOf } from "../json/field-check.ts";
import { MAX_ANSWER_NODES, numberOf, parseJson } from "../json/json-body.ts";

/**
 * Choices that one answer may have: OpenAI's largest `n`. Further choices are dropped, and the answer counts as empty.
 */
const MAX_CHOICES = 128;

/** A whole answer and the facts about it that the cache needs. */
export interface AssembledAnswer {
  /** The `chat.completion` as JSON text. */
  readonly json: string;
  readonly model: string | null;
  readonly usage: TokenUsage | null;
  /** Finish reason of each choice, in index order; null = not finished. */
  readonly finishReasons: readonly (string | null)[];
  /** True when there is no choice, or a choice has no content, refusal, tool call, function call, audio or image. */
  readonly empty: boolean;
}

/** Members of a chunk that the assembler writes itself. */
const OWN_MEMBERS: ReadonlySet<string> = new Set(["choices", "object", "usage"]);
/** Members of a message that count as an answer. Reasoning alone does not. */
const ANSWERS = ["content", "refusal", "tool_calls", "function_call", "audio", "images"] as const;

/**
 * Builds a `chat.completion` from the chunks of a stream. Strings and lists in deltas are concatenated, and tool calls
 * are merged by index. Names and ids are replaced. Of members outside the delta, the last non-empty value counts.
 */
export class ChatAssembler {
  readonly #members = new Map<string, Json>();
  readonly #choices = new Map<number, ChoiceAssembler>();
  #usage: Json | undefined;
  #bytes = 0;
  #overfull = false;

  /** Approximate size of the answer so far, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  add(chunk: JsonObject): void {
    for (const [name, value] of Object.entries(chunk)) {
      if (!OWN_MEMBERS.has(name)) this.#set(name, value);
    }
    this.#addUsage(chunk);
    const choices = memberOf(chunk, "choices");
    if (!Array.isArray(choices)) return;
    for (const choice of choices as readonly Json[]) {
      if (isPlainObject(choice)) this.#addChoice(choice);
    }
  }

  // An empty value never replaces another one. Azure begins with a chunk whose id and model are empty.
  #set(name: string, value: Json): void {
    const known = this.#members.get(name);
    if (known === undefined) this.#bytes += name.length + approximateBytes(value);
    if (known === undefined || (value !== null && value !== "")) this.#members.set(name, value);
  }

  #addUsage(chunk: JsonObject): void {
    const usage = memberOf(chunk, "usage");
    if (usage !== null) this.#usage = usage;
  }

  #addChoice(choice: JsonObject): void {
    const index = numberOf(memberOf(choice, "index")) ?? 0;
    let assembler = this.#choices.get(index);
    if (assembler === undefined) {
      if (this.#choices.size >= MAX_CHOICES) {
        this.#overfull = true;
        return;
      }
      assembler = new ChoiceAssembler(index);
      this.#choices.set(index, assembler);
    }
    this.#bytes += assembler.add(choice);
  }

  finish(): AssembledAnswer {
    const choices = [...this.#choices].toSorted(([left], [right]) => left - right).map(([, choice]) => choice.value());
    const id: [string, Json][] = this.#members.has("id") ? [["id", this.#members.get("id") ?? null]] : [];
    const rest = [...this.#members].filter(([name]) => name !== "id");
    const usage: [string, Json][] = this.#usage === undefined ? [] : [["usage", this.#usage]];
    const completion = Object.fromEntries<Json>([...id, ["object", "chat.completion"], ...rest, ["choices", choices], ...usage]);
    const answer = answerOf(JSON.stringify(completion), completion);
    return this.#overfull ? { ...answer, empty: true } : answer;
  }
}

/** An answer that came as JSON. */
export interface CompletionAnswer {
  readonly answer: AssembledAnswer;
  /** The parsed text. */
  readonly completion: JsonObject;
}

/** Reads an answer that came as JSON and keeps its text. Fails with "garbage" when it is not a `chat.completion`. */
export function readCompletion(text: string): Result<CompletionAnswer, "garbage"> {
  const parsed = parseJson(text, MAX_ANSWER_NODES);
  if (!parsed.ok || !isPlainObject(parsed.value)) return err("garbage");
  const choices = memberOf(parsed.value, "choices");
  if (!Array.isArray(choices) || memberOf(parsed.value, "error") !== null) return err("garbage");
  const wellFormed = (choices as readonly Json[]).every((choice) => isPlainObject(choice) && isPlainObject(memberOf(choice, "message")));
  return wellFormed ? ok({ answer: answerOf(text, parsed.value), completion: parsed.value }) : err("garbage");
}

/**
 * Converts a JSON answer into chunks: for each choice one with its message and one with its finish reason, then one
 * with the usage. `usage` is null when the answer reports none.
 */
export function chunksFromCompletion(completion: JsonObject): { deltas: string[]; usage: string | null } {
  const heading: [string, Json][] = Object.hasOwn(completion, "id") ? [["id", memberOf(completion, "id")]] : [];
  const rest = Object.entries(completion).filter(([name]) => name !== "id" && !OWN_MEMBERS.has(name));
  const chunk = (choices: Json, extra: readonly [string, Json][] = []): string =>
    JSON.stringify(Object.fromEntries<Json>([...heading, ["object", "chat.completion.chunk"], ...rest, ["choices", choices], ...extra]));
  const deltas: string[] = [];
  for (const choice of choicesOf(completion)) {
    deltas.push(chunk([withDelta(choice)]), chunk([finishOf(choice)]));
  }
  const usage = memberOf(completion, "usage");
  return { deltas, usage: usage === null ? null : chunk([], [["usage", usage]]) };
}

function withDelta(choice: JsonObject): Json {
  const members = Object.entries(choice).map(([name, value]): [string, Json] => {
    if (name === "message") return ["delta", deltaOf(value)];
    return name === "finish_reason" ? [name, null] : [name, value];
  });
  return Object.fromEntries<Json>(members);
}

function finishOf(choice: JsonObject): Json {
  return { index: memberOf(choice, "index"), delta: {}, finish_reason: memberOf(choice, "finish_reason") };
}

function deltaOf(message: Json): Json {
  if (!isPlainObject(message)) return {};
  const calls: Json = memberOf(message, "tool_calls");
  if (!Array.isArray(calls)) return message;
  const indexed = (calls as readonly Json[]).map((call, index): Json =>
    isPlainObject(call) ? Object.fromEntries<Json>([["index", index], ...Object.entries(call).filter(([name]) => name !== "index")]) : call,
  );
  return Object.fromEntries<Json>(
    Object.entries(message).map(([name, value]) => (name === "tool_calls" ? [name, indexed] : [name, value])),
  );
}

function choicesOf(completion: JsonObject): readonly JsonObject[] {
  const choices: Json = memberOf(completion, "choices");
  return Array.isArray(choices) ? (choices as readonly Json[]).filter(isPlainObject) : [];
}

function answerOf(json: string, completion: JsonObject): AssembledAnswer {
  const choices = choicesOf(completion);
  const model = memberOf(completion, "model");
  return {
    json,
    model: typeof model === "string" && model !== "" ? model : null,
    usage: tokenUsageOf(completion),
    finishReasons: choices.toSorted((left, right) => indexOf(left) - indexOf(right)).map(finishReasonOf),
    empty: choices.length === 0 || choices.some(saysNothing),
  };
}

function indexOf(choice: JsonObject): number {
  return numberOf(memberOf(choice, "index")) ?? 0;
}

function finishReasonOf(choice: JsonObject): string | null {
  const reason = memberOf(choice, "finish_reason");
  return typeof reason === "string" && reason !== "" ? reason : null;
}

function saysNothing(choice: JsonObject): boolean {
  const message = memberOf(choice, "message");
  return !isPlainObject(message) || !ANSWERS.some((name) => says(memberOf(message, name)));
}

function says(value: Json): boolean {
  if (typeof value === "string") return value.trim() !== "";
  return Array.isArray(value) ? value.length > 0 : isPlainObject(value);
}

/** Token counts of a completion or a usage chunk; null when it reports none. */
export function tokenUsageOf(completion: JsonObject): TokenUsage | null {
  const usage = memberOf(completion, "usage");
  if (!isPlainObject(usage)) return null;
  const inputTokens = tokenCount(memberOf(usage, "prompt_tokens"));
  const outputTokens = tokenCount(memberOf(usage, "completion_tokens"));
  if (inputTokens === null && outputTokens === null) return null;
  return { inputTokens: inputTokens ?? 0, outputTokens: outputTokens ?? 0 };
}

function tokenCount(value: Json): number | null {
  const number = numberOf(value);
  return number !== null && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
