import { describe, expect, it } from "vitest";
import type { FinishedAnswer } from "../../../../shared/domain/caching/storability.ts";
import { storability } from "../../../../shared/domain/caching/storability.ts";

const WHOLE: FinishedAnswer = { terminated: true, finishReasons: ["stop"], empty: false, bytes: 100 };
const LIMIT_BYTES = 100;

describe("what may be stored", () => {
  it.each([["stop"], ["tool_calls"], ["function_call"]])("an answer that ended with %s", (reason) => {
    expect(storability({ ...WHOLE, finishReasons: [reason] }, LIMIT_BYTES)).toEqual({ kind: "storable" });
  });

  it("several choices when each is complete", () => {
    expect(storability({ ...WHOLE, finishReasons: ["stop", "tool_calls", "stop"] }, LIMIT_BYTES).kind).toBe("storable");
  });

  it.each([
    ["a stream without its terminal event", { terminated: false }, "truncated"],
    ["no choice at all", { finishReasons: [] }, "empty"],
    ["an answer without content", { empty: true }, "empty"],
    ["an answer that was cut off", { finishReasons: ["length"] }, "finish_reason"],
    ["a filtered answer", { finishReasons: ["content_filter"] }, "finish_reason"],
    ["an unknown finish reason", { finishReasons: ["insufficient_system_resource"] }, "finish_reason"],
    ["an unfinished choice", { finishReasons: ["stop", null] }, "finish_reason"],
    ["one choice that was cut off", { finishReasons: ["stop", "length"] }, "finish_reason"],
    ["one byte too many", { bytes: 101 }, "too_large"],
  ] as const)("never: %s", (_what, changes, reason) => {
    expect(storability({ ...WHOLE, ...changes }, LIMIT_BYTES)).toEqual({ kind: "uncacheable", reason });
  });

  it("nothing when the limit is 0 bytes", () => {
    expect(storability(WHOLE, 0).kind).toBe("uncacheable");
  });
});
