import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SSE_DONE, SSE_HEARTBEAT, sseEvent } from "../../../../shared/wire/chat/sse-writer.ts";
import { ChatStreamReader, MAX_EVENT_CHARACTERS, type UpstreamEvent } from "../../../../shared/wire/chat/sse-reader.ts";

const encoder = new TextEncoder();

function read(...pieces: readonly (string | Uint8Array)[]): UpstreamEvent[] {
  const reader = new ChatStreamReader("openai");
  return [...pieces.flatMap((piece) => reader.push(typeof piece === "string" ? encoder.encode(piece) : piece)), ...reader.end()];
}

function data(events: readonly UpstreamEvent[]): string[] {
  return events.map((event) => (event.kind === "delta" || event.kind === "usage" ? `${event.kind} ${event.data}` : event.kind));
}

const chunk = (content: string, extra = ""): string =>
  `{"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}}}]${extra}}`;

describe("reading a provider's stream", () => {
  it("keeps the provider's text with its spaces and key order", () => {
    const text = '{ "choices" : [ {"delta":{"content":"h\\u00e9"} , "index":0}],  "id":"x" }';
    expect(data(read(sseEvent(text), SSE_DONE))).toEqual([`delta ${text}`, "done"]);
  });

  it("removes a null usage from the text and leaves every other byte unchanged", () => {
    for (const [before, after] of [
      ['{"id":"c","choices":[{"index":0,"delta":{}}],"usage":null}', '{"id":"c","choices":[{"index":0,"delta":{}}]}'],
      ['{"usage": null, "choices":[{ "index":0,"delta":{}}]}', '{"choices":[{ "index":0,"delta":{}}]}'],
      ['{"id":"c" , "usage" : null, "choices":[{"index":0}] }', '{"id":"c" , "choices":[{"index":0}] }'],
      [
        '{"id":"c","choices":[{"index":0,"delta":{"content":",\\"usage\\":null"}}],"usage":null}',
        '{"id":"c","choices":[{"index":0,"delta":{"content":",\\"usage\\":null"}}]}',
      ],
    ] as const) {
      expect(data(read(sseEvent(before)))).toEqual([`delta ${after}`]);
    }
  });

  it("serialises the chunk again when the null usage is ambiguous in the text", () => {
    const [event] = read(sseEvent('{"choices":[{"index":0,"delta":{"usage":null}}],"usage":null}'));
    expect(event).toMatchObject({ kind: "delta", data: '{"choices":[{"index":0,"delta":{"usage":null}}]}' });
    expect(event?.kind === "delta" && Object.hasOwn(event.chunk, "usage")).toBe(false);
  });

  it("removes a null usage from any chunk without changing the other members", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom("usage\\", 'x","usage', "__proto__")), fc.jsonValue({ maxDepth: 3 })),
        fc.nat(9),
        (members, at) => {
          const entries = Object.entries({ ...members, choices: [{ index: 0, delta: members }] }).filter(
            ([name]) => name !== "usage" && name !== "error",
          );
          const withUsage = [...entries.slice(0, at), ["usage", null] as [string, null], ...entries.slice(at)];
          const text = `{${withUsage.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
          const [event] = read(sseEvent(text));
          if (event?.kind !== "delta") throw new Error(`read as ${event?.kind}`);
          expect(JSON.parse(event.data)).toEqual(
            Object.fromEntries(entries.map(([name, value]) => [name, JSON.parse(JSON.stringify(value))])),
          );
          expect(JSON.stringify(event.chunk)).toBe(JSON.stringify(JSON.parse(event.data)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("distinguishes the usage event from deltas, and keeps usage beside choices", () => {
    const usage = '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}';
    const both = chunk("x", ',"usage":{"prompt_tokens":1}');
    const azure = '{"choices":[],"prompt_filter_results":[]}';
    expect(data(read(sseEvent(usage), sseEvent('{"usage":{"prompt_tokens":1}}'), sseEvent(both), sseEvent(azure)))).toEqual([
      `usage ${usage}`,
      'usage {"usage":{"prompt_tokens":1}}',
      `delta ${both}`,
      `delta ${azure}`,
    ]);
  });

  it("accepts CRLF, CR, a BOM, comments, heartbeats, other fields and events without data", () => {
    const text = `\ufeff: hello\r\nid: 1\r\nretry: 5\r\ndata: ${chunk("a")}\r\n\r\n${SSE_HEARTBEAT}data:\n\ndata:${chunk("b")}\r\rdata: [DONE]\r\n\r\n`;
    expect(data(read(text))).toEqual([`delta ${chunk("a")}`, `delta ${chunk("b")}`, "done"]);
  });

  it("joins the lines of an event, and a replay restores them", () => {
    const text = '{"choices":\n[{"index":0}]}';
    const [event] = read('data: {"choices":\ndata: [{"index":0}]}\n\n');
    expect(event).toMatchObject({ kind: "delta", data: text });
    expect(read(sseEvent(text))).toEqual([event]);
  });

  it("reads a last event that lacks its blank line", () => {
    expect(data(read(`data: ${chunk("a")}\n\ndata: [DONE]`))).toEqual([`delta ${chunk("a")}`, "done"]);
    expect(data(read(`data: ${chunk("a")}\n`))).toEqual([`delta ${chunk("a")}`]);
  });

  it("drops an incomplete event at the end instead of reporting garbage", () => {
    expect(data(read(`data: ${chunk("a")}\n\ndata: {"choices":[{"ind`))).toEqual([`delta ${chunk("a")}`]);
  });

  it("ignores everything after [DONE]", () => {
    expect(data(read(SSE_DONE, sseEvent(chunk("late")), "data: nonsense\n\n"))).toEqual(["done"]);
  });

  it("reports garbage for an event that is not JSON, not an object, not a chunk or too deeply nested", () => {
    for (const text of [
      "not json",
      "42",
      "[]",
      '{"hello":1}',
      '{"choices":"x"}',
      `{"choices":[${"[".repeat(5_000)}${"]".repeat(5_000)}]}`,
    ]) {
      expect(data(read(sseEvent(text)))).toEqual(["garbage"]);
    }
  });

  it("ignores named events that are not chunks", () => {
    expect(data(read("event: ping\ndata: {}\n\nevent: status\ndata: warm\n\n", `event: message\ndata: ${chunk("a")}\n\n`))).toEqual([
      `delta ${chunk("a")}`,
    ]);
  });

  it.each([
    [
      'data: {"error":{"message":"boom","type":"server_error","code":"x1"}}',
      { status: 502, message: "boom", errorType: "server_error", code: "x1" },
    ],
    ['data: {"error":{"message":"slow down","code":429}}', { status: 429, message: "slow down", code: "429" }],
    ['data: {"error":"plain"}', { status: 502, message: "plain", errorType: null }],
    [`data: ${chunk("x", ',"error":{"message":"mid"}')}`, { message: "mid" }],
    ['data: {"object":"error","message":"vllm","type":"BadRequest","code":400}', { status: 400, message: "vllm", errorType: "BadRequest" }],
    [
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      { message: "Overloaded", errorType: "overloaded_error" },
    ],
    ["event: error\ndata: it broke", { status: 502, message: "it broke" }],
    ['data: {"detail":"fast api"}', { message: "fast api" }],
    ['data: {"error":{}}', { message: "The provider reported an error." }],
  ])("reads the error event %s", (text, expected) => {
    expect(read(`${text}\n\n`)).toEqual([
      {
        kind: "error",
        error: expect.objectContaining({ kind: "upstream_error", provider: "openai", retryAfterSeconds: null, ...expected }),
      },
    ]);
  });

  it("reports an event that never ends as garbage once, and keeps none of it", () => {
    const reader = new ChatStreamReader("openai");
    const piece = encoder.encode(`data: ${"x".repeat(1024 * 1024)}`);
    const events: UpstreamEvent[] = [];
    for (let sent = 0; sent <= MAX_EVENT_CHARACTERS + piece.length; sent += piece.length) events.push(...reader.push(piece));
    expect([...events, ...reader.push(encoder.encode(`\n\n${sseEvent(chunk("a"))}`)), ...reader.end()]).toEqual([{ kind: "garbage" }]);
  });

  it("gives the same events however the bytes are split", () => {
    const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
    const text = fc.string({ unit: fc.constantFrom("a", "é", "漢", "🙂", '"', "\n", "\\") });
    const event = fc.oneof(
      text.map((content) => [`data: ${chunk(content)}`]),
      text.map((content) => [`data: ${chunk(content, ',"usage":null')}`]),
      fc.constant(["data: {", 'data: "choices":[]}']),
      fc.constant([": comment 漢"]),
      fc.constant(["event: ping", "data: 🙂"]),
      fc.constant(["data: garbage"]),
      fc.constant(['data: {"error":{"message":"é"}}']),
    );
    const stream = fc.tuple(fc.array(fc.tuple(event, lineEnd), { maxLength: 8 }), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(stream, fc.array(fc.nat(40), { maxLength: 60 }), ([events, bom, done], cuts) => {
        const whole = encoder.encode(
          (bom ? "\ufeff" : "") + events.map(([lines, end]) => [...lines, "", ""].join(end)).join("") + (done ? SSE_DONE : ""),
        );
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          pieces.push(whole.subarray(at, at + cut));
          at = Math.min(whole.length, at + cut);
        }
        pieces.push(whole.subarray(at));
        expect(read(...pieces)).toEqual(read(whole));
      }),
      { numRuns: 1_000 },
    );
  });

  it("never throws on any bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (pieces) => {
        expect(Array.isArray(read(...pieces))).toBe(true);
      }),
    );
  });
});
