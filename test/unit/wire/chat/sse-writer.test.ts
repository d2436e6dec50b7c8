import { describe, expect, it } from "vitest";
import { SSE_HEARTBEAT, sseEvent } from "../../../../shared/wire/chat/sse-writer.ts";

describe("server-sent events", () => {
  it("carry a single line of data unchanged", () => {
    expect(sseEvent('{"a":1}')).toBe('data: {"a":1}\n\n');
  });

  it("carry each line as a data line, so that no data can forge an event", () => {
    expect(sseEvent("a\nb\r\nc\rd")).toBe("data: a\ndata: b\ndata: c\ndata: d\n\n");
    expect(sseEvent("x\n\ndata: [DONE]")).toBe("data: x\ndata: \ndata: data: [DONE]\n\n");
  });

  it("use a comment as the heartbeat", () => {
    expect(SSE_HEARTBEAT).toMatch(/^:.*\n\n$/);
  });
});
