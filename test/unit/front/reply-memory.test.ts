import { describe, expect, it } from "vitest";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { ReplyMemory } from "../../../workers/front/memory/reply-memory.ts";

const MINUTE_MS = 60_000;

describe("memory of large replies in the isolate", () => {
  it("is refused when there is none, and given back once", () => {
    const ledger = new IsolateLedger(1000);
    const replies = new ReplyMemory(ledger.open("answers", "front"));
    const hold = replies.reserve(800, 0);
    expect(replies.reserve(300, 0)).toBeNull();
    hold?.release();
    hold?.release();
    expect(ledger.usedBytes).toBe(0);
    expect(replies.reserve(300, 0)).not.toBeNull();
  });

  it("of a request that ended without a word is given back after a minute, unless its client reads", () => {
    const ledger = new IsolateLedger(1000);
    const replies = new ReplyMemory(ledger.open("answers", "front"));
    const reading = replies.reserve(400, 0);
    replies.reserve(400, 0);
    expect(replies.reserve(400, MINUTE_MS)).toBeNull();
    reading?.touch(MINUTE_MS);
    expect(replies.reserve(400, MINUTE_MS + 1)).not.toBeNull();
    expect(ledger.usedBytes).toBe(800);
  });
});
