import { describe, expect, it } from "vitest";
import type { CacheError } from "../../../../shared/domain/cache-error.ts";
import { errorEvent, errorResponse, type ErrorShape } from "../../../../shared/wire/errors/error-response.ts";

const CONTEXT = { requestId: "req-1", nowMs: Date.UTC(2026, 10, 2) };
const UPSTREAM = {
  kind: "upstream_error",
  provider: "openai",
  message: "their words",
  errorType: "their_type",
  code: "their_code",
  retryAfterSeconds: null,
} as const;

/** At least one case per kind. The compiler rejects a kind without a case. */
const CASES = {
  invalid_request: [
    {
      error: { kind: "invalid_request", field: "messages[0].role", message: "Bad role.", code: "invalid_value" },
      status: 400,
      code: "invalid_value",
    },
    { error: { kind: "invalid_request", field: null, message: "Bad." }, status: 400, code: "invalid_request" },
  ],
  body_too_large: [{ error: { kind: "body_too_large", limitBytes: 8_388_608 }, status: 413, code: "body_too_large" }],
  unsupported_media_type: [
    { error: { kind: "unsupported_media_type", received: "text/<script>" }, status: 415, code: "unsupported_media_type" },
  ],
  unauthenticated: [
    { error: { kind: "unauthenticated", credential: "key", message: "No key." }, status: 401, code: "invalid_api_key" },
    { error: { kind: "unauthenticated", credential: "admin_token", message: "No token." }, status: 401, code: "invalid_admin_token" },
  ],
  forbidden: [{ error: { kind: "forbidden", message: "Not yours." }, status: 403, code: "forbidden" }],
  not_found: [{ error: { kind: "not_found", message: "No shard 9." }, status: 404, code: "not_found" }],
  method_not_allowed: [{ error: { kind: "method_not_allowed", allow: "POST" }, status: 405, code: "method_not_allowed" }],
  model_not_found: [{ error: { kind: "model_not_found", model: "x/y" }, status: 404, code: "model_not_found" }],
  rate_limited: [
    {
      error: { kind: "rate_limited", retryAfterSeconds: 3.2, limitedBy: "user", message: "Too many." },
      status: 429,
      code: "rate_limit_exceeded",
      retryAfter: 4,
    },
  ],
  already_judged: [{ error: { kind: "already_judged" }, status: 409, code: "already_judged" }],
  shards_unreachable: [
    { error: { kind: "shards_unreachable", message: "Shard 3 is gone." }, status: 503, code: "shard_unreachable", retryAfter: 1 },
  ],
  only_if_cached: [{ error: { kind: "only_if_cached" }, status: 504, code: "not_cached" }],
  limiter_unavailable: [{ error: { kind: "limiter_unavailable", retryAfterSeconds: 0 }, status: 503, code: "unavailable", retryAfter: 1 }],
  overloaded: [{ error: { kind: "overloaded", what: "flights", retryAfterSeconds: 2 }, status: 503, code: "unavailable", retryAfter: 2 }],
  upstream_error: [
    { error: { ...UPSTREAM, status: 400 }, status: 400, code: "upstream_error" },
    { error: { ...UPSTREAM, status: 429, retryAfterSeconds: 7 }, status: 429, code: "upstream_error", retryAfter: 7 },
    { error: { ...UPSTREAM, status: 429 }, status: 429, code: "upstream_error", retryAfter: 5 },
    { error: { ...UPSTREAM, status: 503 }, status: 503, code: "upstream_error", retryAfter: 5 },
    { error: { ...UPSTREAM, status: 500 }, status: 500, code: "upstream_error" },
    { error: { ...UPSTREAM, status: 401 }, status: 502, code: "upstream_refused" },
    { error: { ...UPSTREAM, status: 403 }, status: 502, code: "upstream_refused" },
    { error: { ...UPSTREAM, status: 302 }, status: 502, code: "upstream_error" },
    { error: { ...UPSTREAM, status: 999 }, status: 502, code: "upstream_error" },
  ],
  upstream_unreachable: [{ error: { kind: "upstream_unreachable", provider: "openai" }, status: 502, code: "upstream_unreachable" }],
  upstream_timeout: (["first_byte", "idle", "total"] as const).map((phase) => ({
    error: { kind: "upstream_timeout", provider: "openai", phase },
    status: 504,
    code: "upstream_timeout",
  })),
  upstream_invalid: (["truncated", "garbage", "empty", "too_large", "redirect"] as const).map((reason) => ({
    error: { kind: "upstream_invalid", provider: "openai", reason },
    status: 502,
    code: "upstream_invalid",
  })),
  config_invalid: [{ error: { kind: "config_invalid" }, status: 500, code: "config_invalid" }],
  internal: [{ error: { kind: "internal" }, status: 500, code: "internal_error" }],
} satisfies {
  [Kind in CacheError["kind"]]: readonly {
    error: Extract<CacheError, { kind: Kind }>;
    status: number;
    code: string;
    retryAfter?: number;
  }[];
};

interface Case {
  readonly error: CacheError;
  readonly status: number;
  readonly code: string;
  readonly retryAfter?: number;
}

const ALL: readonly Case[] = Object.values(CASES).flat();

function body(error: CacheError, shape: ErrorShape): Record<string, Record<string, unknown>> {
  return JSON.parse(errorResponse(error, shape, CONTEXT).body) as Record<string, Record<string, unknown>>;
}

describe.each(ALL)("$error.kind as $status $code", ({ error, status, code, retryAfter }) => {
  it.each(["openai", "prompt", "problem"] as const)("has the same status and headers in the %s format", (shape) => {
    const response = errorResponse(error, shape, CONTEXT);
    expect(response.status).toBe(status);
    expect(response.headers["retry-after"]).toBe(retryAfter === undefined ? undefined : String(retryAfter));
    expect(response.headers["content-type"]).toBe(shape === "problem" ? "application/problem+json" : "application/json");
    expect(response.headers["cache-control"]).toBe("no-store");
    expect(Object.keys(response.headers)).toEqual(Object.keys(response.headers).map((name) => name.toLowerCase()));
  });

  it("is OpenAI's object on /v1", () => {
    const theirs = code === "upstream_error";
    expect(body(error, "openai")).toEqual({
      error: {
        message: expect.stringMatching(/./),
        type: expect.stringMatching(theirs ? /^their_type$/ : /^[a-z_]+_error$/),
        param: "field" in error ? error.field : error.kind === "model_not_found" ? "model" : null,
        code: theirs ? "their_code" : code,
      },
    });
  });

  it("is the envelope with Refrain's type and code on /chat", () => {
    expect(body(error, "prompt")).toMatchObject({
      success: false,
      error: {
        type: expect.stringMatching(/^[a-z_]+_error$/),
        message: expect.stringMatching(/./),
        code,
        ...(retryAfter === undefined ? {} : { retryAfter }),
      },
      metadata: { requestId: "req-1", timestamp: "2026-11-02T00:00:00.000Z" },
    });
    expect("retryAfter" in body(error, "prompt")["error"]!).toBe(retryAfter !== undefined);
  });

  it("is a problem on /admin", () => {
    const problem = body(error, "problem");
    expect(problem).toMatchObject({
      type: `urn:refrain:problem:${code}`,
      title: expect.stringMatching(/./),
      status,
      detail: expect.stringMatching(/./),
    });
    expect("field" in problem).toBe(("field" in error && error.field !== null) || error.kind === "model_not_found");
  });

  it("becomes one event in a stream that has begun", () => {
    for (const shape of ["openai", "prompt"] as const) {
      const event = errorEvent(error, shape, CONTEXT);
      expect(event).toMatch(/^data: \{.*\}\n\n$/);
      expect(JSON.parse(event.slice("data: ".length))).toEqual(
        shape === "prompt" ? { type: "error", ...body(error, shape) } : body(error, shape),
      );
    }
  });
});

describe("an error response", () => {
  it("does not contain a provider's message about the operator's credentials", () => {
    const text = errorResponse({ ...UPSTREAM, status: 401, message: "Incorrect API key provided: sk-abc***xyz" }, "openai", CONTEXT).body;
    expect(text).not.toContain("sk-abc");
    expect(text).not.toContain("their_");
  });

  it("does not reveal which part of the cache is at its limit, nor repeat a header", () => {
    expect(errorResponse({ kind: "overloaded", what: "upstream_queue", retryAfterSeconds: 1 }, "problem", CONTEXT).body).not.toMatch(
      /queue/,
    );
    expect(errorResponse({ kind: "unsupported_media_type", received: "text/<script>" }, "openai", CONTEXT).body).not.toContain("script");
  });
});

describe("the headers of an error response", () => {
  it("name the scheme on 401, the methods on 405, and forbid useless retries", () => {
    expect(
      errorResponse({ kind: "unauthenticated", credential: "key", message: "" }, "openai", CONTEXT).headers["www-authenticate"],
    ).toMatch(/^Bearer /);
    expect(errorResponse({ kind: "method_not_allowed", allow: "GET, POST" }, "problem", CONTEXT).headers["allow"]).toBe("GET, POST");
    expect(errorResponse({ kind: "only_if_cached" }, "openai", CONTEXT).headers["x-should-retry"]).toBe("false");
  });

  it("have a whole number of seconds even when the wait is not a number", () => {
    for (const seconds of [Number.NaN, Number.POSITIVE_INFINITY, -3, 0.01]) {
      expect(
        errorResponse({ kind: "overloaded", what: "shard", retryAfterSeconds: seconds }, "openai", CONTEXT).headers["retry-after"],
      ).toMatch(/^[1-9]\d*$/);
    }
  });
});
