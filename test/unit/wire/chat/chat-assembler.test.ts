import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../shared/domain/json.ts";
import { type AssembledAnswer, readCompletion, ChatAssembler, chunksFromCompletion } from "../../../../shared/wire/chat/chat-assembler.ts";

function assemble(chunks: readonly object[]): AssembledAnswer {
  const assembler = new ChatAssembler();
  for (const chunk of chunks) assembler.add(chunk as JsonObject);
  return assembler.finish();
}

const delta = (value: object, choice: object = {}): object => ({ choices: [{ index: 0, delta: value, ...choice }] });

function message(chunks: readonly object[]): unknown {
  return (JSON.parse(assemble(chunks).json) as { choices: { message: unknown }[] }).choices[0]?.message;
}

describe("assembling a stream", () => {
  it("builds the completion that OpenAI would send", () => {
    const head = {
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 7,
      model: "gpt-4o",
      service_tier: "default",
      system_fingerprint: "fp",
    };
    const answer = assemble([
      { ...head, choices: [{ index: 0, delta: { role: "assistant", content: "", refusal: null }, logprobs: null, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: { content: "Hel" }, logprobs: null, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: { content: "lo" }, logprobs: null, finish_reason: null }] },
      { ...head, choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: "stop" }] },
      { ...head, choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } },
    ]);
    expect(JSON.parse(answer.json)).toEqual({
      ...head,
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content: "Hello", refusal: null }, logprobs: null, finish_reason: "stop" }],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    });
    expect(answer).toMatchObject({ model: "gpt-4o", usage: { inputTokens: 3, outputTokens: 2 }, finishReasons: ["stop"], empty: false });
  });

  it("concatenates reasoning, refusal and unknown texts, and replaces names and ids", () => {
    expect(
      message([
        delta({ role: "assistant", reasoning_content: "a", reasoning: "x", thoughts: "p" }),
        delta({ role: "assistant", reasoning_content: "b", reasoning: "y", thoughts: "q", id: "i" }),
        delta({ refusal: "no", id: "i" }),
      ]),
    ).toEqual({
      role: "assistant",
      content: null,
      reasoning_content: "ab",
      reasoning: "xy",
      thoughts: "pq",
      refusal: "no",
      id: "i",
    });
  });

  it("merges interleaved tool-call fragments by index", () => {
    const call = (index: number, fragment: object): object => delta({ tool_calls: [{ index, ...fragment }] });
    expect(
      message([
        call(1, { id: "b", type: "function", function: { name: "g", arguments: "" } }),
        call(0, { id: "a", type: "function", function: { name: "f", arguments: '{"x"' } }),
        call(1, { function: { arguments: "[1" } }),
        call(0, { function: { arguments: ":1}" } }),
        call(1, { id: "", function: { name: "g", arguments: "]" } }),
        call(2, { id: "c", type: "custom", custom: { name: "h", input: "in" } }),
        call(2, { custom: { input: "put" } }),
      ]),
    ).toEqual({
      role: "assistant",
      content: null,
      tool_calls: [
        { id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
        { id: "b", type: "function", function: { name: "g", arguments: "[1]" } },
        { id: "c", type: "custom", custom: { name: "h", input: "input" } },
      ],
    });
  });

  it("separates whole tool calls that all have index 0, and calls without an index", () => {
    const whole = (id: string, index?: number): object =>
      delta({ tool_calls: [{ ...(index === undefined ? {} : { index }), id, type: "function", function: { name: id, arguments: "{}" } }] });
    const ids = (chunks: object[]): string[] => (message(chunks) as { tool_calls: { id: string }[] }).tool_calls.map((call) => call.id);
    expect(ids([whole("a", 0), whole("b", 0), delta({ tool_calls: [{ index: 0, function: { arguments: "" } }] })])).toEqual(["a", "b"]);
    expect(ids([whole("a"), whole("b")])).toEqual(["a", "b"]);
  });

  it("merges a function call, audio, lists and log probabilities", () => {
    const answer = assemble([
      delta(
        {
          function_call: { name: "f", arguments: "{" },
          audio: { id: "au", data: "AA", transcript: "he" },
          annotations: [1],
          reasoning_details: [{ a: 1 }],
        },
        { logprobs: { content: [{ token: "a" }], refusal: null } },
      ),
      delta(
        {
          function_call: { arguments: "}" },
          audio: { data: "BB", transcript: "y", expires_at: 9 },
          annotations: [2],
          reasoning_details: [{ a: 2 }],
        },
        { logprobs: { content: [{ token: "b" }], refusal: null } },
      ),
      delta({}, { finish_reason: "function_call", logprobs: null }),
    ]);
    expect(JSON.parse(answer.json)).toMatchObject({
      choices: [
        {
          message: {
            function_call: { name: "f", arguments: "{}" },
            audio: { id: "au", data: "AABB", transcript: "hey", expires_at: 9 },
            annotations: [1, 2],
            reasoning_details: [{ a: 1 }, { a: 2 }],
          },
          logprobs: { content: [{ token: "a" }, { token: "b" }], refusal: null },
        },
      ],
    });
  });

  it("keeps content parts and turns text between them into parts, in order", () => {
    expect(
      message([delta({ content: "a" }), delta({ content: [{ type: "thinking" }] }), delta({ content: "b" }), delta({ content: "c" })]),
    ).toMatchObject({
      content: [{ type: "text", text: "a" }, { type: "thinking" }, { type: "text", text: "bc" }],
    });
  });

  it("separates interleaved choices and returns them in index order", () => {
    const of = (index: number, content: string, finish: string | null = null): object => ({
      choices: [{ index, delta: { content }, finish_reason: finish }],
    });
    const answer = assemble([
      of(1, "B"),
      of(0, "A"),
      of(1, "b", "length"),
      {
        choices: [
          { index: 2, delta: { content: "C" } },
          { index: 0, delta: { content: "a" }, finish_reason: "stop" },
        ],
      },
    ]);
    expect(
      (JSON.parse(answer.json) as { choices: { message: { content: string } }[] }).choices.map((choice) => choice.message.content),
    ).toEqual(["Aa", "Bb", "C"]);
    expect(answer.finishReasons).toEqual(["stop", "length", null]);
  });

  it("never replaces a value by a later null or empty one", () => {
    const answer = assemble([
      { id: "", model: "", choices: [] },
      { id: "x", model: "m", ...delta({ content: "a" }, { finish_reason: "stop", stop_reason: 5 }), usage: { prompt_tokens: 1 } },
      { id: "", model: null, usage: null, ...delta({ content: null }, { finish_reason: null, stop_reason: null }) },
    ]);
    expect(JSON.parse(answer.json)).toMatchObject({
      id: "x",
      model: "m",
      usage: { prompt_tokens: 1 },
      choices: [{ message: { content: "a" }, finish_reason: "stop", stop_reason: 5 }],
    });
    expect(answer.usage).toEqual({ inputTokens: 1, outputTokens: 0 });
  });

  it("uses a whole message when there is no delta beside it", () => {
    expect(message([{ choices: [{ index: 0, message: { role: "assistant", content: "all" } }] }])).toEqual({
      role: "assistant",
      content: "all",
    });
    expect(
      message([
        { choices: [{ index: 0, message: { content: "a" }, delta: { content: "a" } }] },
        { choices: [{ index: 0, message: { content: "ab" }, delta: { content: "b" } }] },
      ]),
    ).toMatchObject({ content: "ab" });
  });

  it("calls an answer empty when it has no choice, or a choice without content", () => {
    const finished = { finish_reason: "stop" };
    expect(assemble([]).empty).toBe(true);
    expect(assemble([delta({ role: "assistant", content: "" }, finished)]).empty).toBe(true);
    expect(assemble([delta({ content: " \n" }, finished)]).empty).toBe(true);
    expect(assemble([delta({ reasoning_content: "hm" }, finished)]).empty).toBe(true);
    expect(assemble([delta({ tool_calls: [] }, finished)]).empty).toBe(true);
    expect(assemble([delta({ content: "a" }), { choices: [{ index: 1, delta: {} }] }]).empty).toBe(true);
    for (const said of [
      { content: "a" },
      { refusal: "no" },
      { tool_calls: [{ index: 0, id: "x" }] },
      { function_call: { name: "f" } },
      { audio: { data: "" } },
      { content: [{ type: "text", text: "x" }] },
    ]) {
      expect(assemble([delta(said, finished)]).empty).toBe(false);
    }
  });

  it("bounds the number of choices and calls an answer with more of them empty", () => {
    const answer = assemble(
      Array.from({ length: 500 }, (_, index) => ({ choices: [{ index, delta: { content: "x" }, finish_reason: "stop" }] })),
    );
    expect(answer.finishReasons).toHaveLength(128);
    expect(answer.empty).toBe(true);
  });

  it("knows its approximate size while it grows", () => {
    const assembler = new ChatAssembler();
    for (let at = 0; at < 1_000; at++) assembler.add({ id: "x", model: "m", ...delta({ content: "word " }) });
    const bytes = assembler.finish().json.length;
    expect(assembler.bytes).toBeGreaterThan(bytes * 0.9);
    expect(assembler.bytes).toBeLessThan(bytes * 1.2);
  });

  it("keeps __proto__ an ordinary member", () => {
    const answer = assemble([
      JSON.parse('{"__proto__":{"a":1},"choices":[{"index":0,"delta":{"__proto__":"x","content":"c"}}]}') as object,
    ]);
    expect(answer.json).toContain('"__proto__":{"a":1}');
    expect(answer.json).toContain('"__proto__":"x"');
  });

  it("never throws on any chunks", () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const choice = fc.record(
      {
        index: fc.oneof(fc.nat(3), value),
        delta: fc.oneof(
          fc.record(
            {
              content: value,
              tool_calls: fc.oneof(value, fc.array(fc.record({ index: value, id: value, function: value }, { requiredKeys: [] }))),
              audio: value,
              function_call: value,
            },
            { requiredKeys: [] },
          ),
          value,
        ),
        finish_reason: value,
        logprobs: value,
      },
      { requiredKeys: [] },
    );
    const chunk = fc.record(
      { id: value, model: value, usage: value, choices: fc.oneof(fc.array(fc.oneof(choice, value), { maxLength: 3 }), value) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
        const answer = assemble(chunks);
        expect(JSON.parse(answer.json)).toMatchObject({ object: "chat.completion" });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("an answer that came as JSON", () => {
  const text = fc.string();
  const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
  const extra = fc.dictionary(
    fc.string().map((name) => `x_${name}`),
    fc.jsonValue({ maxDepth: 2 }),
    { maxKeys: 2 },
  );
  const toolCall = fc.oneof(
    fc.record({ id: text, type: fc.constant("function"), function: fc.record({ name: text, arguments: text }) }),
    fc.record({
      id: text,
      type: fc.constant("custom"),
      custom: fc.record({ name: text, input: text }),
      extra_content: fc.jsonValue({ maxDepth: 2 }),
    }),
  );
  const said = fc.record(
    {
      role: fc.constant("assistant"),
      content: nullable(
        fc.oneof(text, fc.array(fc.record({ type: fc.constant("thinking"), thinking: text }), { minLength: 1, maxLength: 2 })),
      ),
      refusal: nullable(text),
      reasoning_content: nullable(text),
      tool_calls: nullable(fc.array(toolCall, { maxLength: 3 })),
      function_call: nullable(fc.record({ name: text, arguments: text })),
      annotations: fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 2 }),
      audio: nullable(fc.record({ id: text, data: text, transcript: text, expires_at: fc.nat() })),
    },
    { requiredKeys: ["role", "content"] },
  );
  const choice = fc.tuple(
    fc.record(
      {
        message: fc.tuple(said, extra).map(([known, unknown]) => ({ ...known, ...unknown })),
        finish_reason: nullable(fc.constantFrom("stop", "length", "tool_calls")),
        logprobs: nullable(fc.record({ content: nullable(fc.array(fc.jsonValue({ maxDepth: 2 }))), refusal: fc.constant(null) })),
      },
      { requiredKeys: ["message", "finish_reason"] },
    ),
    extra,
  );
  const completion = fc
    .tuple(
      fc.record(
        {
          id: text,
          created: fc.nat(),
          model: text,
          usage: fc.record({ prompt_tokens: fc.nat(), completion_tokens: fc.nat(), prompt_tokens_details: fc.jsonValue({ maxDepth: 2 }) }),
          system_fingerprint: nullable(text),
          service_tier: nullable(text),
        },
        { requiredKeys: [] },
      ),
      fc.array(choice, { maxLength: 3 }),
      extra,
    )
    .map(([known, choices, unknown]) => ({
      object: "chat.completion",
      ...known,
      ...unknown,
      choices: choices.map(([value, more], index) => ({ index, ...value, ...more })),
    }))
    .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

  it("is the same after conversion to chunks and back, and so are the facts about it", () => {
    fc.assert(
      fc.property(completion, (value) => {
        const direct = readCompletion(JSON.stringify(value));
        const { deltas, usage } = chunksFromCompletion(value);
        const chunks = [...deltas, ...(usage === null ? [] : [usage])].map((data) => JSON.parse(data) as JsonObject);
        for (const chunk of chunks) expect(chunk["object"]).toBe("chat.completion.chunk");
        const again = assemble(chunks);
        // Without a choice there are no chunks, so the other members are lost.
        const whole = deltas.length > 0 ? value : { choices: [] };
        expect(JSON.parse(again.json)).toMatchObject(whole);
        expect(deltas.length === 0 || isDeepStrictEqual(JSON.parse(again.json), value)).toBe(true);
        expect(direct).toMatchObject({
          ok: true,
          value: { answer: { json: JSON.stringify(value), finishReasons: again.finishReasons, empty: again.empty, usage: again.usage } },
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it("is the same when the texts of its chunks are split into smaller increments", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), fc.nat(6), (content, args, size) => {
        const cut = (value: string): string[] => value.match(new RegExp(`[\\s\\S]{1,${size + 1}}`, "g")) ?? [];
        const chunks = [
          delta({ role: "assistant", content: "" }),
          ...cut(content).map((piece) => delta({ content: piece })),
          delta({ tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }] }),
          ...cut(args).map((piece) => delta({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
        ];
        expect(message(chunks)).toEqual({
          role: "assistant",
          content,
          tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: args } }],
        });
      }),
    );
  });

  it("keeps the provider's text, with numbers that a double cannot hold", () => {
    const text2 = '{ "choices":[ {"index":0,"message":{"content":"hi"},"finish_reason":"stop"} ], "model":"m", "seq":9223372036854775807 }';
    expect(readCompletion(text2)).toEqual({
      ok: true,
      value: {
        answer: { json: text2, model: "m", usage: null, finishReasons: ["stop"], empty: false },
        completion: expect.objectContaining({ model: "m" }) as object,
      },
    });
  });

  it.each([
    "",
    "nope",
    "[]",
    "null",
    "{}",
    '{"choices":{}}',
    '{"choices":[1]}',
    '{"choices":[{"index":0}]}',
    '{"error":{"message":"x"},"choices":[]}',
    "[".repeat(10_000),
  ])("is garbage when it is %s", (text3) => {
    expect(readCompletion(text3)).toEqual({ ok: false, error: "garbage" });
  });
});
