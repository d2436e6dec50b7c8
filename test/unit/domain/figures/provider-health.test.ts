import { describe, expect, it } from "vitest";
import type { UpstreamFailure } from "../../../../shared/domain/cache-error.ts";
import type { ProviderRecord } from "../../../../shared/domain/figures/provider-health.ts";
import { providerFault, providerHealth } from "../../../../shared/domain/figures/provider-health.ts";

const NOW_MS = 1_800_000_000_000;
const FIVE_MINUTES_MS = 300_000;

function status(code: number): UpstreamFailure {
  return {
    kind: "upstream_error",
    provider: "openai",
    status: code,
    message: "sk-secret is wrong",
    errorType: "secret",
    code: "secret",
    retryAfterSeconds: null,
  };
}

function record(lastAnswerMs: number | null, lastErrorMs: number | null): ProviderRecord {
  const failed = lastErrorMs !== null;
  return { provider: "openai", lastAnswerMs, lastErrorMs, lastErrorReason: failed ? "status" : null, lastErrorStatus: failed ? 500 : null };
}

describe("a failed call is the provider's fault", () => {
  it.each([401, 402, 403, 407, 408, 429, 500, 502, 503, 529])("with status %i", (code) => {
    expect(providerFault(status(code))).toEqual({ reason: "status", status: code });
  });

  it.each([
    [{ kind: "upstream_unreachable", provider: "p" }, "unreachable"],
    [{ kind: "upstream_timeout", provider: "p", phase: "idle" }, "timeout"],
    [{ kind: "upstream_invalid", provider: "p", reason: "garbage" }, "invalid_answer"],
  ] as const)("when it is %j", (error, reason) => {
    expect(providerFault(error)).toEqual({ reason, status: null });
  });

  it.each([
    status(400),
    status(404),
    status(413),
    status(422),
    { kind: "overloaded", what: "upstream_queue", retryAfterSeconds: 1 } as const,
  ])("but not when it is %j", (error) => {
    expect(providerFault(error)).toBeNull();
  });
});

describe("a provider's state", () => {
  it.each<[string, readonly ProviderRecord[], string]>([
    ["there is no record", [], "idle"],
    ["it has answered", [record(NOW_MS - 1, null)], "ok"],
    ["it has failed", [record(null, NOW_MS - 1)], "failing"],
    ["it has answered since it failed", [record(NOW_MS - 1, NOW_MS - 2)], "ok"],
    ["it has failed since it answered", [record(NOW_MS - 2, NOW_MS - 1)], "failing"],
    ["another shard got an answer after the failure", [record(null, NOW_MS - 2), record(NOW_MS - 1, null)], "ok"],
    ["another shard saw a failure after the answer", [record(NOW_MS - 2, null), record(NOW_MS - 9, NOW_MS - 1)], "failing"],
    ["the failure is five minutes old", [record(null, NOW_MS - FIVE_MINUTES_MS)], "failing"],
    ["the failure is older than five minutes", [record(null, NOW_MS - FIVE_MINUTES_MS - 1)], "idle"],
  ])("when %s", (_when, records, state) => {
    expect(providerHealth(records, NOW_MS).state).toBe(state);
  });

  it("includes the newest answer and the newest error of all shards", () => {
    expect(providerHealth([record(NOW_MS - 5, NOW_MS - 9), record(NOW_MS - 7, NOW_MS - 8), record(null, null)], NOW_MS)).toEqual({
      state: "ok",
      lastAnswerMs: NOW_MS - 5,
      lastError: { atMs: NOW_MS - 8, reason: "status", status: 500 },
    });
  });
});
