import { describe, expect, it } from "vitest";
import { chatBody, Front, jsonOf, wholeAnswer } from "../../support/shard-front.ts";
import { answerEvents, deltaEvent, streamOf } from "../../support/shard-provider.ts";
import type { AnswerReply } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import { isolateLedger } from "../../../shared/memory/isolate-ledger.ts";

/** A hit whose JSON is streamed. */
function streamedAnswer(text: string): AnswerReply {
  const { json, sse: _sse, kind: _kind, ...meta } = wholeAnswer();
  const large = json.replace("hello", text);
  return { ...meta, kind: "stream", stream: streamOf([large]), bytes: large.length };
}

function post(front: Front, body: unknown, headers: Record<string, string> = {}): ReturnType<Front["fetch"]> {
  return front.fetch("/chat", { method: "POST", headers, body: JSON.stringify(body) });
}

const EVENTS = new TextEncoder().encode(answerEvents("hello there").join(""));

describe("POST /chat", () => {
  it("answers a prompt with a text and its metadata", async () => {
    const answer = await post(new Front(), { prompt: "hi", model: "m" });
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toMatchObject({
      success: true,
      response: "hello",
      data: "hello",
      cached: true,
      provider: "openai",
      usage: { inputTokens: 3, outputTokens: 4, totalTokens: 7 },
      metadata: { requestId: answer.headers.get("refrain-request-id"), cacheStatus: "HIT", cost: 0 },
    });
  });

  it("shares its entries with the chat route", async () => {
    const front = new Front();
    await post(front, { prompt: "hi", model: "m" });
    await front.chat(chatBody("hi"), { "cache-control": "no-cache" });
    expect(front.cluster.asked[0]?.key).toBe(front.cluster.asked[1]?.key);
  });

  it.each([
    ["whole", () => wholeAnswer({ json: "", sse: EVENTS })],
    [
      "live",
      () => ({
        ...wholeAnswer(),
        kind: "stream" as const,
        outcome: "MISS" as const,
        forwarded: "miss" as const,
        stream: streamOf([EVENTS]),
      }),
    ],
  ])("streams a %s answer in its own event format", async (_kind, reply) => {
    const front = new Front();
    front.cluster.answering = reply;
    const answer = await post(front, { prompt: "hi", stream: true });
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    expect(answer.text).toContain("hello ");
    expect(answer.text).not.toContain("chat.completion.chunk");
  });

  it.each([
    ["an error event", [deltaEvent("a"), 'data: {"error":{"message":"upstream broke"}}\n\n']],
    ["garbage", [deltaEvent("a"), "data: {]\n\n"]],
  ])("reports %s in its own format", async (_what, pieces) => {
    const front = new Front();
    front.cluster.answering = () => ({ ...wholeAnswer(), kind: "stream", outcome: "MISS", forwarded: "miss", stream: streamOf(pieces) });
    const answer = await post(front, { prompt: "hi", stream: true });
    expect(answer.text).toContain('"success":false');
  });

  it("answers with a large text, which its shard streams, and holds memory for it only until it is read", async () => {
    const front = new Front();
    const text = "long ".repeat(50_000);
    front.cluster.answering = () => streamedAnswer(text);
    const answer = await post(front, { prompt: "hi" });
    expect([answer.status, jsonOf(answer)["response"]]).toEqual([200, text]);
    expect(isolateLedger.usedBy("answers")).toBe(0);
  });

  it("refuses a large text when the isolate has no memory for it, and reports a shard that is reset meanwhile", async () => {
    const small = new Front({ ISOLATE_MAX_BYTES: String(1024 * 1024), L0_MAX_BYTES: "0" });
    small.cluster.answering = () => streamedAnswer("long ".repeat(50_000));
    const refused = await post(small, { prompt: "hi" });
    expect([refused.status, refused.headers.get("retry-after"), jsonOf(refused)["success"]]).toEqual([503, "1", false]);
    const broken = new Front();
    const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("reset")) });
    broken.cluster.answering = () => ({ ...wholeAnswer(), kind: "stream", stream, bytes: 100_000 });
    const answer = await post(broken, { prompt: "hi" });
    expect([answer.status, jsonOf(answer)["success"]]).toEqual([503, false]);
    expect(isolateLedger.usedBy("answers")).toBe(0);
  });

  it.each([
    [{}, "prompt"],
    [{ prompt: 5 }, "prompt"],
    [{ prompt: "x", maxTokens: "many" }, "maxTokens"],
    [{ prompt: "x", temperature: "hot" }, "temperature"],
    [{ prompt: "x", stream: "yes" }, "stream"],
  ])("answers %j with a 400 in its own format that names the field", async (body, field) => {
    const answer = await post(new Front(), body);
    expect(answer.status).toBe(400);
    expect(jsonOf(answer)).toMatchObject({ success: false, error: { field }, metadata: { requestId: expect.any(String) as string } });
  });

  it("refuses invalid headers in its own format, and bodies that are too large", async () => {
    expect(jsonOf(await post(new Front(), { prompt: "x" }, { "refrain-cache-mode": "maybe" }))).toMatchObject({ success: false });
    expect((await post(new Front({ MAX_BODY_BYTES: "20" }), { prompt: "x".repeat(50) })).status).toBe(413);
  });
});
