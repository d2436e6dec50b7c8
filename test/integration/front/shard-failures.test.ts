import { afterEach, describe, expect, it, vi } from "vitest";
import { chatBody, Front, jsonOf, wholeAnswer } from "../../support/shard-front.ts";
import { answerEvents, deltaEvent, handBody, streamOf } from "../../support/shard-provider.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const RESET = "Durable Object reset because its code was updated.";

function errorOf(message: string, properties: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(message), properties);
}

/** A front whose shards throw this error, in front of a provider that answers. */
function failingFront(thrown: Error, vars: Record<string, string> = {}): Front {
  const front = new Front(vars);
  for (let shard = 0; shard < 4; shard++) front.cluster.dead.add(shard);
  front.cluster.failing = () => thrown;
  front.cluster.upstream = () =>
    Promise.resolve({
      kind: "response",
      status: 200,
      contentType: "text/event-stream",
      retryAfter: null,
      body: streamOf(answerEvents("around")),
    });
  return front;
}

/** The events that are logged from now on, without their request ids. */
function logged(): readonly Record<string, unknown>[] {
  const events: Record<string, unknown>[] = [];
  for (const level of ["debug", "info", "warn", "error"] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => {
      const { requestId: _requestId, ...event } = JSON.parse(line) as Record<string, unknown>;
      events.push(event);
    });
  }
  return events;
}

describe("a shard that is reset while a request waits", () => {
  it("is asked once more with the same request, and the log says so", async () => {
    const events = logged();
    const front = new Front({ LOG_LEVEL: "info" });
    let calls = 0;
    front.cluster.answering = () => {
      calls += 1;
      if (calls === 1) throw errorOf(RESET, { durableObjectReset: true });
      return wholeAnswer();
    };
    const answer = await front.chat();
    expect([answer.status, answer.headers.get("refrain-cache"), front.cluster.upstreamCalls.length]).toEqual([200, "HIT", 0]);
    expect(front.cluster.asked[1]).toEqual(front.cluster.asked[0]);
    expect(events).toMatchObject([{ level: "info", event: "shard_reset", shard: expect.any(Number) as number, message: RESET }]);
  });

  it("is bypassed when it is reset again", async () => {
    const events = logged();
    const front = failingFront(errorOf(RESET, { durableObjectReset: true }), { LOG_LEVEL: "info" });
    expect((await front.chat()).headers.get("refrain-cache")).toBe("BYPASS");
    expect(events.map(({ level, event, failure }) => [level, event, failure])).toEqual([
      ["info", "shard_reset", undefined],
      ["warn", "shard_unreachable", "reset"],
    ]);
  });
});

describe("a shard that fails", () => {
  it("because it is overloaded is a 503 with a time to retry, and is not asked again", async () => {
    const events = logged();
    const message = "Durable Object is overloaded. Requests queued for too long.";
    const front = failingFront(errorOf(message, { overloaded: true, retryable: true }), { LOG_LEVEL: "info" });
    const answer = await front.chat();
    expect([answer.status, answer.headers.get("retry-after"), jsonOf(answer)]).toMatchObject([
      503,
      "2",
      { error: { code: "unavailable" } },
    ]);
    expect(front.cluster.upstreamCalls).toHaveLength(0);
    expect(events).toMatchObject([{ level: "warn", event: "shard_unreachable", failure: "overloaded", overloaded: true, message }]);
  });

  it("because of a bug is a 500 that the log explains and the client's answer does not", async () => {
    const events = logged();
    const front = failingFront(errorOf("rows is not iterable", { remote: true }), { LOG_LEVEL: "info" });
    const answer = await front.chat();
    expect([answer.status, jsonOf(answer)]).toMatchObject([500, { error: { code: "internal_error" } }]);
    expect(answer.text).not.toContain("iterable");
    expect(front.cluster.upstreamCalls).toHaveLength(0);
    expect(events).toMatchObject([{ level: "error", event: "shard_failed", message: "rows is not iterable" }]);
  });

  it.each([
    ["an answer", true, 502, "upstream_invalid"],
    ["a request", false, 413, "body_too_large"],
  ])("because %s is too large for RPC never becomes a provider call", async (_what, remote, status, code) => {
    const events = logged();
    const message = "Serialized RPC arguments or return values are limited to 32MiB, but the size of this value was: 35651605 bytes.";
    const front = failingFront(errorOf(message, remote ? { remote } : {}), { LOG_LEVEL: "info" });
    const answer = await front.chat();
    expect([answer.status, jsonOf(answer)]).toMatchObject([status, { error: { code } }]);
    expect(front.cluster.upstreamCalls).toHaveLength(0);
    expect(events).toMatchObject([{ event: "shard_unreachable", failure: "too_large" }]);
  });

  it.each([
    ["its connection is lost", errorOf("Network connection lost.", { retryable: true })],
    ["its disk is full", errorOf("database or disk is full: SQLITE_FULL", { remote: true })],
    ["of an unknown error", errorOf("something new")],
  ])("because %s is bypassed", async (_what, error) => {
    const front = failingFront(error);
    const answer = await front.chat();
    expect([answer.headers.get("refrain-cache"), answer.headers.get("cache-status")]).toEqual(["BYPASS", "refrain; fwd=bypass"]);
  });
});

describe("a bypass call", () => {
  it("is one of at most sixty-four of an isolate, for different questions", async () => {
    const front = failingFront(errorOf("Network connection lost."));
    const headers = Promise.withResolvers<void>();
    const { upstream } = front.cluster;
    front.cluster.upstream = async () => {
      await headers.promise;
      return upstream();
    };
    const answering = Array.from({ length: 64 }, (_, question) => front.chat(chatBody(`question ${question}`)));
    await vi.waitFor(() => expect(front.cluster.upstreamCalls).toHaveLength(64));
    const refused = await front.chat(chatBody("one more"));
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    headers.resolve();
    expect(new Set((await Promise.all(answering)).map(({ status }) => status))).toEqual(new Set([200]));
    expect((await front.chat(chatBody("one more"))).status).toBe(200);
  });

  it.each([
    ["lost its connection", errorOf("Network connection lost.")],
    ["was reset", errorOf(RESET, { durableObjectReset: true })],
  ])("is not made when the client has left before the shard %s, and the shard is not asked again", async (_what, error) => {
    const front = failingFront(error);
    const failing = Promise.withResolvers<never>();
    front.cluster.dead.clear();
    front.cluster.answering = () => failing.promise;
    const client = new AbortController();
    const init = { method: "POST", body: JSON.stringify(chatBody("hi")), signal: client.signal };
    const opening = front.open("/v1/chat/completions", init);
    await vi.waitFor(() => expect(front.cluster.asked).toHaveLength(1));
    client.abort();
    failing.reject(error);
    await opening;
    expect([front.cluster.asked.length, front.cluster.upstreamCalls.length, front.bypasses]).toEqual([1, 0, 0]);
  });

  it("is refused when the isolate has no memory for it", async () => {
    const front = failingFront(errorOf("Network connection lost."), { ISOLATE_MAX_BYTES: String(1024 * 1024), L0_MAX_BYTES: "0" });
    expect((await front.chat(chatBody("ж".repeat(600_000)))).status).toBe(503);
    expect(front.cluster.upstreamCalls).toHaveLength(0);
    expect((await front.chat()).status).toBe(200);
  });

  it("sends heartbeats while the provider is silent, and ends in time when it stays silent", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    const body = handBody();
    const front = failingFront(errorOf("Network connection lost."), { UPSTREAM_IDLE_TIMEOUT_SECONDS: "40" });
    front.cluster.upstream = () =>
      Promise.resolve({ kind: "response", status: 200, contentType: "text/event-stream", retryAfter: null, body: body.stream });
    const answering = front.chat(chatBody("hi", { stream: true }));
    await vi.waitFor(() => expect(front.cluster.upstreamCalls).toHaveLength(1));
    body.write(deltaEvent("begun"));
    await vi.advanceTimersByTimeAsync(60_000);
    const { text } = await answering;
    expect(text.match(/^: heartbeat$/gm)?.length).toBe(4);
    expect(text).toMatch(/begun.*"code":"upstream_timeout".*\n\n$/s);
    expect(body.cancelled).toBe(true);
  });

  it("ends when its client reads nothing for a minute, and frees its slot", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    const body = handBody();
    const front = failingFront(errorOf("Network connection lost."));
    front.cluster.upstream = () =>
      Promise.resolve({ kind: "response", status: 200, contentType: "text/event-stream", retryAfter: null, body: body.stream });
    const opening = front.open("/v1/chat/completions", { method: "POST", body: JSON.stringify(chatBody("hi", { stream: true })) });
    await vi.waitFor(() => expect(front.cluster.upstreamCalls).toHaveLength(1));
    for (let event = 0; event < 20; event++) body.write(deltaEvent("x".repeat(8 * 1024)));
    const response = await opening;
    await vi.advanceTimersByTimeAsync(59_000);
    expect([front.bypasses, body.cancelled]).toEqual([1, false]);
    await vi.advanceTimersByTimeAsync(2000);
    expect([front.bypasses, body.cancelled]).toEqual([0, true]);
    expect(await response.text()).toMatch(/"error".*\n\n$/s);
  });
});
