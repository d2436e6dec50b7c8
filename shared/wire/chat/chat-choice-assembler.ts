import type { Json, JsonObject } from "../../domain/json.ts";
import { isPlainObject, memberOf } from "../json/field-check.ts";
import { numberOf } from "../json/json-body.ts";
import { characterBytesOf } from "../../memory/heap-bytes.ts";

/** Pieces of text that are joined at a time. */
const JOINED_PIECES = 64;
/** Bytes counted for the quotes, colon and comma of a member or an item. */
const JSON_MEMBER_OVERHEAD_BYTES = 8;
/** Bytes counted for a number, a boolean or null. */
const JSON_SCALAR_BYTES = 8;

/** String members that are replaced: the last value counts. All other strings of a delta are concatenated. */
const WHOLE_MEMBERS: ReadonlySet<string> = new Set(["role", "id", "name", "type", "index", "format", "status"]);

/** Approximate size of a value as JSON, in bytes. A text counts as it does in memory: one or two bytes a character. */
export function approximateBytes(value: Json): number {
  if (typeof value === "string") return characterBytesOf(value) + JSON_MEMBER_OVERHEAD_BYTES;
  if (Array.isArray(value)) return value.reduce<number>((sum, item: Json) => sum + approximateBytes(item), JSON_MEMBER_OVERHEAD_BYTES);
  if (!isPlainObject(value)) return JSON_SCALAR_BYTES;
  return Object.entries(value).reduce(
    (sum, [name, member]) => sum + name.length + JSON_MEMBER_OVERHEAD_BYTES + approximateBytes(member),
    0,
  );
}

/**
 * A member that arrives in increments:
 * strings and arrays are concatenated, objects merged. Strings are joined in groups: V8 keeps a header for each string,
 * which is several times larger than a token.
 */
class Increments {
  /** Pieces that have been joined already, then the newest pieces. */
  readonly #joined: string[] = [];
  #texts: string[] = [];
  #items: Json[] | null = null;
  #members: Members | null = null;

  /**
   * Adds an increment.
   * Returns by about how many bytes the value grew, like the other add and merge methods of this module.
   */
  add(value: string | readonly Json[] | JsonObject): number {
    if (typeof value === "string") {
      this.#texts.push(value);
      if (this.#texts.length >= JOINED_PIECES) {
        this.#joined.push(this.#texts.join(""));
        this.#texts = [];
      }
      return characterBytesOf(value);
    }
    if (isPlainObject(value)) return (this.#members ??= new Members()).merge(value);
    this.#addItems(value);
    return approximateBytes(value);
  }

  // Text before and between items becomes a text part, because Mistral mixes strings and parts in one stream.
  #addItems(items: readonly Json[]): void {
    const all = this.#flushText(this.#items ?? []);
    for (const item of items) all.push(item);
    this.#items = all;
  }

  #flushText(items: Json[]): Json[] {
    const text = this.#text();
    this.#joined.length = 0;
    this.#texts = [];
    if (text !== "") items.push({ type: "text", text });
    return items;
  }

  #text(): string {
    return this.#joined.join("") + this.#texts.join("");
  }

  value(): Json {
    if (this.#members !== null) return this.#members.value();
    return this.#items === null ? this.#text() : [...this.#flushText(this.#items)];
  }
}

/** An object built from fragments. Its members keep the order in which they first arrived. */
export class Members {
  readonly #members = new Map<string, Json | Increments>();

  has(name: string): boolean {
    return this.#members.has(name);
  }

  set(name: string, value: Json): void {
    this.#members.set(name, value);
  }

  /** Merges a fragment. A null or empty member creates the member but does not replace a value. */
  merge(fragment: JsonObject, skip?: ReadonlySet<string>): number {
    let bytes = 0;
    for (const [name, value] of Object.entries(fragment)) {
      if (skip?.has(name) === true) continue;
      if (!this.#members.has(name)) bytes += name.length + JSON_MEMBER_OVERHEAD_BYTES;
      bytes += this.#mergeOne(name, value);
    }
    return bytes;
  }

  #mergeOne(name: string, value: Json): number {
    const known = this.#members.get(name);
    const incremental = typeof value === "string" ? !WHOLE_MEMBERS.has(name) : Array.isArray(value) || isPlainObject(value);
    if (incremental) {
      const increments = known instanceof Increments ? known : new Increments();
      if (known !== increments) this.#members.set(name, increments);
      return increments.add(value as string | readonly Json[] | JsonObject);
    }
    const saysNothing = value === null || value === "";
    if (known === undefined || !saysNothing) this.#members.set(name, value);
    return known === undefined ? approximateBytes(value) : 0;
  }

  get(name: string): Json {
    const value = this.#members.get(name) ?? null;
    return value instanceof Increments ? value.value() : value;
  }

  value(): JsonObject {
    return Object.fromEntries([...this.#members.keys()].map((name) => [name, this.get(name)]));
  }
}

const CALL_INDEX: ReadonlySet<string> = new Set(["index"]);
const DELTA_LISTS: ReadonlySet<string> = new Set(["tool_calls"]);

/** Merges the fragments of tool calls by their `index`. */
class ToolCalls {
  readonly #calls: { readonly index: number; readonly members: Members }[] = [];
  readonly #current = new Map<number, Members>();

  add(fragment: JsonObject): number {
    const id = memberOf(fragment, "id");
    const named = typeof id === "string" && id !== "";
    const index = numberOf(memberOf(fragment, "index")) ?? (named ? this.#calls.length : Math.max(0, this.#calls.length - 1));
    const current = this.#current.get(index);
    // Some providers send parallel calls whole, all with index 0. Another id with the same index begins another call.
    const another = current !== undefined && named && startsCall(fragment) && current.get("id") !== null && current.get("id") !== id;
    const members = current === undefined || another ? this.#open(index) : current;
    return members.merge(fragment, CALL_INDEX);
  }

  #open(index: number): Members {
    const members = new Members();
    this.#calls.push({ index, members });
    this.#current.set(index, members);
    return members;
  }

  value(): Json {
    return this.#calls.toSorted((left, right) => left.index - right.index).map((call) => call.members.value());
  }
}

function startsCall(fragment: JsonObject): boolean {
  return ["function", "custom"].some((name) => {
    const called = memberOf(fragment, name);
    return isPlainObject(called) && typeof memberOf(called, "name") === "string";
  });
}

const CHOICE_PARTS: ReadonlySet<string> = new Set(["index", "delta", "message", "logprobs"]);

/** Builds one choice of an answer from its deltas. */
export class ChoiceAssembler {
  readonly #index: number;
  readonly #choice = new Map<string, Json>();
  readonly #message = new Members();
  readonly #toolCalls = new ToolCalls();
  #toolCallsSeen = false;
  #logprobs: Members | null = null;

  constructor(index: number) {
    this.#index = index;
  }

  add(choice: JsonObject): number {
    let bytes = this.#addLogprobs(choice);
    for (const [name, value] of Object.entries(choice)) {
      if (CHOICE_PARTS.has(name)) continue;
      if (!this.#choice.has(name)) bytes += name.length + approximateBytes(value);
      if (value !== null || !this.#choice.has(name)) this.#choice.set(name, value);
    }
    // Perplexity sends the text so far as `message` beside each `delta`. A `message` without a `delta` is the whole
    // answer.
    const delta = memberOf(choice, "delta") ?? memberOf(choice, "message");
    if (!isPlainObject(delta)) return bytes;
    const calls: Json = memberOf(delta, "tool_calls");
    if (!Array.isArray(calls)) return bytes + this.#message.merge(delta);
    return bytes + this.#message.merge(delta, DELTA_LISTS) + this.#addToolCalls(calls);
  }

  #addLogprobs(choice: JsonObject): number {
    const logprobs = memberOf(choice, "logprobs");
    if (isPlainObject(logprobs)) {
      this.#logprobs ??= new Members();
      return this.#logprobs.merge(logprobs);
    }
    if (Object.hasOwn(choice, "logprobs") && !this.#choice.has("logprobs")) this.#choice.set("logprobs", null);
    return 0;
  }

  #addToolCalls(calls: readonly Json[]): number {
    this.#toolCallsSeen = true;
    return calls.filter(isPlainObject).reduce((bytes, fragment) => bytes + this.#toolCalls.add(fragment), 0);
  }

  /** The choice in the form of a `chat.completion`. */
  value(): JsonObject {
    if (!this.#message.has("role")) this.#message.set("role", "assistant");
    if (!this.#message.has("content")) this.#message.set("content", null);
    if (this.#toolCallsSeen) this.#message.set("tool_calls", this.#toolCalls.value());
    if (this.#logprobs !== null) this.#choice.set("logprobs", this.#logprobs.value());
    const rest = [...this.#choice].filter(([name]) => name !== "finish_reason");
    const finish = this.#choice.get("finish_reason") ?? null;
    return Object.fromEntries<Json>([["index", this.#index], ["message", this.#message.value()], ...rest, ["finish_reason", finish]]);
  }
}
