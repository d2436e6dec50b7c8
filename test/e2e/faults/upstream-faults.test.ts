import OpenAI, { APIConnectionError, APIError, InternalServerError, NotFoundError, RateLimitError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJsonContent, readStream } from "../../support/chat-client.ts";
import { outcomeOf, startTestCluster, sumOf } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";
import type { UpstreamPlan } from "../../support/start-upstream.ts";

const GOOD: UpstreamPlan = { kind: "answer", text: "a good answer" };
const CALLERS = 50;
/** Calls that 50 concurrent callers of a failing provider may cause: one for the leader and one more for the others. */
const MAX_CALLS_OF_ONE_FAILURE = 2;

/** The upstream's behaviour by prompt. Other prompts get a good answer. */
const plans = new Map<string, UpstreamPlan>();
let cluster: TestCluster;
let client: OpenAI;

beforeAll(async () => {
  cluster = await startTestCluster({
    vars: { UPSTREAM_FIRST_BYTE_TIMEOUT_SECONDS: "1", UPSTREAM_IDLE_TIMEOUT_SECONDS: "1", UPSTREAM_TOTAL_TIMEOUT_SECONDS: "4" },
    script: (call) => plans.get(call.prompt) ?? GOOD,
  });
  client = new OpenAI({ baseURL: `${cluster.url}/v1`, apiKey: "unused", maxRetries: 0 });
});
afterAll(() => cluster[Symbol.asyncDispose]());

interface Fault {
  readonly name: string;
  readonly plan: UpstreamPlan;
  /** Status and code for a caller that has not received a byte. */
  readonly status: number;
  readonly code: string;
  /** Second possible code, when the fault is a race. */
  readonly orCode?: string;
  readonly raises: new (...parts: never[]) => Error;
  /** True when the fault happens after the stream has begun: status 200 and an error event. */
  readonly midStream: boolean;
}

const SSE = "text/event-stream";
const chunk = (choices: unknown): string =>
  `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "m", choices })}\n\n`;

const FAULTS: readonly Fault[] = [
  {
    name: "a 500",
    plan: { kind: "status", status: 500 },
    status: 500,
    code: "upstream_error",
    raises: InternalServerError,
    midStream: false,
  },
  {
    name: "a 429 with Retry-After",
    plan: {
      kind: "status",
      status: 429,
      headers: { "retry-after": "17" },
      body: { error: { message: "Slow down.", type: "tokens", code: "rate_limit_exceeded" } },
    },
    status: 429,
    code: "rate_limit_exceeded",
    raises: RateLimitError,
    midStream: false,
  },
  {
    name: "a 404 of a model",
    plan: {
      kind: "status",
      status: 404,
      body: { error: { message: "No such model.", type: "invalid_request_error", code: "model_not_found" } },
    },
    status: 404,
    code: "model_not_found",
    raises: NotFoundError,
    midStream: false,
  },
  {
    name: "a 401 of the operator's key",
    plan: { kind: "status", status: 401, body: { error: { message: "Incorrect API key provided: sk-secret" } } },
    status: 502,
    code: "upstream_refused",
    raises: InternalServerError,
    midStream: false,
  },
  {
    name: "a page of markup with status 503",
    plan: { kind: "status", status: 503, headers: { "content-type": "text/html" }, body: "<html>secret stack</html>" },
    status: 503,
    code: "upstream_error",
    raises: InternalServerError,
    midStream: false,
  },
  {
    name: "a redirect",
    plan: { kind: "status", status: 302, headers: { location: "http://127.0.0.1:1/" }, body: "" },
    status: 502,
    code: "upstream_invalid",
    raises: InternalServerError,
    midStream: false,
  },
  {
    name: "a stream that ends early",
    plan: { kind: "truncate", text: "half of an answer", afterChunks: 2, how: "end" },
    status: 502,
    code: "upstream_invalid",
    raises: InternalServerError,
    midStream: true,
  },
  {
    // The reset may arrive before the headers.
    name: "a stream whose connection breaks",
    plan: { kind: "truncate", text: "half of an answer", afterChunks: 2, how: "reset" },
    status: 502,
    code: "upstream_invalid",
    orCode: "upstream_unreachable",
    raises: InternalServerError,
    midStream: true,
  },
  {
    name: "choices []",
    plan: { kind: "raw", contentType: "application/json", body: '{"id":"x","object":"chat.completion","choices":[]}' },
    status: 502,
    code: "upstream_invalid",
    raises: InternalServerError,
    midStream: false,
  },
  {
    name: "a stream without choices",
    plan: { kind: "raw", contentType: SSE, body: `${chunk([])}data: [DONE]\n\n` },
    status: 502,
    code: "upstream_invalid",
    raises: InternalServerError,
    midStream: true,
  },
  {
    name: "garbage for a stream",
    plan: { kind: "raw", contentType: SSE, body: "data: {not json\n\ndata: [DONE]\n\n" },
    status: 502,
    code: "upstream_invalid",
    raises: InternalServerError,
    midStream: false,
  },
  {
    name: "garbage in a stream",
    plan: {
      kind: "raw",
      contentType: SSE,
      body: `${chunk([{ index: 0, delta: { content: "Hel" }, finish_reason: null }])}data: <html>\n\n`,
    },
    status: 502,
    code: "upstream_invalid",
    raises: InternalServerError,
    midStream: true,
  },
  {
    name: "an error event in a stream",
    plan: {
      kind: "raw",
      contentType: SSE,
      body: `${chunk([{ index: 0, delta: { content: "Hel" }, finish_reason: null }])}data: {"error":{"message":"Overloaded.","type":"server_error","code":"overloaded"}}\n\n`,
    },
    status: 502,
    code: "overloaded",
    raises: InternalServerError,
    midStream: true,
  },
  {
    name: "binary noise for JSON",
    plan: { kind: "raw", contentType: "application/json", body: "\u0000\u0001\ufffd{" },
    status: 502,
    code: "upstream_invalid",
    raises: InternalServerError,
    midStream: false,
  },
  {
    name: "an empty body",
    plan: { kind: "raw", contentType: SSE, body: "" },
    status: 502,
    code: "upstream_invalid",
    raises: InternalServerError,
    midStream: false,
  },
  { name: "silence", plan: { kind: "silent" }, status: 504, code: "upstream_timeout", raises: InternalServerError, midStream: false },
  {
    name: "silence in the middle",
    plan: { kind: "stall", text: "half of an answer", afterChunks: 2 },
    status: 504,
    code: "upstream_timeout",
    raises: InternalServerError,
    midStream: true,
  },
];

interface ErrorBody {
  readonly error: { readonly message: string; readonly type: string; readonly param: string | null; readonly code: string };
}

/** What one caller of a failing provider received: an error, or a stream that ended with one. */
interface Failure {
  readonly how: "error" | "event";
  readonly status: number;
  readonly error: ErrorBody["error"];
  /** Names of the error's members, sorted. */
  readonly members: string;
  readonly storable: boolean;
  /** True when the stream ended with its terminal event. */
  readonly done: boolean;
}

async function callOnce(prompt: string, stream: boolean): Promise<Failure> {
  const response = await cluster.ask(prompt, stream ? { stream: true } : {});
  const { status } = response;
  const storable = response.headers.get("cache-control") !== "no-store";
  if (status !== 200) {
    const { error } = await response.json<ErrorBody>();
    return { how: "error", status, error, members: Object.keys(error).sort().join(), storable, done: false };
  }
  const answer = await readStream(response);
  const error = answer.error as ErrorBody["error"]; // written by the server under test
  return { how: "event", status, error, members: Object.keys(error).sort().join(), storable, done: answer.done };
}

describe.concurrent("a provider that fails with", () => {
  test.each(FAULTS.map((fault) => [fault.name, fault] as const))("%s", async (name, fault) => {
    const prompt = `fault: ${name}`;
    plans.set(prompt, fault.plan);
    const failures = await Promise.all(Array.from({ length: CALLERS }, (_, index) => callOnce(prompt, index % 2 === 0)));
    expect(failures).toHaveLength(CALLERS);
    for (const failure of failures) {
      expect([fault.code, fault.orCode]).toContain(failure.error.code);
      expect(failure).toMatchObject({ members: "code,message,param,type", storable: false, done: false });
      expect(failure.error.message).not.toContain("secret");
      expect(failure.status).toBe(failure.how === "event" ? 200 : fault.status);
    }
    expect(fault.midStream || failures.every(({ how }) => how === "error")).toBe(true);
    const spent = cluster.upstream.callsFor(prompt).length;
    expect(spent).toBeLessThanOrEqual(MAX_CALLS_OF_ONE_FAILURE);

    const failure = await client.chat.completions
      .create({ model: "m", messages: [{ role: "user", content: prompt }] })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(fault.raises);
    expect(failure).toMatchObject({ status: fault.status });
    const streamed = await streamThroughSdk(prompt);
    expect(streamed).toBeInstanceOf(APIError);

    plans.set(prompt, GOOD);
    const next = await cluster.ask(prompt);
    expect(outcomeOf(next)).toBe("MISS");
    expect(await readJsonContent(next)).toBe("a good answer");
    expect(outcomeOf(await cluster.ask(prompt))).toBe("HIT");
  });
});

async function streamThroughSdk(prompt: string): Promise<unknown> {
  try {
    const stream = await client.chat.completions.create({ model: "m", stream: true, messages: [{ role: "user", content: prompt }] });
    for await (const piece of stream) expect(piece.choices).toBeDefined();
    return "ended without an error";
  } catch (error) {
    return error;
  }
}

describe("a provider's error", () => {
  test("reaches the caller with its Retry-After", async () => {
    plans.set("wait", { kind: "status", status: 429, headers: { "retry-after": "17" } });
    expect((await cluster.ask("wait")).headers.get("retry-after")).toBe("17");
    plans.set("wait", { kind: "status", status: 429 });
    expect((await cluster.ask("wait")).headers.get("retry-after")).toMatch(/^\d+$/);
  });

  test("is replaced when it may quote the operator's key", async () => {
    plans.set("leak", { kind: "status", status: 401, body: { error: { message: "Incorrect API key provided: sk-verysecret" } } });
    expect(await (await cluster.ask("leak")).text()).not.toContain("sk-");
  });
});

describe("an uncacheable answer", () => {
  test.each<[string, UpstreamPlan]>([
    ["cut off at its length", { kind: "answer", text: "cut off", finishReason: "length" }],
    ["filtered", { kind: "answer", text: "filtered", finishReason: "content_filter" }],
  ])("(%s) goes to its callers, is not stored, and makes no caller queue", async (name, plan) => {
    const prompt = `kept not: ${name}`;
    plans.set(prompt, plan);
    const first = await cluster.ask(prompt);
    expect(first.status).toBe(200);
    expect(first.headers.get("cache-status")).toBe("refrain; fwd=miss");
    await first.text();

    // From now on each caller makes its own call, and all calls are upstream at the same time.
    const all = Promise.withResolvers<undefined>();
    let open = 0;
    plans.set(prompt, {
      ...(plan as Extract<UpstreamPlan, { kind: "answer" }>),
      beforeChunk: async () => {
        open += 1;
        if (open >= CALLERS) all.resolve(undefined);
        await all.promise;
      },
    });
    const answers = await Promise.all(
      Array.from({ length: CALLERS }, (_, index) => cluster.ask(prompt, index % 2 === 0 ? { stream: true } : {})),
    );
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: CALLERS }, () => 200));
    expect(texts.every((text) => text.length > 0)).toBe(true);
    expect(cluster.upstream.callsFor(prompt)).toHaveLength(CALLERS + 1);

    plans.set(prompt, GOOD);
    expect(outcomeOf(await cluster.ask(prompt))).toBe("MISS");
    expect(outcomeOf(await cluster.ask(prompt))).toBe("HIT");
  });

  test("(empty) is not stored", async () => {
    plans.set("empty", { kind: "answer", text: "" });
    expect((await cluster.ask("empty")).headers.get("cache-status")).toBe("refrain; fwd=miss");
    plans.set("empty", GOOD);
    expect(outcomeOf(await cluster.ask("empty"))).toBe("MISS");
  });

  test("(without the terminal event) is complete for a client but not stored", async () => {
    plans.set("no done", {
      kind: "raw",
      contentType: SSE,
      body: chunk([{ index: 0, delta: { role: "assistant", content: "whole" }, finish_reason: "stop" }]),
    });
    const answer = await cluster.ask("no done");
    expect(await readJsonContent(answer)).toBe("whole");
    expect(outcomeOf(await cluster.ask("no done"))).toBe("MISS");
  });
});

describe("misses of many prompts", () => {
  test("do not queue behind providers that are slow to answer", async () => {
    const prompts = Array.from({ length: CALLERS }, (_, index) => `slow ${index}`);
    const all = Promise.withResolvers<undefined>();
    let open = 0;
    const plan: UpstreamPlan = {
      kind: "answer",
      text: "slow",
      beforeChunk: async () => {
        open += 1;
        if (open === CALLERS) all.resolve(undefined);
        await all.promise;
      },
    };
    for (const prompt of prompts) plans.set(prompt, plan);
    const answers = await Promise.all(prompts.map((prompt) => cluster.ask(prompt)));
    expect(answers.map(outcomeOf)).toEqual(prompts.map(() => "MISS"));
    expect(cluster.upstream.peakConcurrency).toBeGreaterThanOrEqual(CALLERS);
  });

  test("are answered while others wait for headers that never arrive", async () => {
    const stuck = Array.from({ length: CALLERS }, (_, index) => `stuck ${index}`);
    for (const prompt of stuck) plans.set(prompt, { kind: "silent" });
    let settled = 0;
    const waiting = stuck.map(async (prompt) => {
      const response = await cluster.ask(prompt);
      settled += 1;
      return response.status;
    });
    await cluster.settle((shards) => sumOf(shards, "flights") >= CALLERS || settled > 0);
    const quick = await Promise.all(Array.from({ length: 16 }, (_, index) => cluster.ask(`quick ${index}`)));
    expect(quick.map(outcomeOf)).toEqual(quick.map(() => "MISS"));
    expect(settled).toBe(0);
    expect(await Promise.all(waiting)).toEqual(stuck.map(() => 504));
  });
});

test("calls that wait for a slot are not made after their callers have timed out", async () => {
  const prompts = 120;
  await using narrow = await startTestCluster({
    vars: { SHARD_COUNT: "1", UPSTREAM_SLOTS: "1", UPSTREAM_FIRST_BYTE_TIMEOUT_SECONDS: "1" },
    script: (call) => (call.prompt === "after" ? GOOD : { kind: "silent" }),
  });
  const answers = await Promise.all(Array.from({ length: prompts }, (_, index) => narrow.ask(`queued ${index}`)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 504));
  await narrow.settle((shards) => sumOf(shards, "upstreamActive") === 0 && sumOf(shards, "upstreamQueued") === 0);
  expect(narrow.upstream.calls.length).toBeLessThan(prompts);
  expect(outcomeOf(await narrow.ask("after"))).toBe("MISS");
});

test("an unreachable provider is a 502 for every caller, and nothing is stored", async () => {
  await using down = await startTestCluster({ vars: { OPENAI_BASE_URL: "http://127.0.0.1:1/v1" } });
  const answers = await Promise.all(
    Array.from({ length: CALLERS }, (_, index) => down.ask("nobody", index % 2 === 0 ? { stream: true } : {})),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 502));
  const body = await answers[0]?.json<ErrorBody>();
  expect(body?.error.code).toBe("upstream_unreachable");
  expect(sumOf(await down.shards(), "entries")).toBe(0);
  const sdk = new OpenAI({ baseURL: `${down.url}/v1`, apiKey: "unused", maxRetries: 0 });
  const failure = await sdk.chat.completions
    .create({ model: "m", messages: [{ role: "user", content: "nobody" }] })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(InternalServerError);
  expect(failure).not.toBeInstanceOf(APIConnectionError);
});
