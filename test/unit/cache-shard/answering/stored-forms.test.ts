import { describe, expect, it } from "vitest";
import { replayOfEvents } from "../../../../durable-objects/cache-shard/answering/stored-replay.ts";
import { SSE_DONE, sseEvent } from "../../../../shared/wire/chat/sse-writer.ts";

function replay(deltas: readonly string[], usage: string, includeUsage: boolean): string {
  const events = new TextEncoder().encode(deltas.map(sseEvent).join(""));
  return new TextDecoder().decode(replayOfEvents(events, usage, includeUsage));
}

describe("the replay of a stored answer", () => {
  it("contains the deltas, the usage event if it is requested and available, and the terminal event", () => {
    expect(replay(["a", "b"], "", true)).toBe(`data: a\n\ndata: b\n\n${SSE_DONE}`);
    expect(replay(["a"], "u", true)).toBe(`data: a\n\ndata: u\n\n${SSE_DONE}`);
    expect(replay(["a"], "u", false)).toBe(`data: a\n\n${SSE_DONE}`);
    expect(replay([], "", false)).toBe(SSE_DONE);
  });
});
