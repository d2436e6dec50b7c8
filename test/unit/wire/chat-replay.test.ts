import { describe, expect, it } from "vitest";
import { replayText, SSE_DONE, SSE_HEARTBEAT, sseEvent } from "../../../shared/wire/chat-replay.ts";

describe("server-sent events", () => {
  it("carry one line of data as it is", () => {
    expect(sseEvent('{"a":1}')).toBe('data: {"a":1}\n\n');
  });

  it("carry a line end as one more data line, so that no data can forge an event", () => {
    expect(sseEvent("a\nb\r\nc\rd")).toBe("data: a\ndata: b\ndata: c\ndata: d\n\n");
    expect(sseEvent("x\n\ndata: [DONE]")).toBe("data: x\ndata: \ndata: data: [DONE]\n\n");
  });

  it("beat with a comment", () => {
    expect(SSE_HEARTBEAT).toMatch(/^:.*\n\n$/);
  });
});

describe("the replay of a stored answer", () => {
  it("gives the deltas, the usage only when there is one, and the end", () => {
    expect(replayText(["a", "b"], null)).toBe(`data: a\n\ndata: b\n\n${SSE_DONE}`);
    expect(replayText(["a"], "u")).toBe(`data: a\n\ndata: u\n\n${SSE_DONE}`);
    expect(replayText([], null)).toBe(SSE_DONE);
  });
});
