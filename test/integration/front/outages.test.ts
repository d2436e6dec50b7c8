import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Front, wholeAnswer } from "../../support/shard-front.ts";

let warnings: Record<string, unknown>[] = [];

beforeEach(() => {
  warnings = [];
  vi.spyOn(console, "warn").mockImplementation((line: string) => void warnings.push(JSON.parse(line) as Record<string, unknown>));
});
afterEach(() => vi.restoreAllMocks());

/** A front whose limiters cannot be reached. */
function withoutLimiters(vars: Record<string, string> = {}): Front {
  const front = new Front({ RATE_LIMIT_REQUESTS: "1000", TENANT_RATE_LIMIT_REQUESTS: "unlimited", LOG_LEVEL: "warn", ...vars });
  const lease = (): Promise<never> => Promise.reject(new Error("Durable Object is overloaded"));
  Object.assign(front.env, { RATE_LIMITER: { getByName: () => ({ lease, release: lease }) } });
  return front;
}

describe("an outage of the limiters", () => {
  it("is logged with its reason, at most ten times a minute however many users it meets, and names no user", async () => {
    const front = withoutLimiters();
    front.cluster.answering = () => wholeAnswer();
    for (let user = 0; user < 30; user++) expect((await front.chat(undefined, { "refrain-user": `secret-user-${user}` })).status).toBe(200);
    expect(warnings).toHaveLength(10);
    expect(warnings[0]).toEqual({
      level: "warn",
      event: "limiter_unreachable",
      bucket: "user",
      reason: "Error: Durable Object is overloaded",
      versionId: expect.any(String) as string,
    });
    expect(JSON.stringify(warnings)).not.toContain("secret-user");
  });

  it("is not logged where the operator wants errors only", async () => {
    await withoutLimiters({ LOG_LEVEL: "error" }).chat();
    expect(warnings).toEqual([]);
  });
});
