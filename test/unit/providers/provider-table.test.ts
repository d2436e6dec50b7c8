import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chatCall } from "../../../shared/providers/call/chat-call.ts";
import { providerError, refusesStreaming } from "../../../shared/providers/call/provider-failure.ts";
import { PROVIDERS } from "../../../shared/providers/provider-table.ts";

const OPENAI = { name: "openai", baseUrl: "https://api.openai.com/v1", apiKey: "sk-test", defaultModel: "gpt-4o-mini", embedded: false };
const NOW_MS = Date.UTC(2026, 10, 2, 12);

describe("the provider table", () => {
  it("has unique names, and a default base URL for every provider that is not embedded", () => {
    expect(new Set(PROVIDERS.map((provider) => provider.name)).size).toBe(PROVIDERS.length);
    for (const provider of PROVIDERS) expect(provider.embedded).toBe(provider.defaultBaseUrl === null);
  });
});

describe("the call for a chat request", () => {
  it("requests a stream with usage, with the key, at the provider's base URL", () => {
    expect(chatCall(OPENAI, '{"model":"m"}', true)).toEqual({
      url: "https://api.openai.com/v1/chat/completions",
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream", authorization: "Bearer sk-test" },
      body: '{"model":"m","stream":true,"stream_options":{"include_usage":true}}',
    });
  });

  it("sends the body unchanged and no key when there is none", () => {
    expect(chatCall({ ...OPENAI, apiKey: null }, '{"model":"m"}', false)).toEqual({
      url: "https://api.openai.com/v1/chat/completions",
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: '{"model":"m"}',
    });
  });

  it("adds the stream members to any object and keeps big numbers", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom("", " ", "\n"), (members, space) => {
        const { stream: _stream, stream_options: _options, ...rest } = members;
        const sent = chatCall(OPENAI, JSON.stringify(rest) + space, true).body;
        expect(JSON.parse(sent)).toEqual({
          ...(JSON.parse(JSON.stringify(rest)) as object),
          stream: true,
          stream_options: { include_usage: true },
        });
      }),
    );
    expect(chatCall(OPENAI, '{"seed":9223372036854775807}', true).body).toContain("9223372036854775807");
  });

  it.each([
    ["https://host/v1/", "https://host/v1/chat/completions"],
    ["http://127.0.0.1:9000", "http://127.0.0.1:9000/chat/completions"],
    ["https://azure/deployments/d?api-version=1", "https://azure/deployments/d/chat/completions?api-version=1"],
  ])("appends the path to %s", (baseUrl, url) => {
    expect(chatCall({ ...OPENAI, baseUrl }, "{}", false).url).toBe(url);
  });
});

describe("a refusal to stream", () => {
  const openai = (message: string, param: string | null = null): string =>
    JSON.stringify({ error: { message, type: "invalid_request_error", param, code: "unsupported_value" } });

  it.each([
    [400, openai("Your organization must be verified to stream this model.", "stream")],
    [400, openai("Unknown parameter", "stream_options")],
    [422, '{"detail":"streaming is not supported for this model"}'],
    [400, '{"message":"This endpoint does not support stream=true"}'],
    [400, "Streaming is disabled"],
    [422, '{"detail":[{"msg":"Extra inputs are not permitted: stream_options","type":"extra_forbidden"}]}'],
  ])("is recognised in %i %s", (status, text) => {
    expect(refusesStreaming(status, text)).toBe(true);
  });

  it.each([
    [500, openai("cannot stream", "stream")],
    [400, openai("The stream of consciousness is unsupported here", "messages")],
    [400, openai("Unsupported value: temperature", null)],
    [404, openai("stream not supported")],
    [400, ""],
    [400, "<html>stream not supported</html>"],
  ])("is not recognised in %i %s", (status, text) => {
    expect(refusesStreaming(status, text)).toBe(false);
  });
});

describe("a provider's error", () => {
  it.each([
    ['{"error":{"message":"m","type":"t","code":"c"}}', { message: "m", errorType: "t", code: "c" }],
    ['{"error":{"message":"m","type":"t","param":null,"code":null}}', { message: "m", errorType: "t", code: null }],
    ['{"error":"m"}', { message: "m", errorType: null, code: null }],
    ['{"detail":"m"}', { message: "m" }],
    ['{"detail":[{"loc":["body"],"msg":"m","type":"missing"}]}', { message: "m", errorType: "missing" }],
    ['{"message":"m","code":1001}', { message: "m", code: "1001" }],
    ['[{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}}]', { message: "m", code: "400" }],
    ['{"success":false,"errors":[{"code":7000,"message":"m"}]}', { message: "m", code: "7000" }],
    ["m\n", { message: "m" }],
    ['"m"', { message: "m" }],
    ["", { message: "The provider 'openai' answered with status 418." }],
    ["{}", { message: "The provider 'openai' answered with status 418." }],
    ["<!doctype html><p>nginx</p>", { message: "The provider 'openai' answered with status 418." }],
    ["[".repeat(100_000), { message: expect.stringMatching(/^\[{999}…$/) }],
  ])("is read from %s", (text, expected) => {
    expect(providerError("openai", 418, text, null, NOW_MS)).toMatchObject({
      kind: "upstream_error",
      provider: "openai",
      status: 418,
      retryAfterSeconds: null,
      ...expected,
    });
  });

  it.each([
    ["7", 7],
    ["0", 0],
    ["1.2", 2],
    ["Mon, 02 Nov 2026 12:00:30 GMT", 30],
    ["Mon, 02 Nov 2026 11:00:00 GMT", 0],
    ["99999999999", 86_400],
    ["soon", null],
    ["-5", null],
    ["", null],
    [null, null],
  ])("includes Retry-After %s in seconds", (retryAfter, seconds) => {
    const failure = providerError("openai", 429, "{}", retryAfter, NOW_MS);
    expect(failure.kind === "upstream_error" && failure.retryAfterSeconds).toBe(seconds);
  });

  it("never throws and is bounded for any body", () => {
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record(
          { error: fc.jsonValue(), detail: fc.jsonValue(), message: fc.string({ minLength: 1_001, maxLength: 3_000 }) },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(body, fc.option(fc.string(), { nil: null }), (text, retryAfter) => {
        const failure = providerError("openai", 500, text, retryAfter, NOW_MS);
        if (failure.kind !== "upstream_error") throw new Error(failure.kind);
        expect(failure.message.length).toBeGreaterThan(0);
        expect(failure.message.length).toBeLessThanOrEqual(1_000);
        expect(typeof refusesStreaming(400, text)).toBe("boolean");
      }),
      { numRuns: 500 },
    );
  });
});
