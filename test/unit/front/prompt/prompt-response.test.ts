import { describe, expect, it } from "vitest";
import { PromptStreamWriter, promptResponseBody } from "../../../../workers/front/routes/prompt/prompt-response.ts";

const FACTS = { provider: "openai", requestId: "req-1", cacheStatus: "HIT", cached: true, responseTimeMs: 12, costUsd: 0.5 };
const completion = (message: object, more: object = {}): string =>
  JSON.stringify({ model: "gpt-4o", choices: [{ index: 0, message }], usage: { prompt_tokens: 3, completion_tokens: 4 }, ...more });
const text = (message: object): unknown =>
  (JSON.parse(promptResponseBody({ ...FACTS, completionJson: completion(message) })) as { response: unknown }).response;

describe("the JSON answer to a prompt", () => {
  it("has the text twice, the token usage and the cache status", () => {
    expect(JSON.parse(promptResponseBody({ ...FACTS, similarity: 0.97, completionJson: completion({ content: "hi" }) }))).toEqual({
      success: true,
      response: "hi",
      data: "hi",
      cached: true,
      similarity: 0.97,
      provider: "openai",
      model: "gpt-4o",
      usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 },
      metadata: { requestId: "req-1", responseTime: 12, cacheStatus: "HIT", cost: 0.5 },
    });
  });

  it("has no similarity, usage or cost when they are not known", () => {
    const body = JSON.parse(
      promptResponseBody({ ...FACTS, costUsd: null, completionJson: completion({ content: "hi" }, { usage: null, model: undefined }) }),
    ) as object;
    expect(body).toMatchObject({ usage: null, model: null, metadata: { cost: null } });
    expect("similarity" in body).toBe(false);
  });

  it("uses text parts, or the refusal when there is no content", () => {
    expect(
      text({
        content: [
          { type: "thinking", text: "no" },
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      }),
    ).toBe("ab");
    expect(text({ content: null, refusal: "I will not." })).toBe("I will not.");
    expect(text({ content: null, tool_calls: [] })).toBe("");
  });
});

describe("the streamed answer to a prompt", () => {
  const event = (data: string): unknown => JSON.parse(data.slice("data: ".length));

  it("has text deltas, nothing for chunks without text, and ends with the members of the JSON answer", () => {
    const writer = new PromptStreamWriter();
    expect(writer.delta('{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}')).toBe("");
    expect(event(writer.delta('{"model":"gpt-4o","choices":[{"index":0,"delta":{"content":"hi\\n"}}]}'))).toEqual({
      type: "delta",
      text: "hi\n",
    });
    expect(writer.delta('{"choices":[{"index":1,"delta":{"content":"another choice"}}]}')).toBe("");
    expect(writer.delta('{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}')).toBe("");
    const {
      response: _response,
      data: _data,
      ...rest
    } = JSON.parse(promptResponseBody({ ...FACTS, completionJson: completion({ content: "hi\n" }) })) as Record<string, unknown>;
    expect(event(writer.done(FACTS))).toEqual({ type: "done", ...rest });
  });
});
