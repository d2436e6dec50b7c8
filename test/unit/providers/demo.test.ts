import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { demoChat, type DemoPorts } from "../../../shared/providers/demo/demo.ts";
import { type AssembledAnswer, readCompletion, ChatAssembler } from "../../../shared/wire/chat/chat-assembler.ts";
import { ChatStreamReader } from "../../../shared/wire/chat/sse-reader.ts";

interface Clock extends DemoPorts {
  readonly slept: number[];
}

function clock(): Clock {
  const slept: number[] = [];
  return {
    slept,
    sleep: async (ms) => {
      slept.push(ms);
    },
    nowMs: () => 1_800_000_000_999,
    digest: (text) => createHash("sha256").update(text).digest("hex"),
  };
}

const ask = (content: unknown, more: object = {}): string =>
  JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content }], ...more });

async function streamed(
  body: string,
  ports: DemoPorts = clock(),
): Promise<AssembledAnswer & { readonly usageEvents: number; readonly done: boolean }> {
  const response = demoChat(body, true, ports);
  const reader = new ChatStreamReader("demo");
  const assembler = new ChatAssembler();
  const kinds: string[] = [];
  for await (const bytes of response.body!) {
    for (const event of reader.push(bytes)) {
      kinds.push(event.kind);
      if (event.kind === "delta" || event.kind === "usage") assembler.add(event.chunk);
    }
  }
  return { ...assembler.finish(), usageEvents: kinds.filter((kind) => kind === "usage").length, done: kinds.at(-1) === "done" };
}

async function whole(body: string, ports: DemoPorts = clock()): Promise<AssembledAnswer> {
  const answer = readCompletion(await demoChat(body, false, ports).text());
  if (!answer.ok) throw new Error(answer.error);
  return answer.value.answer;
}

interface Completion {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly choices: readonly { readonly message: { readonly content: string } }[];
}

function contents(answer: AssembledAnswer): string[] {
  return (JSON.parse(answer.json) as Completion).choices.map((choice) => choice.message.content);
}

function content(answer: AssembledAnswer): string {
  return contents(answer)[0] ?? "";
}

describe("the demo provider", () => {
  it("gives the same answer as JSON and as a stream, with the same id, usage and finish reason", async () => {
    const body = ask("Why is the sky blue?");
    const [live, json] = [await streamed(body), await whole(body)];
    expect(content(live)).toBe(content(json));
    expect(content(live)).toMatch(/demo provider/);
    expect(content(live)).toContain("“Why is the sky blue?”");
    expect(live).toMatchObject({ done: true, usageEvents: 1, finishReasons: ["stop"], empty: false, model: "demo", usage: json.usage });
    const facts = ({ id, created, model, system_fingerprint }: Completion): unknown => ({ id, created, model, system_fingerprint });
    expect(facts(JSON.parse(live.json) as Completion)).toEqual(facts(JSON.parse(json.json) as Completion));
    expect(JSON.parse(json.json)).toMatchObject({
      created: 1_800_000_000,
      model: "demo",
      system_fingerprint: "refrain-demo",
      id: expect.stringMatching(/^chatcmpl-demo-[0-9a-f]{24}$/),
    });
  });

  it("gives the same answer to the same request and another one to any other request", async () => {
    expect((await whole(ask("a"))).json).toBe((await whole(ask("a"))).json);
    const answers = await Promise.all(
      [ask("a"), ask("b"), ask("a", { temperature: 0.5 }), ask("a", { model: "other" }), ask("a ")].map(async (body) =>
        content(await whole(body)),
      ),
    );
    expect(new Set(answers).size).toBe(answers.length);
  });

  it("gives the same answer with and without stream members in the request", async () => {
    const options = { stream: true, stream_options: { include_usage: true } };
    expect((await whole(ask("a", options))).json).toBe((await whole(ask("a"))).json);
  });

  it("answers any prompt with 40 to 120 words and quotes at most 160 characters", async () => {
    const prompt = fc.oneof(
      fc.string({ unit: "binary", maxLength: 2_000 }),
      fc.string({ unit: fc.constantFrom("a", " ", "\n", "🙂", "漢", "”"), maxLength: 2_000 }),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(prompt, async (value) => {
        const text = content(await whole(ask(value)));
        const words = text.split(/\s+/).length;
        expect(words).toBeGreaterThanOrEqual(40);
        expect(words).toBeLessThanOrEqual(120);
        expect(text.isWellFormed()).toBe(true);
        const quote = /“([\s\S]*)”\./.exec(text)?.[1] ?? "";
        expect(Array.from(quote).length).toBeLessThanOrEqual(161);
      }),
      { numRuns: 300 },
    );
  });

  it("quotes the final user text, even from content parts and before other turns", async () => {
    const parts = [
      { type: "text", text: "What is" },
      { type: "image_url", image_url: { url: "x" } },
      { type: "text", text: "this?" },
    ];
    const body = JSON.stringify({
      messages: [
        { role: "user", content: "first" },
        { role: "user", content: parts },
        { role: "assistant", content: "hm" },
      ],
    });
    expect(content(await whole(body))).toContain("“What is this?”");
    expect(content(await whole(ask("")))).toContain("no text to quote");
  });

  it("waits a quarter of a second, then sends sixty tokens a second", async () => {
    const ports = clock();
    const answer = await streamed(ask("pace"), ports);
    const tokens = content(answer).match(/\s*\S+/g) ?? [];
    expect(ports.slept).toHaveLength(tokens.length);
    expect(ports.slept[0]).toBe(250);
    for (const ms of ports.slept.slice(1)) expect(ms).toBeCloseTo(1_000 / 60);
    const together = clock();
    await whole(ask("pace"), together);
    expect(together.slept).toHaveLength(1);
    expect(together.slept[0]).toBeCloseTo(250 + (tokens.length * 1_000) / 60);
  });

  it("stops at max_tokens with finish reason length, unless the answer is shorter", async () => {
    for (const limit of [{ max_tokens: 5 }, { max_completion_tokens: 5, max_tokens: 50 }]) {
      const answer = await streamed(ask("x", limit));
      expect(answer.finishReasons).toEqual(["length"]);
      expect(content(answer).split(" ")).toHaveLength(5);
    }
    expect((await streamed(ask("x", { max_tokens: 5_000 }))).finishReasons).toEqual(["stop"]);
  });

  it("stops before a stop sequence", async () => {
    const answer = await whole(ask("ZEBRA crossing", { stop: ["never there", "ZEBRA"] }));
    expect(content(answer)).toMatch(/“$/);
    expect(answer.finishReasons).toEqual(["stop"]);
    expect(content(await whole(ask("ZEBRA crossing", { stop: "crossing" })))).toMatch(/ZEBRA $/);
  });

  it("gives n different choices, the same as JSON and as a stream", async () => {
    const body = ask("x", { n: 3 });
    const live = contents(await streamed(body));
    expect(new Set(live).size).toBe(3);
    expect(contents(await whole(body))).toEqual(live);
  });

  it("omits the usage event when the request does not want it", async () => {
    expect((await streamed(ask("x", { stream_options: { include_usage: false } }))).usageEvents).toBe(0);
    expect((await streamed(ask("x"))).usage).toEqual({ inputTokens: expect.any(Number), outputTokens: expect.any(Number) });
  });

  it("stops when its body is cancelled", async () => {
    const ports = clock();
    const reader = demoChat(ask("x"), true, ports).body!.getReader();
    for (let read = 0; read < 5; read++) await reader.read();
    await reader.cancel();
    const before = ports.slept.length;
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect(ports.slept.length).toBeLessThanOrEqual(before + 1);
    expect(before).toBeLessThan(10);
  });

  it("does not produce more than its reader reads", async () => {
    const ports = clock();
    const reader = demoChat(ask("x"), true, ports).body!.getReader();
    await reader.read();
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect(ports.slept.length).toBeLessThanOrEqual(3);
    await reader.cancel();
  });

  it("refuses a body that is not a JSON object, in OpenAI's error format", async () => {
    for (const body of ["", "[]", "nope"]) {
      const response = demoChat(body, true, clock());
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
    }
  });
});
