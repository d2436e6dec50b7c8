import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, streamText } from "ai";
import OpenAI, { AuthenticationError, BadRequestError, NotFoundError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestCluster } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";

const KEY = "acme-key-one";
const TOOL_STREAM = [
  {
    role: "assistant",
    content: null,
    tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "weather", arguments: "" } }],
  },
  { tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] },
  { tool_calls: [{ index: 0, function: { arguments: '"Berlin"}' } }] },
];
const TOOLS = [
  { type: "function" as const, function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } } },
];
let cluster: TestCluster;
let client: OpenAI;

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function event(delta: object, finishReason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ id: "chatcmpl-tools", object: "chat.completion.chunk", created: 1_790_000_000, model: "m", choices })}\n\n`;
}

beforeAll(async () => {
  cluster = await startTestCluster({
    vars: { AUTH: "keys", API_KEYS: `acme:${KEY}` },
    script: (call) => {
      if (call.prompt !== "tools") return { kind: "answer", text: `You said: ${call.prompt}` };
      const body = `${TOOL_STREAM.map((delta) => event(delta, null)).join("")}${event({}, "tool_calls")}data: [DONE]\n\n`;
      return { kind: "raw", contentType: "text/event-stream", body };
    },
  });
  client = new OpenAI({ baseURL: `${cluster.url}/v1`, apiKey: KEY, maxRetries: 0 });
});
afterAll(() => cluster[Symbol.asyncDispose]());

describe("the openai package", () => {
  test("gets the same answer as JSON and as a stream, and sees its cache state", async () => {
    const messages = [{ role: "user" as const, content: "hello" }];
    const { data, response } = await client.chat.completions.create({ model: "m", messages }).withResponse();
    expect(response.headers.get("refrain-cache")).toBe("MISS");
    expect(data.choices[0]?.message.content).toBe("You said: hello");
    expect(data.usage?.total_tokens).toBe(20);

    const stream = await client.chat.completions
      .create({ model: "m", messages, stream: true, stream_options: { include_usage: true } })
      .withResponse();
    expect(stream.response.headers.get("refrain-cache")).toBe("HIT");
    const chunks = await collect(stream.data);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe("You said: hello");
    expect(chunks.at(-1)?.usage?.total_tokens).toBe(20);
    expect(chunks.every(({ id, created }) => id === data.id && created === data.created)).toBe(true);
    expect(cluster.upstream.callsFor("hello")).toHaveLength(1);
  });

  test("accumulates the same text from a miss and a hit with its stream helper", async () => {
    const run = async (): Promise<string | null | undefined> => {
      const runner = client.chat.completions.stream({ model: "m", messages: [{ role: "user", content: "helper" }] });
      return (await runner.finalChatCompletion()).choices[0]?.message.content;
    };
    expect([await run(), await run()]).toEqual(["You said: helper", "You said: helper"]);
    expect(cluster.upstream.callsFor("helper")).toHaveLength(1);
  });

  test("gets tool calls from the cache unchanged", async () => {
    const ask = { model: "m", tools: TOOLS, messages: [{ role: "user" as const, content: "tools" }] };
    const first = await client.chat.completions.stream(ask).finalChatCompletion();
    const again = await client.chat.completions.create(ask).withResponse();
    expect(again.response.headers.get("refrain-cache")).toBe("HIT");
    expect(again.data.choices[0]?.message.tool_calls).toEqual([
      { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Berlin"}' } },
    ]);
    expect(again.data.choices[0]?.finish_reason).toBe("tool_calls");
    expect(first.choices[0]?.message.tool_calls?.[0]).toMatchObject({ id: "call_1", function: { arguments: '{"city":"Berlin"}' } });
    const replay = await client.chat.completions.stream(ask).finalChatCompletion();
    expect(replay.choices[0]?.message.tool_calls?.[0]).toMatchObject({ id: "call_1", function: { arguments: '{"city":"Berlin"}' } });
  });

  test("raises its own error classes", async () => {
    const messages = [{ role: "user" as const, content: "x" }];
    const wrongKey = new OpenAI({ baseURL: `${cluster.url}/v1`, apiKey: "wrong", maxRetries: 0 });
    const failures = await Promise.all(
      [
        wrongKey.chat.completions.create({ model: "m", messages }),
        client.chat.completions.create({ model: "m", messages: [] }),
        client.models.retrieve("no-such-model"),
      ].map((call) => call.catch((error: unknown) => error)),
    );
    expect(failures[0]).toBeInstanceOf(AuthenticationError);
    expect(failures[0]).toMatchObject({ status: 401, code: "invalid_api_key" });
    expect(failures[1]).toBeInstanceOf(BadRequestError);
    expect(failures[1]).toMatchObject({ status: 400, param: "messages" });
    expect(failures[2]).toBeInstanceOf(NotFoundError);
    expect(failures[2]).toMatchObject({ status: 404, code: "model_not_found" });
  });

  test("lists models", async () => {
    const models = await collect(await client.models.list());
    expect(models.map(({ id }) => id)).toContain("openai/gpt-4o-mini");
    expect((await client.models.retrieve(models[0]?.id ?? "")).id).toBe(models[0]?.id);
  });

  test("may abort a stream without ending the call for the next client", async () => {
    const abort = new AbortController();
    const stream = await client.chat.completions.create(
      { model: "m", stream: true, messages: [{ role: "user", content: "given up" }] },
      { signal: abort.signal },
    );
    await expect(
      (async () => {
        for await (const chunk of stream) if (chunk.choices.length > 0) abort.abort();
      })(),
    ).resolves.toBeUndefined();
    const next = await client.chat.completions.create({ model: "m", messages: [{ role: "user", content: "given up" }] });
    expect(next.choices[0]?.message.content).toBe("You said: given up");
    expect(cluster.upstream.callsFor("given up")).toHaveLength(1);
  });
});

describe("the ai package with its OpenAI-compatible provider", () => {
  test("generates and streams the same text from one call", async () => {
    const provider = createOpenAICompatible({ name: "refrain", baseURL: `${cluster.url}/v1`, apiKey: KEY });
    const generated = await generateText({ model: provider("m"), prompt: "from the ai package", maxRetries: 0 });
    const streamed = streamText({ model: provider("m"), prompt: "from the ai package", maxRetries: 0 });
    const pieces = await collect(streamed.textStream);
    expect(generated.text).toBe("You said: from the ai package");
    expect(pieces.join("")).toBe(generated.text);
    expect(generated.finishReason).toBe("stop");
    expect(cluster.upstream.callsFor("from the ai package").length + callsWithParts("from the ai package")).toBe(1);
  });
});

/** The package may send a prompt as a list of parts. */
function callsWithParts(text: string): number {
  return cluster.upstream.calls.filter(({ prompt, bodyText }) => prompt === "" && bodyText.includes(text)).length;
}
