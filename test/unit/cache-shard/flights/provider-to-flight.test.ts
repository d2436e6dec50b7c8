import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Flight } from "../../../../durable-objects/cache-shard/flights/flight.ts";
import type { CallReply, ProviderOutcome } from "../../../../shared/providers/call/provider-answer.ts";
import { pumpUpstream } from "../../../../durable-objects/cache-shard/flights/provider-to-flight.ts";
import type { UpstreamCall } from "../../../../shared/contracts/upstream-api.ts";
import type { Json } from "../../../../shared/domain/json.ts";
import { MAX_ANSWER_NODES } from "../../../../shared/wire/json/json-body.ts";
import { flightRig } from "../../../support/flight-rig.ts";
import type { FakeClock } from "../../../support/shard-fake-clock.ts";
import type { HandBody } from "../../../support/shard-provider.ts";
import {
  answerEvents,
  contentOf,
  deltaEvent,
  eventOf,
  DONE_EVENT,
  handBody,
  readAll,
  settled,
  streamOf,
  usageEvent,
} from "../../../support/shard-provider.ts";

const MIB = 1024 * 1024;
const PATIENCE = { firstByteMs: 10_000, idleMs: 20_000, totalMs: 60_000 };
const encoder = new TextEncoder();

interface Reply {
  readonly status?: number;
  readonly contentType?: string;
  readonly retryAfter?: string | null;
  readonly body?: ReadableStream<Uint8Array> | null;
}

interface Run {
  readonly outcome: Promise<ProviderOutcome>;
  readonly flight: Flight;
  readonly clock: FakeClock;
  readonly calls: UpstreamCall[];
  /** Everything that was streamed. */
  readonly streamed: Promise<string>;
}

function replyOf({ status = 200, contentType = "text/event-stream", retryAfter = null, body = null }: Reply): CallReply {
  return { kind: "response", status, contentType, retryAfter, body };
}

function run(
  replies: readonly (CallReply | Promise<CallReply>)[],
  options: { readonly keep?: boolean; readonly limitBytes?: number } = {},
): Run {
  const { flight, clock, join } = flightRig({ keep: options.keep ?? true, limitBytes: options.limitBytes ?? 64 * MIB });
  const calls: UpstreamCall[] = [];
  const streamed = readAll(join(true));
  const outcome = pumpUpstream(
    flight,
    { provider: "openai", model: "m", body: "{}" },
    {
      clock,
      patience: PATIENCE,
      call: async (request) => {
        calls.push(request);
        return (await replies[calls.length - 1]) ?? { kind: "unreachable" };
      },
    },
  );
  void outcome.then((end) =>
    flight.end(
      end.kind === "failed"
        ? end
        : { kind: "answered", json: end.answer.json, provider: "openai", createdMs: 0, expiresMs: 0, stored: false, tokens: 0 },
    ),
  );
  return { outcome, flight, clock, calls, streamed };
}

function streaming(pieces: readonly (string | Uint8Array)[]): Run {
  return run([replyOf({ body: streamOf(pieces) })]);
}

describe("a whole answer", () => {
  it("is streamed as it arrives, assembled and marked as terminated", async () => {
    const { outcome, streamed, calls } = streaming(answerEvents("Hello there, friend."));
    const end = await outcome;
    expect(end).toMatchObject({
      kind: "answered",
      terminated: true,
      answer: { finishReasons: ["stop"], usage: { inputTokens: 5, outputTokens: 7 }, empty: false },
    });
    expect(contentOf(await streamed)).toBe("Hello there, friend.");
    expect(end.kind === "answered" && JSON.parse(end.answer.json)).toMatchObject({
      choices: [{ message: { content: "Hello there, friend." } }],
    });
    expect(calls).toEqual([{ provider: "openai", model: "m", body: "{}", stream: true, firstByteTimeoutMs: PATIENCE.firstByteMs }]);
  });

  it("is the same however its bytes are split", async () => {
    const bytes = encoder.encode(answerEvents("Grüße, 世界! 🎉 done").join(""));
    const whole = await streaming([bytes]).streamed;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 30 }), async (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const pieces = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
        expect(await streaming(pieces).streamed).toBe(whole);
      }),
      { numRuns: 100 },
    );
  });

  it("without [DONE] is answered, but not marked as terminated", async () => {
    const { outcome, streamed } = streaming([deltaEvent("hi"), deltaEvent("", "stop")]);
    expect(await outcome).toMatchObject({ kind: "answered", terminated: false });
    expect(contentOf(await streamed)).toBe("hi");
  });

  it("that was cut off by `length` has that finish reason", async () => {
    expect(await streaming(answerEvents("half an", "length")).outcome).toMatchObject({
      kind: "answered",
      answer: { finishReasons: ["length"] },
    });
  });

  it("ends at [DONE], where the body is cancelled", async () => {
    const body = handBody();
    const { outcome } = run([replyOf({ body: body.stream })]);
    for (const event of answerEvents("hi")) body.write(event);
    expect((await outcome).kind).toBe("answered");
    await settled();
    expect(body.cancelled).toBe(true);
  });
});

describe("an answer as JSON", () => {
  const completion = {
    id: "c1",
    object: "chat.completion",
    created: 1,
    model: "m2",
    choices: [{ index: 0, message: { role: "assistant", content: "whole" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  };

  it("instead of events is still streamed as events", async () => {
    const { outcome, streamed } = run([replyOf({ contentType: "application/json", body: streamOf([JSON.stringify(completion)]) })]);
    expect(await outcome).toMatchObject({
      kind: "answered",
      terminated: true,
      answer: { model: "m2", usage: { inputTokens: 1, outputTokens: 2 } },
    });
    expect(contentOf(await streamed)).toBe("whole");
  });

  it("is garbage when it has more values and member names than any answer", async () => {
    const text = (nodes: number): string => JSON.stringify({ ...completion, extra: new Array(nodes).fill(0) });
    const outcome = (nodes: number) => run([replyOf({ contentType: "application/json", body: streamOf([text(nodes)]) })]).outcome;
    expect(await outcome(MAX_ANSWER_NODES / 2)).toMatchObject({ kind: "answered" });
    expect(await outcome(MAX_ANSWER_NODES)).toMatchObject({ kind: "failed", error: { kind: "upstream_invalid", reason: "garbage" } });
  });

  it.each([
    ["{", "garbage"],
    ["[]", "garbage"],
    ["<html>", "garbage"],
    [JSON.stringify({ error: { message: "x" } }), "garbage"],
    [JSON.stringify({ ...completion, choices: [] }), "empty"],
    [`{"choices":[{"message":null}]}`, "garbage"],
  ])("%s is %s", async (text, reason) => {
    const { outcome } = run([replyOf({ contentType: "application/json", body: streamOf([text]) })]);
    expect(await outcome).toEqual({ kind: "failed", error: { kind: "upstream_invalid", provider: "openai", reason } });
  });

  it("that never ends is given up as too large", async () => {
    const piece = new Uint8Array(MIB).fill(32);
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(piece) });
    const { outcome } = run([replyOf({ contentType: "application/json", body: endless })]);
    expect(await outcome).toMatchObject({ error: { kind: "upstream_invalid", reason: "too_large" } });
  });
});

describe("a refusal to stream", () => {
  it("is followed by one more call without streaming", async () => {
    const refusal = streamOf([
      JSON.stringify({ error: { message: "Your organization must be verified to stream this model.", param: "stream" } }),
    ]);
    const completion = streamOf([`{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}`]);
    const { outcome, calls } = run([
      replyOf({ status: 400, contentType: "application/json", body: refusal }),
      replyOf({ contentType: "application/json", body: completion }),
    ]);
    expect((await outcome).kind).toBe("answered");
    expect(calls.map(({ stream }) => stream)).toEqual([true, false]);
  });

  it("of the second call is an error and causes no third call", async () => {
    const refusal = (): CallReply => replyOf({ status: 400, body: streamOf([`{"error":{"message":"no stream","param":"stream"}}`]) });
    const { outcome, calls } = run([refusal(), refusal(), refusal()]);
    expect(await outcome).toMatchObject({ kind: "failed", error: { kind: "upstream_error", status: 400 } });
    expect(calls).toHaveLength(2);
  });
});

describe("an upstream error", () => {
  it.each([400, 401, 403, 404, 408, 422, 429, 500, 502, 503, 529, 599])("status %i keeps its status and message", async (status) => {
    const { outcome, flight } = run([replyOf({ status, body: streamOf([`{"error":{"message":"because","type":"t","code":"c"}}`]) })]);
    expect(await outcome).toEqual({
      kind: "failed",
      error: { kind: "upstream_error", provider: "openai", status, message: "because", errorType: "t", code: "c", retryAfterSeconds: null },
    });
    expect(flight.buffer.end).toBe(0);
  });

  it("carries the provider's Retry-After", async () => {
    expect(await run([replyOf({ status: 429, retryAfter: "17" })]).outcome).toMatchObject({ error: { retryAfterSeconds: 17 } });
  });

  it("is read up to a size limit", async () => {
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(encoder.encode("x".repeat(9000))) });
    expect(await run([replyOf({ status: 500, body: endless })]).outcome).toMatchObject({ error: { kind: "upstream_error", status: 500 } });
  });

  it.each([301, 302, 307, 308])("a redirect (%i) is not followed", async (status) => {
    const body = handBody();
    expect(await run([replyOf({ status, body: body.stream })]).outcome).toMatchObject({
      error: { kind: "upstream_invalid", reason: "redirect" },
    });
    expect(body.cancelled).toBe(true);
  });

  it.each([
    ["unreachable", { kind: "unreachable" }, { kind: "upstream_unreachable" }],
    ["timeout", { kind: "timeout" }, { kind: "upstream_timeout", phase: "first_byte" }],
    ["queue_full", { kind: "queue_full" }, { kind: "overloaded", what: "upstream_queue" }],
  ] as const)("%s is reported as such", async (_what, reply, error) => {
    expect(await run([reply]).outcome).toMatchObject({ kind: "failed", error });
  });
});

describe("a broken stream", () => {
  it.each([
    ["nothing at all", [], "truncated"],
    ["a body that stops in the middle", [deltaEvent("half")], "truncated"],
    ["half an event", [deltaEvent("half"), 'data: {"cho'], "truncated"],
    ["[DONE] and nothing before it", [DONE_EVENT], "empty"],
    ["usage and [DONE] alone", [usageEvent(), DONE_EVENT], "empty"],
    ["[DONE] before the finish reason", [deltaEvent("half"), DONE_EVENT], "truncated"],
    ["what is not JSON", ["data: <html>\n\n"], "garbage"],
    ["garbage after good events", [deltaEvent("a"), "data: {]\n\n"], "garbage"],
    ["an event with too many values", [eventOf({ choices: [], extra: new Array(MAX_ANSWER_NODES).fill(0) as Json })], "garbage"],
    ["an event that never ends", [`data: ${"x".repeat(5 * MIB)}`], "garbage"],
  ] as const)("%s is %s", async (_what, pieces, reason) => {
    const { outcome, streamed } = streaming(pieces);
    expect(await outcome).toEqual({ kind: "failed", error: { kind: "upstream_invalid", provider: "openai", reason } });
    expect(await streamed).toMatch(/\[ERROR upstream_invalid\]$/);
  });

  it("an empty choice is an answer that is marked as empty", async () => {
    expect(await streaming([deltaEvent("", "stop"), DONE_EVENT]).outcome).toMatchObject({ kind: "answered", answer: { empty: true } });
  });

  it("a response without a body is truncated", async () => {
    expect(await run([replyOf({})]).outcome).toMatchObject({ error: { reason: "truncated" } });
  });

  it("an error event is the provider's error, and the body is cancelled", async () => {
    const body = handBody();
    const { outcome } = run([replyOf({ body: body.stream })]);
    body.write(deltaEvent("a"));
    body.write(`data: {"error":{"message":"overloaded","type":"server_error"}}\n\n`);
    expect(await outcome).toMatchObject({ kind: "failed", error: { kind: "upstream_error", message: "overloaded" } });
    await settled();
    expect(body.cancelled).toBe(true);
  });

  it("a connection that breaks is truncated", async () => {
    const body = handBody();
    const { outcome } = run([replyOf({ body: body.stream })]);
    body.write(deltaEvent("a"));
    await settled();
    body.fail();
    expect(await outcome).toMatchObject({ error: { kind: "upstream_invalid", reason: "truncated" } });
  });

  it("a stream without end is given up before it fills the isolate's memory", async () => {
    const event = encoder.encode(deltaEvent("y".repeat(200_000)));
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(event) });
    const { outcome } = run([replyOf({ body: endless })]);
    expect(await outcome).toMatchObject({ error: { kind: "upstream_invalid", reason: "too_large" } });
  });

  it("an isolate without memory for its events streams it whole, but does not store it", async () => {
    const { outcome, flight, streamed } = run([replyOf({ body: streamOf(answerEvents("a ".repeat(2000))) })], { limitBytes: 30_000 });
    expect(await outcome).toMatchObject({ kind: "answered", terminated: true });
    expect(contentOf(await streamed)).toBe("a ".repeat(2000));
    expect(flight.buffered).toBe(false);
  });

  it("never throws and always ends, whatever bytes arrive", async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        deltaEvent("x"),
        deltaEvent("", "stop"),
        usageEvent(),
        DONE_EVENT,
        "\n\n",
        "data:",
        ": c\n\n",
        "event: error\ndata: x\n\n",
        "data: [1]\n\n",
        "data: null\n\n",
        'data: {"choices":null}\n\n',
        'data: {"choices":[null]}\n\n',
        'data: {"choices":[{"delta":7}]}\n\n',
      ),
      fc.uint8Array({ maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 8 }),
        fc.constantFrom(200, 204, 299, 302, 400, 500),
        fc.constantFrom("text/event-stream", "application/json", "", "text/html"),
        async (pieces, status, contentType) => {
          const { outcome, streamed } = run([replyOf({ status, contentType, body: streamOf(pieces) })]);
          expect(["answered", "failed"]).toContain((await outcome).kind);
          await streamed;
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("the time limit", () => {
  function stalling(): Run & { readonly body: HandBody } {
    const body = handBody();
    return { ...run([replyOf({ body: body.stream })]), body };
  }

  it("runs out before the first event", async () => {
    const { outcome, clock, body } = stalling();
    await settled();
    clock.advance(PATIENCE.firstByteMs);
    expect(await outcome).toMatchObject({ error: { kind: "upstream_timeout", phase: "first_byte" } });
    expect(body.cancelled).toBe(true);
  });

  it("runs out between events", async () => {
    const { outcome, clock, body } = stalling();
    body.write(deltaEvent("a"));
    await settled();
    clock.advance(PATIENCE.idleMs - 1);
    body.write(deltaEvent("b"));
    await settled();
    clock.advance(PATIENCE.idleMs - 1);
    await settled();
    clock.advance(1);
    expect(await outcome).toMatchObject({ error: { kind: "upstream_timeout", phase: "idle" } });
    expect(body.cancelled).toBe(true);
  });

  it("runs out in total, however steadily events arrive", async () => {
    const { outcome, clock, body } = stalling();
    for (let elapsed = 0; elapsed < PATIENCE.totalMs; elapsed += 5000) {
      body.write(deltaEvent("a"));
      await settled();
      clock.advance(5000);
    }
    expect(await outcome).toMatchObject({ error: { kind: "upstream_timeout", phase: "total" } });
  });

  it("runs out while the call is queued or its object hangs, and a late reply is cancelled", async () => {
    const late = handBody();
    const reply = Promise.withResolvers<CallReply>();
    const { outcome, clock } = run([reply.promise]);
    await settled();
    clock.advance(PATIENCE.firstByteMs);
    expect(await outcome).toMatchObject({ error: { kind: "upstream_timeout", phase: "first_byte" } });
    reply.resolve(replyOf({ body: late.stream }));
    await settled();
    expect(late.cancelled).toBe(true);
  });

  it("runs out while an error body is read", async () => {
    const body = handBody();
    const { outcome, clock } = run([replyOf({ status: 500, body: body.stream })]);
    await settled();
    clock.advance(PATIENCE.firstByteMs);
    expect(await outcome).toMatchObject({ error: { kind: "upstream_timeout" } });
  });

  it("leaves no timer behind", async () => {
    const { outcome, clock, streamed } = streaming(answerEvents("hi"));
    await outcome;
    await streamed;
    await settled();
    expect(clock.pending).toBe(0);
  });
});

describe("a call whose answer is not kept", () => {
  it("is cancelled when its only client disconnects", async () => {
    const body = handBody();
    const { flight, clock, join } = flightRig({ keep: false });
    const outcome = pumpUpstream(
      flight,
      { provider: "openai", model: "m", body: "{}" },
      { clock, patience: PATIENCE, call: () => Promise.resolve(replyOf({ body: body.stream })) },
    );
    const stream = join();
    body.write(deltaEvent("a"));
    await settled();
    await stream.cancel();
    expect((await outcome).kind).toBe("failed");
    expect(body.cancelled).toBe(true);
  });
});
