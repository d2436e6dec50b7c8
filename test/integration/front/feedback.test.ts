import { describe, expect, it } from "vitest";
import type { FeedbackReply } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { FrontAnswer } from "../../support/shard-front.ts";
import { Front, jsonOf } from "../../support/shard-front.ts";

const ENTRY = "e".repeat(64);
const DAY_SECONDS = 24 * 3600;

function judge(front: Front): Promise<FrontAnswer> {
  return front.fetch("/v1/feedback", { method: "POST", body: JSON.stringify({ entry: ENTRY, verdict: "bad" }) });
}

/**
 * A front whose shard 1 gives this reply. The `dead` shards are unreachable; the others did not serve the entry.
 */
function cluster(reply: FeedbackReply, dead: readonly number[] = []): Front {
  const front = new Front();
  front.cluster.judging = (shard) => (shard === 1 ? reply : { kind: "not_served" });
  for (const shard of dead) front.cluster.dead.add(shard);
  return front;
}

describe("POST /v1/feedback", () => {
  it("asks every shard, because the entry key does not say which shard noted the serving", async () => {
    const front = cluster({ kind: "accepted" });
    const answer = await judge(front);
    expect([answer.status, jsonOf(answer)]).toEqual([200, { entry: ENTRY, accepted: true }]);
    expect(front.cluster.judged.map(({ shard, entryKey, good }) => [shard, entryKey, good])).toEqual(
      [0, 1, 2, 3].map((shard) => [shard, ENTRY, false]),
    );
  });

  it("reports that the caller was not served the entry only if every shard says so", async () => {
    expect((await judge(cluster({ kind: "not_served" }))).status).toBe(404);
    const unsure = await judge(cluster({ kind: "not_served" }, [2]));
    expect([unsure.status, unsure.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(jsonOf(unsure)).toMatchObject({
      error: { type: "unavailable_error", code: "shard_unreachable", message: expect.stringContaining("Send the verdict again") as string },
    });
  });

  it("accepts a verdict even if all other shards are unreachable", async () => {
    expect((await judge(cluster({ kind: "accepted" }, [0, 2, 3]))).status).toBe(200);
  });

  it.each([[[]], [[2]]])("distinguishes a second verdict from too many verdicts (unreachable shards: %j)", async (dead) => {
    const second = await judge(cluster({ kind: "already_judged" }, dead));
    expect([second.status, second.headers.get("x-should-retry")]).toEqual([409, "false"]);
    expect(jsonOf(second)).toMatchObject({ error: { type: "invalid_request_error", param: null, code: "already_judged" } });
    const tooMany = await judge(cluster({ kind: "too_many", retryAfterSeconds: DAY_SECONDS }, dead));
    expect([tooMany.status, tooMany.headers.get("retry-after")]).toEqual([429, String(DAY_SECONDS)]);
    expect(jsonOf(tooMany)).toMatchObject({ error: { type: "rate_limit_error", param: null, code: "rate_limit_exceeded" } });
  });
});
