import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_MESSAGES } from "../../../../workers/front/request/chat/chat-message-check.ts";
import { parseChatRequest } from "../../../../workers/front/request/chat/chat-request.ts";
import { parseJsonBody } from "../../../../shared/wire/json/json-body.ts";

const USER = { role: "user", content: "hello" };
const CALL = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };

/** The field for which a body is refused; "accepted" when it is not refused. */
function refusedFor(body: unknown): string | null {
  const result = parseChatRequest(body);
  if (result.ok) return "accepted";
  if (result.error.kind !== "invalid_request") throw new Error(result.error.kind);
  const { field, message } = result.error;
  if (field !== null && !message.includes(`'${field}'`)) throw new Error(`"${message}" does not name ${field}`);
  return field;
}

const withUser = (members: object): object => ({ messages: [USER], ...members });
const withMessage = (message: unknown): object => ({ messages: [USER, message] });

describe("a valid chat request", () => {
  it.each([
    ["only messages", withUser({})],
    [
      "every number at its lower bound",
      withUser({
        temperature: 0,
        top_p: 0,
        n: 1,
        presence_penalty: -2,
        frequency_penalty: -2,
        top_logprobs: 0,
        max_tokens: 1,
        max_completion_tokens: 1,
        seed: -5,
      }),
    ],
    [
      "every number at its upper bound",
      withUser({ temperature: 2, top_p: 1, n: 128, presence_penalty: 2, frequency_penalty: 2, top_logprobs: 20, max_tokens: 1e9 }),
    ],
    [
      "optional members that are null",
      withUser({ temperature: null, n: null, stream: null, stream_options: null, tools: null, stop: null, model: null, user: null }),
    ],
    ["unknown members of any type", withUser({ top_k: 40, thinking: { type: "enabled" }, extra_body: [1, null] })],
    ["lone surrogates", { messages: [{ role: "user", content: "\ud800" }] }],
    ["an assistant turn that only called tools", withMessage({ role: "assistant", content: null, tool_calls: [CALL] })],
    ["an assistant turn without a content member", withMessage({ role: "assistant", tool_calls: [CALL] })],
    [
      "a custom tool call",
      withMessage({ role: "assistant", tool_calls: [{ id: "c", type: "custom", custom: { name: "n", input: "i" } }] }),
    ],
    ["a tool message with content parts", withMessage({ role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "4" }] })],
    ["a function message without content", withMessage({ role: "function", name: "f", content: null })],
    ["a developer message", withMessage({ role: "developer", content: "be brief", name: "ops" })],
    [
      "text, image, audio and file parts",
      withMessage({
        role: "user",
        content: [
          { type: "text", text: "" },
          { type: "image_url", image_url: { url: "https://x/y.png", detail: "low" } },
          { type: "input_audio", input_audio: { data: "", format: "wav" } },
          { type: "file", file: { file_id: "f" } },
        ],
      }),
    ],
    ["a content part of an unknown type", withMessage({ role: "user", content: [{ type: "video_url", video_url: "x" }] })],
    [
      "tools",
      withUser({
        tools: [
          { type: "function", function: { name: "f", parameters: {}, strict: null } },
          { type: "custom", custom: { name: "g" } },
          { type: "browser_search" },
        ],
        tool_choice: { type: "function", function: { name: "f" } },
        parallel_tool_calls: false,
      }),
    ],
    ["stop as text and as a list", withUser({ stop: ["a", "b"] })],
    ["a response format", withUser({ response_format: { type: "json_schema", json_schema: { name: "s", schema: {} } } })],
    ["a logit bias", withUser({ logit_bias: { "50256": -100 } })],
  ])("may have %s", (_, body) => {
    expect(refusedFor(body)).toBe("accepted");
  });

  it("keeps its body as sent and exposes the members that the gateway uses", () => {
    const body = {
      model: "gpt-4o",
      stream: true,
      stream_options: { include_usage: true },
      user: "u",
      safety_identifier: "s",
      messages: [USER],
      x: 1,
    };
    expect(parseChatRequest(body)).toEqual({ ok: true, value: { body, model: "gpt-4o", stream: true, includeUsage: true, user: "s" } });
  });

  it("has no model, stream, usage or user when these members are absent or empty", () => {
    expect(parseChatRequest(withUser({ user: "" }))).toMatchObject({
      ok: true,
      value: { model: null, stream: false, includeUsage: false, user: null },
    });
    expect(parseChatRequest(withUser({ user: "u", safety_identifier: "" }))).toMatchObject({ ok: true, value: { user: "u" } });
  });

  it("may have a seed that a double cannot hold", () => {
    const body = parseJsonBody('{"seed":9223372036854775807,"messages":[{"role":"user","content":"x"}]}');
    expect(body.ok && parseChatRequest(body.value).ok).toBe(true);
  });
});

describe("an invalid chat request is refused for the invalid field", () => {
  it.each<[string | null, unknown]>([
    [null, "text"],
    [null, []],
    [null, null],
    [null, undefined],
    ["messages", {}],
    ["messages", { messages: null }],
    ["messages", { messages: "hi" }],
    ["messages", { messages: [] }],
    ["messages", { messages: Array.from({ length: MAX_MESSAGES + 1 }, () => USER) }],
    ["messages[0]", { messages: ["hi"] }],
    ["messages[0].role", { messages: [{ content: "x" }] }],
    ["messages[1].role", withMessage({ role: "robot", content: "x" })],
    ["messages[1].role", withMessage({ role: 7, content: "x" })],
    ["messages[1].role", withMessage({ role: "constructor", content: "x" })],
    ["messages[1].content", withMessage({ role: "user" })],
    ["messages[1].content", withMessage({ role: "user", content: null })],
    ["messages[1].content", withMessage({ role: "system", content: 5 })],
    ["messages[1].content", withMessage({ role: "user", content: [] })],
    ["messages[1].content", withMessage({ role: "user", content: { type: "text", text: "x" } })],
    ["messages[1].content[0]", withMessage({ role: "user", content: ["x"] })],
    ["messages[1].content[0].type", withMessage({ role: "user", content: [{ text: "x" }] })],
    ["messages[1].content[0].type", withMessage({ role: "user", content: [{ type: 1 }] })],
    ["messages[1].content[0].type", withMessage({ role: "user", content: [{ type: "" }] })],
    ["messages[1].content[1].text", withMessage({ role: "user", content: [{ type: "text", text: "a" }, { type: "text" }] })],
    ["messages[1].content[0].image_url", withMessage({ role: "user", content: [{ type: "image_url" }] })],
    ["messages[1].content[0].image_url", withMessage({ role: "user", content: [{ type: "image_url", image_url: "https://x" }] })],
    ["messages[1].content[0].image_url.url", withMessage({ role: "user", content: [{ type: "image_url", image_url: {} }] })],
    [
      "messages[1].content[0].input_audio.format",
      withMessage({ role: "user", content: [{ type: "input_audio", input_audio: { data: "" } }] }),
    ],
    ["messages[1].content[0].file.file_id", withMessage({ role: "user", content: [{ type: "file", file: { file_id: 1 } }] })],
    ["messages[1].name", withMessage({ role: "user", content: "x", name: 3 })],
    ["messages[1].content", withMessage({ role: "assistant" })],
    ["messages[1].content", withMessage({ role: "assistant", content: null })],
    ["messages[1].tool_calls", withMessage({ role: "assistant", tool_calls: {} })],
    [
      "messages[1].tool_calls[0].id",
      withMessage({ role: "assistant", tool_calls: [{ type: "function", function: { name: "f", arguments: "" } }] }),
    ],
    ["messages[1].tool_calls[0].function", withMessage({ role: "assistant", tool_calls: [{ id: "c", type: "function" }] })],
    [
      "messages[1].tool_calls[0].function.arguments",
      withMessage({ role: "assistant", tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: {} } }] }),
    ],
    ["messages[1].tool_call_id", withMessage({ role: "tool", content: "x" })],
    ["messages[1].name", withMessage({ role: "function", content: "x" })],
    ["model", withUser({ model: 4 })],
    ["model", withUser({ model: "" })],
    ["model", withUser({ model: "m".repeat(257) })],
    ["temperature", withUser({ temperature: 2.01 })],
    ["temperature", withUser({ temperature: -0.1 })],
    ["temperature", withUser({ temperature: "0.7" })],
    ["top_p", withUser({ top_p: 1.5 })],
    ["n", withUser({ n: 0 })],
    ["n", withUser({ n: 129 })],
    ["n", withUser({ n: 1.5 })],
    ["presence_penalty", withUser({ presence_penalty: 3 })],
    ["frequency_penalty", withUser({ frequency_penalty: -3 })],
    ["logprobs", withUser({ logprobs: 1 })],
    ["top_logprobs", withUser({ top_logprobs: 21 })],
    ["max_tokens", withUser({ max_tokens: 0 })],
    ["max_tokens", withUser({ max_tokens: true })],
    ["max_completion_tokens", withUser({ max_completion_tokens: -1 })],
    ["seed", withUser({ seed: 0.5 })],
    ["stream", withUser({ stream: "true" })],
    ["stream_options", withUser({ stream_options: true })],
    ["stream_options.include_usage", withUser({ stream_options: { include_usage: 1 } })],
    ["stop", withUser({ stop: 1 })],
    ["stop[1]", withUser({ stop: ["a", 2] })],
    ["logit_bias", withUser({ logit_bias: [] })],
    ["logit_bias.50256", withUser({ logit_bias: { "50256": 101 } })],
    ["tools", withUser({ tools: {} })],
    ["tools[0]", withUser({ tools: ["f"] })],
    ["tools[0].type", withUser({ tools: [{ function: { name: "f" } }] })],
    ["tools[0].type", withUser({ tools: [{ type: 1 }] })],
    ["tools[1].function", withUser({ tools: [{ type: "x" }, { type: "function" }] })],
    ["tools[0].function.name", withUser({ tools: [{ type: "function", function: {} }] })],
    ["tools[0].function.parameters", withUser({ tools: [{ type: "function", function: { name: "f", parameters: "{}" } }] })],
    ["tool_choice", withUser({ tool_choice: 1 })],
    ["tool_choice.type", withUser({ tool_choice: {} })],
    ["parallel_tool_calls", withUser({ parallel_tool_calls: "no" })],
    ["functions[0].name", withUser({ functions: [{}] })],
    ["function_call.name", withUser({ function_call: {} })],
    ["response_format", withUser({ response_format: "json" })],
    ["response_format.type", withUser({ response_format: {} })],
    ["response_format.json_schema", withUser({ response_format: { type: "json_schema" } })],
    ["user", withUser({ user: 7 })],
    ["user", withUser({ user: "u".repeat(1_025) })],
    ["safety_identifier", withUser({ safety_identifier: {} })],
    ["metadata", withUser({ metadata: "x" })],
    ["store", withUser({ store: "yes" })],
    ["reasoning_effort", withUser({ reasoning_effort: 1 })],
    ["modalities[0]", withUser({ modalities: [1] })],
  ])("%s", (field, body) => {
    expect(refusedFor(body)).toBe(field);
  });

  it("with OpenAI's wording, quoting at most a part of the caller's text", () => {
    const result = parseChatRequest(withMessage({ role: "r".repeat(500), content: "x" }));
    expect(result).toMatchObject({ ok: false, error: { kind: "invalid_request", code: "invalid_value", field: "messages[1].role" } });
    expect(!result.ok && result.error.kind === "invalid_request" && result.error.message.length).toBeLessThan(250);
    expect(parseChatRequest(withUser({ temperature: "hot" }))).toMatchObject({
      error: { message: "Invalid type for 'temperature': expected a number, but got a string instead." },
    });
    expect(parseChatRequest({})).toMatchObject({
      error: { message: "Missing required parameter: 'messages'.", code: "missing_required_parameter" },
    });
  });

  it("with an exact big number treated as a number, not as an object", () => {
    const body = parseJsonBody('{"max_tokens":1,"tools":12345678901234567890,"messages":[{"role":"user","content":"x"}]}');
    expect(refusedFor(body.ok ? body.value : null)).toBe("tools");
    expect(refusedFor(parsedValue("12345678901234567890"))).toBeNull();
    expect(refusedFor(parsedValue('{"temperature":12345678901234567890,"messages":[{"role":"user","content":"x"}]}'))).toBe("temperature");
  });
});

function parsedValue(text: string): unknown {
  const body = parseJsonBody(text);
  return body.ok ? body.value : undefined;
}

describe("fuzzed chat requests", () => {
  const anything = fc.jsonValue({ maxDepth: 4 });
  const part = fc.record(
    {
      type: fc.oneof(fc.constantFrom("text", "image_url", "input_audio", "file", "__proto__"), anything),
      text: anything,
      image_url: anything,
      input_audio: anything,
      file: anything,
    },
    { requiredKeys: [] },
  );
  const message = fc.record(
    {
      role: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom("system", "developer", "user", "assistant", "tool", "function", "toString") },
        { weight: 1, arbitrary: anything },
      ),
      content: fc.oneof(fc.string(), fc.array(fc.oneof(part, anything), { maxLength: 3 }), anything),
      name: anything,
      tool_call_id: anything,
      tool_calls: fc.oneof(
        anything,
        fc.array(
          fc.record(
            { id: anything, type: fc.constantFrom("function", "custom", "x"), function: anything, custom: anything },
            { requiredKeys: [] },
          ),
          { maxLength: 2 },
        ),
      ),
    },
    { requiredKeys: [] },
  );
  const body = fc.record(
    {
      messages: fc.oneof(
        { weight: 5, arbitrary: fc.array(fc.oneof(message, anything), { maxLength: 4 }) },
        { weight: 1, arbitrary: anything },
      ),
      ...Object.fromEntries(
        [
          "model",
          "stream",
          "stream_options",
          "temperature",
          "n",
          "max_tokens",
          "stop",
          "tools",
          "tool_choice",
          "logit_bias",
          "user",
          "response_format",
          "__proto__",
          "seed",
        ].map((name) => [name, anything]),
      ),
    },
    { requiredKeys: [] },
  );

  it("never throw, and a refusal is always an invalid_request with a message", () => {
    fc.assert(
      fc.property(fc.oneof(body, anything), (value) => {
        const result = parseChatRequest(value);
        const taken = result.ok && result.value.body === value;
        const refused = !result.ok && result.error.kind === "invalid_request" && result.error.message.endsWith(".");
        expect(taken || refused).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it("give the same result after serialisation and parsing", () => {
    fc.assert(
      fc.property(body, (value) => {
        expect(refusedFor(parsedValue(JSON.stringify(value)))).toBe(refusedFor(JSON.parse(JSON.stringify(value))));
      }),
      { numRuns: 1_000 },
    );
  });
});
