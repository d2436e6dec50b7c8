import { describe, expect, it } from "vitest";
import type { UpstreamCall } from "../../../shared/contracts/upstream-api.ts";
import { ProviderAnswer } from "../../../shared/providers/call/provider-answer.ts";
import { systemClock } from "../../../shared/time/clock.ts";
import { handBody } from "../../support/shard-provider.ts";

const PATIENCE = { firstByteMs: 1000, idleMs: 1000, totalMs: 1000 };
const REFUSAL = JSON.stringify({ error: { message: "This model does not support streaming.", param: "stream" } });

describe("a call that is given up", () => {
  it("is not repeated without streaming when the provider has just refused to stream", async () => {
    const calls: UpstreamCall[] = [];
    const refusal = handBody();
    const answer = new ProviderAnswer(
      { provider: "p", model: "m", body: "{}" },
      { append: () => undefined },
      {
        clock: systemClock,
        patience: PATIENCE,
        call: async (call) => {
          calls.push(call);
          return {
            kind: "response",
            status: 400,
            contentType: "application/json",
            retryAfter: null,
            body: calls.length === 1 ? refusal.stream : null,
          };
        },
      },
    );
    const outcome = answer.read();
    refusal.write(REFUSAL);
    await new Promise((resolve) => setTimeout(resolve, 5));
    answer.abandon();
    expect((await outcome).kind).toBe("failed");
    expect(calls.map(({ stream }) => stream)).toEqual([true]);
  });
});
