import { createParser } from "eventsource-parser";

/** Posts a Chat Completions request. */
export async function postChat(url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

/** A request with one user message. The upstream of the tests accepts any model. */
export function userPrompt(text: string, more: object = {}): object {
  return { model: "test-model", messages: [{ role: "user", content: text }], ...more };
}

/** The contents of a streamed answer. */
export interface StreamedAnswer {
  /** Concatenated content of choice 0. */
  readonly content: string;
  readonly finishReason: string | null;
  /** Data of every event, including `[DONE]`. */
  readonly events: readonly string[];
  /** True when the stream ended with `[DONE]`. */
  readonly done: boolean;
  /** The error object of an error event; null when there was none. */
  readonly error: unknown;
}

interface Chunk {
  readonly choices?: readonly {
    readonly index: number;
    readonly delta?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly error?: unknown;
}

/** Reads a whole SSE answer. Throws when the connection breaks or an event is not JSON. */
export async function readStream(response: Response): Promise<StreamedAnswer> {
  const events: string[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event.data) });
  parser.feed(await response.text());
  let content = "";
  let finishReason: string | null = null;
  let error: unknown = null;
  for (const data of events) {
    if (data === "[DONE]") continue;
    const chunk = JSON.parse(data) as Chunk; // written by the server under test
    error ??= chunk.error ?? null;
    const choice = chunk.choices?.find(({ index }) => index === 0);
    content += choice?.delta?.content ?? "";
    finishReason = choice?.finish_reason ?? finishReason;
  }
  return { content, finishReason, events, done: events.at(-1) === "[DONE]", error };
}

/** Content of a JSON answer. Throws when the body is not one. */
export async function readJsonContent(response: Response): Promise<string> {
  const body = await response.json<{ readonly choices: readonly [{ readonly message: { readonly content: string } }] }>();
  return body.choices[0].message.content;
}
