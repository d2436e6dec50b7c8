import { afterEach, describe, expect, it, vi } from "vitest";
import { chatBody, Front, jsonOf, wholeAnswer } from "../../support/shard-front.ts";
import { answerEvents, contentOf, DONE_EVENT, deltaEvent, handBody, streamOf } from "../../support/shard-provider.ts";

afterEach(() => vi.useRealTimers());

function chunked(pieces: readonly string[]): ReadableStream<Uint8Array> {
  return streamOf(pieces);
}

function travel(ms: number): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(Date.now() + ms);
}

describe("a request", () => {
  it("is accepted up to the body limit, with a declared length or chunked, and refused one byte above", async () => {
    const body = JSON.stringify(chatBody("x".repeat(1000)));
    const front = new Front({ MAX_BODY_BYTES: String(body.length) });
    expect((await front.chat(body)).status).toBe(200);
    expect((await front.chat(`${body} `)).status).toBe(413);
    const post = (stream: ReadableStream<Uint8Array>): ReturnType<Front["fetch"]> =>
      front.fetch("/v1/chat/completions", { method: "POST", body: stream });
    expect((await post(chunked([body.slice(0, 9), body.slice(9)]))).status).toBe(200);
    const refused = await post(chunked([body, " "]));
    expect(refused.status).toBe(413);
    expect(jsonOf(refused)).toMatchObject({ error: { type: "invalid_request_error" } });
  });

  it("is refused when it is longer than the limit, whatever length a Worker in front of this one has declared", async () => {
    const body = JSON.stringify(chatBody("longer than declared"));
    const front = new Front({ MAX_BODY_BYTES: String(body.length - 1) });
    expect((await front.chat(body, { "content-length": "3" })).status).toBe(413);
  });

  it("with more values and member names than the limit is refused on every route that takes JSON, with the limit named", async () => {
    const front = new Front();
    const message = "The request body has more than 100000 JSON values and member names.";
    const body = JSON.stringify({ ...chatBody("hi"), prompt: "hi", x: new Array(100_000).fill(0) });
    const post = { method: "POST", body };
    for (const answer of [await front.chat(body), await front.fetch("/chat", post), await front.fetch("/v1/feedback", post)]) {
      expect([answer.status, jsonOf(answer)]).toMatchObject([400, { error: { message, code: "too_many_values" } }]);
    }
    for (const path of ["/admin/purge", "/admin/rebalance"]) {
      const answer = await front.admin(path, post);
      expect([answer.status, jsonOf(answer)]).toMatchObject([400, { detail: message, type: "urn:refrain:problem:too_many_values" }]);
    }
    expect(front.cluster.asked).toHaveLength(0);
    expect((await front.chat({ ...chatBody("hi"), x: new Array(99_900).fill(0) })).status).toBe(200);
  });

  it("with a large body is handled in turns and has the same key as the same members in another order", async () => {
    const front = new Front({ L0_TTL_SECONDS: "0" });
    const text = "word ".repeat(100_000);
    await front.chat(chatBody(text, { seed: 1 }));
    await front.chat({ seed: 1, messages: [{ content: text, role: "user" }], model: "m" });
    await front.fetch("/chat", { method: "POST", body: JSON.stringify({ model: "m", prompt: text }) });
    const [first, second, prompt] = front.cluster.asked;
    expect(second?.key).toBe(first?.key);
    expect(JSON.parse(prompt?.body ?? "")).toEqual(chatBody(text));
  });

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/vnd.x+json",
  ])("is accepted with content type %s", async (type) => {
    expect((await new Front().chat(chatBody("hi"), { "content-type": type })).status).toBe(200);
  });

  it.each(["image/png", "multipart/form-data; boundary=x", "text/html", "json"])("is refused with content type %s", async (type) => {
    expect((await new Front().chat(chatBody("hi"), { "content-type": type })).status).toBe(415);
  });

  it("with a body that is not UTF-8, empty or compressed is a 400", async () => {
    const front = new Front();
    const bytes = Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
    expect((await front.fetch("/v1/chat/completions", { method: "POST", body: bytes })).status).toBe(400);
    expect((await front.chat("")).status).toBe(400);
    expect((await front.chat(chatBody("hi"), { "content-encoding": "gzip" })).status).toBe(400);
  });

  it.each([
    ["{", null],
    ["[]", null],
    ['{"messages":[]}', "messages"],
    ['{"model":"m"}', "messages"],
    ['{"messages":[{"role":"user"}]}', "messages[0].content"],
    ['{"messages":[{"role":"user","content":"x"}],"temperature":"hot"}', "temperature"],
    [`{"messages":[{"role":"user","content":"x"}],"x":${"[".repeat(70)}${"]".repeat(70)}}`, null],
    ['{"messages":[{"role":"user","content":"x"}],"seed":1e999}', null],
  ])("with an invalid body is a 400 that names the field: %s", async (body, field) => {
    const front = new Front();
    const answer = await front.chat(body);
    expect(answer.status).toBe(400);
    expect(jsonOf(answer)).toMatchObject({ error: { param: field } });
    expect(front.cluster.asked).toHaveLength(0);
  });

  it("reaches its shard as the effective request, with the controls from its headers", async () => {
    const front = new Front({ SEMANTIC: "off" });
    await front.chat(chatBody("hi", { stream: true, stream_options: { include_usage: true }, temperature: 0.5 }), {
      "cache-control": "max-stale, max-age=9",
      "refrain-cache-ttl": "60",
      "refrain-cache-tags": "a,b",
    });
    expect(front.cluster.asked[0]).toMatchObject({
      tenant: "default",
      model: "m",
      provider: "openai",
      stream: true,
      includeUsage: true,
      cache: true,
      read: true,
      ttlSeconds: 60,
      maxAgeSeconds: 9,
      maxStaleSeconds: -1,
      tags: ["a", "b"],
      mayCallUpstream: true,
      text: null,
    });
    expect(JSON.parse(front.cluster.asked[0]?.body ?? "")).toEqual({
      model: "m",
      messages: [{ role: "user", content: "hi" }],
      temperature: 0.5,
    });
  });

  it("with an invalid header is a 400 that names the header", async () => {
    expect(jsonOf(await new Front().chat(chatBody("hi"), { "refrain-cache-ttl": "soon" }))).toMatchObject({
      error: { param: "refrain-cache-ttl", code: "invalid_header" },
    });
  });

  it("may name its provider in the model; /chat refuses a provider that is not configured", async () => {
    const front = new Front();
    await front.chat(chatBody("hi", { model: "demo/small" }));
    await front.chat(chatBody("hi", { model: "unknown/model" }));
    expect(front.cluster.asked.map(({ provider, model }) => `${provider} ${model}`)).toEqual(["demo small", "openai unknown/model"]);
    const refused = await front.fetch("/chat", { method: "POST", body: JSON.stringify({ prompt: "x", provider: "nobody" }) });
    expect([refused.status, jsonOf(refused)]).toMatchObject([400, { success: false, error: { field: "provider" } }]);
  });

  it("has a separate cache per tenant and, if the partition says so, per user", async () => {
    const front = new Front({ AUTH: "keys", API_KEYS: "acme:key-of-acme-1 globex:key-of-globex" });
    const keys: string[] = [];
    const variants: readonly Record<string, string>[] = [
      { authorization: "Bearer key-of-acme-1" },
      { authorization: "Bearer key-of-globex" },
      { authorization: "Bearer key-of-acme-1", "refrain-user": "ann" },
      { authorization: "Bearer key-of-acme-1", "refrain-user": "ann", "refrain-partition": "user" },
      { authorization: "Bearer key-of-acme-1", "refrain-user": "bob", "refrain-partition": "user" },
    ];
    for (const headers of variants) {
      await front.chat(chatBody("hi"), { ...headers, "cache-control": "no-cache" });
      keys.push(front.cluster.asked.at(-1)?.key ?? "");
    }
    expect(keys[2]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(4);
  });
});

describe("the memory of the isolate", () => {
  it("answers again without asking the shard, separately for JSON and events", async () => {
    const front = new Front();
    for (let time = 0; time < 3; time++) expect((await front.chat()).headers.get("refrain-cache")).toBe("HIT");
    expect(front.cluster.asked).toHaveLength(1);
    front.cluster.answering = () => wholeAnswer({ json: "", sse: new TextEncoder().encode(answerEvents("hello").join("")) });
    for (let time = 0; time < 2; time++) expect(contentOf((await front.chat(chatBody("hi", { stream: true }))).text)).toBe("hello");
    expect(front.cluster.asked).toHaveLength(2);
  });

  it("reports its hits to the shard, with the tokens that they saved", async () => {
    const front = new Front();
    for (let time = 0; time < 3; time++) await front.chat();
    await front.fetch("/stats");
    const sum = (pick: (report: (typeof front.cluster.reports)[number]) => number): number =>
      front.cluster.reports.reduce((total, report) => total + pick(report), 0);
    expect([sum((report) => report.memoryHits), sum((report) => report.tokensSaved)]).toEqual([2, 14]);
  });

  it("loses none of its hits when objects of version 0.2.0, which ignore what rides on a request, answer meanwhile", async () => {
    travel(0);
    const front = new Front({ SHARD_COUNT: "1" });
    let counted = 0;
    /** Answers one request from memory and a later one from the shard, and counts as the shards of that time do. */
    const round = async (takesReports: boolean, time: number): Promise<void> => {
      front.cluster.takesReports = takesReports;
      await front.chat();
      travel(3000);
      await front.chat(chatBody("hi"), { "refrain-cache-key": `key ${time}` });
      const rode = front.cluster.asked.at(-1)?.reports ?? [];
      counted += takesReports ? rode.reduce((sum, { memoryHits }) => sum + memoryHits, 0) : 0;
    };
    await front.chat();
    for (const [time, takesReports] of [true, false, true, false].entries()) await round(takesReports, time);
    await front.fetch("/stats");
    counted += front.cluster.reports.reduce((sum, { memoryHits }) => sum + memoryHits, 0);
    expect(counted).toBe(4);
    expect(front.cluster.reports.length).toBeGreaterThan(0);
  });

  it.each([
    ["no-cache", { "cache-control": "no-cache" }],
    ["no-store", { "cache-control": "no-store" }],
    ["an explanation", { "refrain-explain": "1" }],
    ["another key", { "refrain-cache-key": "k" }],
  ])("is not used for %s", async (_what, headers) => {
    const front = new Front();
    await front.chat();
    await front.chat(chatBody("hi"), headers);
    expect(front.cluster.asked).toHaveLength(2);
  });

  it("keeps an answer for L0_TTL_SECONDS, but not beyond the entry's TTL", async () => {
    travel(0);
    const front = new Front({ L0_TTL_SECONDS: "5" });
    front.cluster.answering = ({ body }) => wholeAnswer(body.includes("short") ? { expiresMs: Date.now() + 2000 } : {});
    await front.chat();
    await front.chat(chatBody("short"));
    travel(1999);
    await front.chat();
    await front.chat(chatBody("short"));
    expect(front.cluster.asked).toHaveLength(2);
    travel(1);
    await front.chat(chatBody("short"));
    expect(front.cluster.asked).toHaveLength(3);
    travel(3000);
    await front.chat();
    expect(front.cluster.asked).toHaveLength(4);
  });

  it("respects max-age and min-fresh", async () => {
    travel(0);
    const front = new Front();
    front.cluster.answering = () => wholeAnswer({ createdMs: Date.now() - 60_000, expiresMs: Date.now() + 60_000 });
    await front.chat();
    await front.chat(chatBody("hi"), { "cache-control": "max-age=60, min-fresh=60" });
    expect(front.cluster.asked).toHaveLength(1);
    await front.chat(chatBody("hi"), { "cache-control": "max-age=59" });
    await front.chat(chatBody("hi"), { "cache-control": "min-fresh=61" });
    expect(front.cluster.asked).toHaveLength(3);
  });

  it.each([{ L0_TTL_SECONDS: "0" }, { L0_MAX_BYTES: "0" }])("is off with %j", async (vars) => {
    const front = new Front(vars);
    await front.chat();
    await front.chat();
    expect(front.cluster.asked).toHaveLength(2);
  });

  it("is cleared by a purge through this isolate, and does not keep an answer requested before it", async () => {
    const front = new Front();
    await front.chat();
    expect((await front.purge({ all: true })).status).toBe(200);
    await front.chat();
    expect(front.cluster.asked).toHaveLength(2);
    const late = Promise.withResolvers<ReturnType<typeof wholeAnswer>>();
    front.cluster.answering = () => late.promise;
    const slow = front.chat(chatBody("slow"));
    await vi.waitFor(() => expect(front.cluster.asked).toHaveLength(3));
    await front.purge({ tag: "x" });
    late.resolve(wholeAnswer());
    await slow;
    await front.chat(chatBody("slow"));
    expect(front.cluster.asked).toHaveLength(4);
  });

  it("is not cleared by a dry run", async () => {
    const front = new Front();
    await front.chat();
    expect(jsonOf(await front.purge({ all: true, dryRun: true }))).toEqual({ dryRun: true, matched: 4 });
    await front.chat();
    expect(front.cluster.asked).toHaveLength(1);
  });

  it.each([
    ["stale", { outcome: "STALE" as const }],
    ["a semantic hit", { outcome: "SEMANTIC" as const }],
    ["not stored", { stored: false }],
  ])("does not keep an answer that is %s", async (_what, changes) => {
    const front = new Front();
    front.cluster.answering = () => wholeAnswer(changes);
    await front.chat();
    await front.chat();
    expect(front.cluster.asked).toHaveLength(2);
  });
});

describe("an answer's headers", () => {
  it("say where the answer came from", async () => {
    travel(0);
    const front = new Front({ L0_TTL_SECONDS: "0" });
    front.cluster.answering = () => wholeAnswer({ createdMs: Date.now() - 5500, expiresMs: Date.now() + 60_500 });
    const hit = (await front.chat()).headers;
    expect([hit.get("refrain-cache"), hit.get("age"), hit.get("cache-status"), hit.get("cf-aig-cache-status")]).toEqual([
      "HIT",
      "5",
      "refrain; hit; ttl=60",
      "HIT",
    ]);
    expect(hit.get("refrain-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(hit.get("cache-control")).toBe("no-store");
    front.cluster.answering = () => wholeAnswer({ outcome: "COALESCED", forwarded: "miss", collapsed: true });
    const joined = (await front.chat()).headers;
    expect([joined.get("refrain-cache"), joined.get("age"), joined.get("cache-status")]).toEqual([
      "COALESCED",
      null,
      "refrain; fwd=miss; collapsed; stored",
    ]);
    front.cluster.answering = () => wholeAnswer({ outcome: "BYPASS", forwarded: "bypass", stored: false });
    const bypass = (await front.chat()).headers;
    expect([bypass.get("cache-status"), bypass.get("refrain-entry")]).toEqual(["refrain; fwd=bypass", null]);
  });

  it("carry the retry time of an error, whose body contains nothing internal", async () => {
    const front = new Front();
    front.cluster.answering = () => ({
      kind: "failed",
      error: {
        kind: "upstream_error",
        provider: "openai",
        status: 429,
        message: "slow down",
        errorType: "requests",
        code: "rate",
        retryAfterSeconds: 7,
      },
    });
    const answer = await front.chat();
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(jsonOf(answer)).toMatchObject({ error: { message: "slow down" } });
    front.cluster.answering = () => ({ kind: "failed", error: { kind: "internal" } });
    const internal = await front.chat();
    expect(internal.status).toBe(500);
    expect(internal.text).not.toMatch(/stack|at .*\.ts/);
  });
});

describe("a shard that cannot be reached", () => {
  function deadFront(): Front {
    const front = new Front();
    for (let shard = 0; shard < 4; shard++) front.cluster.dead.add(shard);
    return front;
  }
  const reply = (body: ReadableStream<Uint8Array>, status = 200) =>
    ({ kind: "response", status, contentType: "text/event-stream", retryAfter: null, body }) as const;

  it("is bypassed: the answer comes from upstream, as JSON and as events", async () => {
    const front = deadFront();
    front.cluster.upstream = () => Promise.resolve(reply(streamOf(answerEvents("around"))));
    const json = await front.chat();
    expect([json.status, json.headers.get("refrain-cache")]).toEqual([200, "BYPASS"]);
    expect(json.text).toContain("around");
    const events = await front.chat(chatBody("hi", { stream: true }));
    expect(contentOf(events.text)).toBe("around");
    expect(events.text.endsWith(DONE_EVENT)).toBe(true);
    expect(events.text).not.toContain('"usage"');
  });

  it("causes at most four upstream calls at a time for one key, which prevents a stampede on a hot key", async () => {
    const front = deadFront();
    const bodies = Array.from({ length: 4 }, () => handBody());
    let next = 0;
    front.cluster.upstream = () => Promise.resolve(reply(bodies[next++ % 4]?.stream ?? streamOf([])));
    const four = bodies.map(() => front.chat());
    await vi.waitFor(() => expect(front.cluster.upstreamCalls).toHaveLength(4));
    const refused = await front.chat();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    for (const body of bodies) {
      for (const event of answerEvents("ok")) body.write(event);
      body.close();
    }
    expect((await Promise.all(four)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    front.cluster.upstream = () => Promise.resolve(reply(streamOf(answerEvents("ok"))));
    expect((await front.chat()).status).toBe(200);
  });

  it("does not turn an only-if-cached request into an upstream call", async () => {
    const front = deadFront();
    expect((await front.chat(chatBody("hi"), { "cache-control": "only-if-cached" })).status).toBe(504);
    expect(front.cluster.upstreamCalls).toHaveLength(0);
  });

  it.each([
    ["an error status", () => reply(streamOf(['{"error":{"message":"no"}}']), 500)],
    ["a broken stream", () => reply(streamOf([deltaEvent("half")]))],
    ["an unreachable provider", () => ({ kind: "unreachable" }) as const],
  ])("gives a well-formed error if the upstream call ends in %s", async (_what, upstream) => {
    const front = deadFront();
    for (let time = 0; time < 6; time++) {
      front.cluster.upstream = () => Promise.resolve(upstream());
      const answer = await front.chat();
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(jsonOf(answer)).toHaveProperty("error.message");
    }
    front.cluster.upstream = () => Promise.resolve(reply(streamOf([deltaEvent("half")])));
    expect((await front.chat(chatBody("hi", { stream: true }))).text).toMatch(/half.*"error".*\n\n$/s);
  });
});

describe("a bypass whose provider does not answer in time", () => {
  it("is a well-formed error", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const front = new Front();
    for (let shard = 0; shard < 4; shard++) front.cluster.dead.add(shard);
    front.cluster.upstream = () => Promise.resolve({ kind: "timeout" });
    const answering = front.chat();
    await vi.waitFor(() => expect(front.cluster.upstreamCalls).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(300_000);
    const answer = await answering;
    vi.useRealTimers();
    expect([answer.status, jsonOf(answer)]).toMatchObject([504, { error: { code: "upstream_timeout" } }]);
  });
});

describe("an invalid configuration", () => {
  it.each([
    ["/v1/chat/completions", "application/json"],
    ["/chat", "application/json"],
    ["/admin/shards", "application/problem+json"],
  ])("refuses %s without revealing details", async (path, type) => {
    const silence = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const answer = await new Front({ SHARD_COUNT: "lots" }).fetch(path, { method: "POST", body: "{}" });
    silence.mockRestore();
    expect([answer.status, answer.headers.get("content-type")]).toEqual([500, type]);
    expect(answer.text).toContain("config_invalid");
    expect(answer.text).not.toContain("SHARD_COUNT");
  });
});
