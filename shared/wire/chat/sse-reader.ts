import { createParser, type EventSourceMessage, type EventSourceParser } from "eventsource-parser";
import type { UpstreamFailure } from "../../domain/cache-error.ts";
import type { JsonObject } from "../../domain/json.ts";
import { isPlainObject, memberOf } from "../json/field-check.ts";
import { MAX_ANSWER_NODES, parseJson } from "../json/json-body.ts";
import { failureFromEvent } from "../../providers/call/provider-error-text.ts";

/** Longest event of a provider's stream, in characters. An image in base64 fits. */
export const MAX_EVENT_CHARACTERS = 4 * 1024 * 1024;

/** One event of a provider's stream. */
export type UpstreamEvent =
  /** A `chat.completion.chunk` as sent to clients: the provider's text, without a `usage` member that is null. */
  | { readonly kind: "delta"; readonly data: string; readonly chunk: JsonObject }
  /** A chunk with usage and no choices. Only clients that asked for usage get it. */
  | { readonly kind: "usage"; readonly data: string; readonly chunk: JsonObject }
  /** An error object sent as an event. */
  | { readonly kind: "error"; readonly error: UpstreamFailure }
  /** `[DONE]`. Nothing follows it. */
  | { readonly kind: "done" }
  /** An event that is not JSON, not a chunk, too long, or has too many values. */
  | { readonly kind: "garbage" };

/**
 * Reads the SSE stream of a Chat Completions provider. Accepts CRLF, comments, a BOM, multi-line data, chunks of bytes
 * split anywhere (even inside a character) and a last event without a blank line. The events depend only on the bytes,
 * not on how they are split.
 */
export class ChatStreamReader {
  readonly #provider: string;
  readonly #decoder = new TextDecoder();
  readonly #parser: EventSourceParser;
  #events: UpstreamEvent[] = [];
  #ending = false;
  #closed = false;

  constructor(provider: string) {
    this.#provider = provider;
    this.#parser = createParser({
      maxBufferSize: MAX_EVENT_CHARACTERS,
      onEvent: (message) => this.#take(message),
      onError: (error) => {
        if (error.type === "max-buffer-size-exceeded") this.#overflow();
      },
    });
  }

  /** The events that these bytes complete. */
  push(bytes: Uint8Array): UpstreamEvent[] {
    if (!this.#closed) this.#parser.feed(this.#decoder.decode(bytes, { stream: true }));
    return this.#drain();
  }

  /**
   * Ends the stream. An incomplete last event is dropped instead of reported as garbage;
   * the missing terminal event reveals it.
   */
  end(): UpstreamEvent[] {
    if (!this.#closed) {
      this.#ending = true;
      this.#parser.feed(`${this.#decoder.decode()}\n\n`);
      this.#closed = true;
    }
    return this.#drain();
  }

  #drain(): UpstreamEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #overflow(): void {
    this.#closed = true;
    this.#events.push({ kind: "garbage" });
  }

  #take(message: EventSourceMessage): void {
    if (this.#closed) return;
    const event = readEvent(this.#provider, message);
    if (event === null || (event.kind === "garbage" && this.#ending)) return;
    if (event.kind === "done") this.#closed = true;
    this.#events.push(event);
  }
}

/** Reads one event. Null for an event to ignore: a keep-alive, or a named event of the provider. */
function readEvent(provider: string, message: EventSourceMessage): UpstreamEvent | null {
  const data = message.data.trim();
  if (data === "") return null;
  if (data === "[DONE]") return { kind: "done" };
  const parsed = parseJson(data, MAX_ANSWER_NODES);
  if (message.event === "error") return { kind: "error", error: failureFromEvent(provider, parsed.ok ? parsed.value : data) };
  if (!parsed.ok || !isPlainObject(parsed.value)) return message.event === undefined ? { kind: "garbage" } : null;
  const chunk = parsed.value;
  if (isError(chunk)) return { kind: "error", error: failureFromEvent(provider, chunk) };
  const choices = memberOf(chunk, "choices");
  const usage = memberOf(chunk, "usage");
  if (Array.isArray(choices) && (choices.length > 0 || usage === null)) return deltaOf(data, chunk);
  if (isPlainObject(usage) && (choices === null || Array.isArray(choices))) return { kind: "usage", data, chunk };
  return message.event === undefined ? { kind: "garbage" } : null;
}

function isError(chunk: JsonObject): boolean {
  const error = memberOf(chunk, "error");
  if (error !== null && error !== false && error !== "") return true;
  return (
    !Object.hasOwn(chunk, "choices") &&
    (memberOf(chunk, "object") === "error" || memberOf(chunk, "type") === "error" || memberOf(chunk, "detail") !== null)
  );
}

/**
 * Removes `usage: null`, which providers add to every chunk when usage is requested. Most clients did not request it.
 */
function deltaOf(data: string, chunk: JsonObject): UpstreamEvent {
  if (!Object.hasOwn(chunk, "usage") || chunk["usage"] !== null) return { kind: "delta", data, chunk };
  const rest: JsonObject = Object.fromEntries(Object.entries(chunk).filter(([name]) => name !== "usage"));
  return { kind: "delta", data: withoutNullUsage(data) ?? JSON.stringify(rest), chunk: rest };
}

const NULL_USAGE = /"usage"\s*:\s*null/g;
const NULL_USAGE_FIRST = /^\{\s*"usage"\s*:\s*null\s*,\s*/;
const NULL_USAGE_LATER = /,\s*"usage"\s*:\s*null/;

/**
 * Removes the member from the text, so that the rest stays as the provider wrote it. This is correct when there is one
 * match: a quoted name with a colon is a member, and the top level is known to have it. Returns null when there is not
 * exactly one match; the caller then serialises the chunk.
 */
function withoutNullUsage(data: string): string | null {
  if (data.match(NULL_USAGE)?.length !== 1) return null;
  if (NULL_USAGE_FIRST.test(data)) return data.replace(NULL_USAGE_FIRST, "{");
  return NULL_USAGE_LATER.test(data) ? data.replace(NULL_USAGE_LATER, "") : null;
}
