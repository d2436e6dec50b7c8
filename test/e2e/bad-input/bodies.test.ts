import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { userPrompt } from "../../support/chat-client.ts";
import { startTestCluster } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";

const TEN_MEGABYTES = 10_000_000;
const PIECE_BYTES = 65_536;
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface ErrorBody {
  readonly error: { readonly message: string; readonly type: string; readonly param: string | null; readonly code: string };
}

async function send(body: BodyInit, headers: Readonly<Record<string, string>> = {}, path = "/v1/chat/completions"): Promise<Response> {
  // Fetch requires `duplex` when the body is a stream.
  const init = { method: "POST", headers: { "content-type": "application/json", ...headers }, body, duplex: "half" };
  return fetch(`${cluster.url}${path}`, init);
}

/** Status, type, field and code of an error answer, as one line. */
async function refusal(response: Response): Promise<string> {
  const { error } = await response.json<ErrorBody>();
  const told = error.message.length > 10 && /^[0-9a-f-]{36}$/.test(response.headers.get("refrain-request-id") ?? "");
  return `${response.status} ${error.type} ${error.param ?? "-"} ${error.code}${told ? "" : " (says nothing)"}`;
}

const SAY = [{ role: "user", content: "x" }];

describe("a body that is not a request", () => {
  test.each<[string, string, string]>([
    ["nothing", "", "missing_body"],
    ["half of an object", '{"messages":[', "invalid_json"],
    ["a trailing comma", '{"messages":[],}', "invalid_json"],
    ["single quotes", "{'messages':[]}", "invalid_json"],
    ["NaN", '{"messages":[{"role":"user","content":"x"}],"max_tokens":NaN}', "invalid_json"],
    ["Infinity", '{"messages":[{"role":"user","content":"x"}],"temperature":Infinity}', "invalid_json"],
    ["a number beyond a double", '{"messages":[{"role":"user","content":"x"}],"temperature":1e999}', "invalid_json"],
    ["two values", "{}{}", "invalid_json"],
    ["a NUL", "\u0000", "invalid_json"],
    ["deep arrays", `${"[".repeat(100_000)}${"]".repeat(100_000)}`, "invalid_json"],
    ["deep objects", `${'{"a":'.repeat(65)}1${"}".repeat(65)}`, "invalid_json"],
    ["deep nesting that is never closed", '{"messages":'.repeat(50_000), "invalid_json"],
  ])("(%s) is a 400", async (_name, body, code) => {
    expect(await refusal(await send(body))).toBe(`400 invalid_request_error - ${code}`);
  });

  test.each(["null", "true", "7", '"text"', "[]", "{}"])("(%s) is a 400 about missing messages or a missing object", async (body) => {
    const response = await send(body);
    expect(response.status).toBe(400);
    const { error } = await response.json<ErrorBody>();
    expect([null, "messages"]).toContain(error.param);
  });

  const quoted = (...bytes: readonly number[]): Uint8Array<ArrayBuffer> => {
    const [before, after] = JSON.stringify(userPrompt("#"))
      .split("#")
      .map((part) => new TextEncoder().encode(part));
    return Uint8Array.from([...(before ?? []), ...bytes, ...(after ?? [])]);
  };

  test.each([
    ["a stray byte", [0xff]],
    ["a continuation byte alone", [0x80]],
    ["an overlong form", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a character above the last plane", [0xf4, 0x90, 0x80, 0x80]],
    ["half a character of three bytes", [0xe2, 0x82]],
    ["a stray byte beside U+FFFD", [0xef, 0xbf, 0xbd, 0xfe]],
  ] as const)("(invalid UTF-8: %s) is a 400", async (_, bytes) => {
    expect(await refusal(await send(quoted(...bytes)))).toBe("400 invalid_request_error - invalid_body");
  });

  test.each([
    ["U+FFFD", [0xef, 0xbf, 0xbd]],
    ["a character of four bytes", [0xf0, 0x9f, 0x98, 0x80]],
    ["a byte order mark inside", [0xef, 0xbb, 0xbf]],
  ] as const)("(valid UTF-8 with %s) is answered", async (_, bytes) => {
    expect((await send(quoted(...bytes))).status).toBe(200);
    expect((await send(Uint8Array.from([0xef, 0xbb, 0xbf, ...quoted(...bytes)]))).status).toBe(200);
  });

  test("(compressed) is refused", async () => {
    const stream = new Blob([JSON.stringify(userPrompt("zip"))]).stream().pipeThrough(new CompressionStream("gzip"));
    const zipped = await new Response(stream).arrayBuffer();
    expect(await refusal(await send(zipped, { "content-encoding": "gzip" }))).toBe(
      "400 invalid_request_error content-encoding invalid_header",
    );
  });

  test.each(["multipart/form-data; boundary=x", "image/png", "application/octet-stream", "text/html", "application/jsonx"])(
    "(of type %s) is a 415",
    async (type) => {
      const response = await send(JSON.stringify(userPrompt("x")), { "content-type": type });
      expect(await refusal(response)).toBe("415 invalid_request_error - unsupported_media_type");
    },
  );

  test.each(["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.api+json", "text/plain"])(
    "(of type %s) is accepted",
    async (type) => {
      expect((await send(JSON.stringify(userPrompt("typed")), { "content-type": type })).status).toBe(200);
    },
  );
});

describe("an invalid field", () => {
  test.each<[string, object]>([
    ["messages", {}],
    ["messages", { messages: [] }],
    ["messages", { messages: "hello" }],
    ["messages", { messages: null }],
    ["messages", { messages: { role: "user" } }],
    ["messages[0]", { messages: ["hello"] }],
    ["messages[0]", { messages: [null] }],
    ["messages[0].role", { messages: [{ content: "x" }] }],
    ["messages[0].role", { messages: [{ role: "wizard", content: "x" }] }],
    ["messages[0].role", { messages: [{ role: 1, content: "x" }] }],
    ["messages[0].role", { messages: [{ role: "__proto__", content: "x" }] }],
    ["messages[0].content", { messages: [{ role: "user" }] }],
    ["messages[0].content", { messages: [{ role: "user", content: null }] }],
    ["messages[0].content", { messages: [{ role: "user", content: 7 }] }],
    ["messages[0].content", { messages: [{ role: "user", content: [] }] }],
    ["messages[0].content[1].type", { messages: [{ role: "user", content: [{ type: "text", text: "x" }, {}] }] }],
    ["messages[0].content[0].image_url", { messages: [{ role: "user", content: [{ type: "image_url" }] }] }],
    ["messages[1].tool_call_id", { messages: [...SAY, { role: "tool", content: "x" }] }],
    ["model", { messages: SAY, model: 7 }],
    ["model", { messages: SAY, model: "" }],
    ["model", { messages: SAY, model: "m".repeat(257) }],
    ["stream", { messages: SAY, stream: "true" }],
    ["stream_options.include_usage", { messages: SAY, stream: true, stream_options: { include_usage: 1 } }],
    ["temperature", { messages: SAY, temperature: "hot" }],
    ["temperature", { messages: SAY, temperature: -0.1 }],
    ["temperature", { messages: SAY, temperature: 2.1 }],
    ["top_p", { messages: SAY, top_p: 1.01 }],
    ["n", { messages: SAY, n: 0 }],
    ["n", { messages: SAY, n: 1.5 }],
    ["n", { messages: SAY, n: 1e9 }],
    ["max_tokens", { messages: SAY, max_tokens: -1 }],
    ["max_tokens", { messages: SAY, max_tokens: "100" }],
    ["seed", { messages: SAY, seed: 1.5 }],
    ["stop[0]", { messages: SAY, stop: [1] }],
    ["tools", { messages: SAY, tools: {} }],
    ["tools[0].function", { messages: SAY, tools: [{ type: "function" }] }],
    ["user", { messages: SAY, user: 7 }],
    ["user", { messages: SAY, user: "u".repeat(1025) }],
    ["metadata", { messages: SAY, metadata: [] }],
    ["response_format.json_schema", { messages: SAY, response_format: { type: "json_schema" } }],
  ])("is a 400 that names %s: %j", async (param, body) => {
    const response = await send(JSON.stringify(body));
    const { error } = await response.json<ErrorBody>();
    expect({ status: response.status, type: error.type, param: error.param }).toEqual({
      status: 400,
      type: "invalid_request_error",
      param,
    });
    expect(error.message).toContain(param);
  });

  test.each<[string, object]>([
    ["prompt", {}],
    ["prompt", { prompt: "" }],
    ["prompt", { prompt: ["x"] }],
    ["maxTokens", { prompt: "x", maxTokens: 0 }],
    ["temperature", { prompt: "x", temperature: 9 }],
    ["provider", { prompt: "x", provider: "nobody" }],
    ["stream", { prompt: "x", stream: 1 }],
    ["max_tokens", { prompt: "x", max_tokens: 5 }],
  ])("of POST /chat is a 400 that names %s: %j", async (field, body) => {
    const response = await send(JSON.stringify(body), {}, "/chat");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ success: false, error: { type: "invalid_request_error", field }, metadata: {} });
  });
});

describe("a body of ten megabytes", () => {
  const big = (): string => JSON.stringify(userPrompt("x".repeat(TEN_MEGABYTES)));

  test("is a 413 when it declares its length", async () => {
    expect(await refusal(await send(big()))).toBe("413 invalid_request_error - body_too_large");
  });

  test("is a 413 when it is chunked", async () => {
    const bytes = new TextEncoder().encode(big());
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= bytes.length) controller.close();
        else controller.enqueue(bytes.subarray(at, (at += PIECE_BYTES)));
      },
    });
    expect(await refusal(await send(stream))).toBe("413 invalid_request_error - body_too_large");
  });

  test("is a 413 on every route that reads a body", async () => {
    expect((await send(big(), {}, "/chat")).status).toBe(413);
    const purge = await cluster.admin("POST", "/admin/purge", { tag: "x".repeat(TEN_MEGABYTES) });
    expect(purge.status).toBe(413);
  });

  test("does not hide any other error", async () => {
    expect((await send(big(), { "content-type": "image/png" })).status).toBe(415);
    expect((await send(big(), { "refrain-cache-ttl": "x" })).status).toBe(400);
    expect((await send(big(), {}, "/nothing")).status).toBe(404);
    expect((await send(big(), { origin: "https://evil.example" })).status).toBe(403);
  });

  test("below the limit is served, and so is its entry", async () => {
    const body = JSON.stringify(userPrompt("y".repeat(4_000_000)));
    for (const expected of ["MISS", "HIT"]) {
      const response = await send(body);
      expect(response.headers.get("refrain-cache")).toBe(expected);
      await response.text();
    }
  });
});

test("refused requests cause no provider calls and leave no entries", async () => {
  const accepted = ["typed", "x", "\ufffd", "\u{1f600}", "\ufeff"];
  expect(cluster.upstream.calls.every(({ prompt }) => accepted.includes(prompt) || prompt.startsWith("yyy"))).toBe(true);
  const stats = await (await fetch(`${cluster.url}/stats`)).json<{ entries: number }>();
  expect(stats.entries).toBe(new Set(cluster.upstream.calls.map(({ prompt }) => prompt)).size);
});
