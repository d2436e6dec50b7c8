import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePromptRequest, promptToChatBody } from "../../../../workers/front/routes/prompt/prompt-request.ts";
import { parseChatRequest } from "../../../../workers/front/request/chat/chat-request.ts";

describe("a prompt request", () => {
  it("needs only a prompt", () => {
    expect(parsePromptRequest({ prompt: "hi" })).toEqual({
      ok: true,
      value: { prompt: "hi", provider: null, model: null, maxTokens: null, temperature: null, stream: false },
    });
  });

  it.each<[string | null, unknown]>([
    [null, "hi"],
    [null, null],
    ["prompt", {}],
    ["prompt", { prompt: "" }],
    ["prompt", { prompt: 5 }],
    ["prompt", { prompt: null }],
    ["provider", { prompt: "x", provider: 1 }],
    ["provider", { prompt: "x", provider: "" }],
    ["model", { prompt: "x", model: [] }],
    ["maxTokens", { prompt: "x", maxTokens: 0 }],
    ["maxTokens", { prompt: "x", maxTokens: 1.5 }],
    ["temperature", { prompt: "x", temperature: 3 }],
    ["stream", { prompt: "x", stream: "yes" }],
    ["max_tokens", { prompt: "x", max_tokens: 5 }],
    ["__proto__", JSON.parse('{"prompt":"x","__proto__":1}')],
  ])("is refused for %s", (field, body) => {
    expect(parsePromptRequest(body)).toMatchObject({ ok: false, error: { kind: "invalid_request", field } });
  });

  it("becomes a valid chat body whose only message is the prompt", () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            prompt: fc.string({ minLength: 1 }),
            model: fc.string({ minLength: 1 }),
            maxTokens: fc.integer({ min: 1 }),
            temperature: fc.double({ min: 0, max: 2, noNaN: true }),
            stream: fc.boolean(),
          },
          { requiredKeys: ["prompt"] },
        ),
        (body) => {
          const request = parsePromptRequest(body);
          if (!request.ok) throw new Error("refused");
          const chat = promptToChatBody(request.value);
          expect(chat["messages"]).toEqual([{ role: "user", content: body.prompt }]);
          expect(Object.hasOwn(chat, "temperature")).toBe(body.temperature !== undefined);
          expect(parseChatRequest(chat)).toMatchObject({ ok: true, value: { model: body.model ?? null, stream: body.stream ?? false } });
        },
      ),
    );
  });

  it("never throws on any JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(typeof parsePromptRequest(value).ok).toBe("boolean");
      }),
    );
  });
});
