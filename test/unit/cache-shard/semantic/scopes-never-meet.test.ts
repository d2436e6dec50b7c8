import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planRequest } from "../../../../workers/front/request/request-plan.ts";
import type { Plan } from "../../../../workers/front/request/request-plan.ts";
import { resolveConfig } from "../../../../shared/config/resolve-config.ts";
import { parseChatRequest } from "../../../../workers/front/request/chat/chat-request.ts";

const resolved = resolveConfig({ AUTH: "open", OPENAI_BASE_URL: "http://upstream.test/v1" }, "test", (text) =>
  createHash("sha256").update(text).digest("hex"),
);
if (!resolved.ok) throw new Error("the test's configuration is invalid");
const config = resolved.value;

/** Everything in a request except the final user text. */
interface Surroundings {
  readonly tenant: string;
  readonly partitionUser: string | null;
  readonly model: string;
  readonly system: string;
  readonly earlier: readonly string[];
  readonly temperature: number;
}

// Few values, which makes equal ones likely, and strings that would collide if they were joined without separators.
const word = fc.constantFrom("a", "b", "ab", "a:b", '"a"', "a\u0000b", "tenant", "t");
const surroundings: fc.Arbitrary<Surroundings> = fc.record({
  tenant: word,
  partitionUser: fc.option(word, { nil: null }),
  model: word,
  system: word,
  earlier: fc.array(word, { maxLength: 2 }),
  temperature: fc.constantFrom(0, 0.7, 1),
});

function plan({ tenant, partitionUser, model, system, earlier, temperature }: Surroundings, question: string): Plan {
  const turns = earlier.map((content, index) => ({ role: index % 2 === 0 ? "user" : "assistant", content }));
  const messages = [{ role: "system", content: system }, ...turns, { role: "user", content: question }];
  const chat = parseChatRequest({ model, messages, temperature });
  if (!chat.ok) throw new Error(JSON.stringify(chat.error));
  const planned = planRequest({ chat: chat.value, provider: null, tenant, partitionUser, customKey: null }, config);
  if (!planned.ok) throw new Error(JSON.stringify(planned.error));
  return planned.value;
}

describe("a scope", () => {
  it("is shared by exactly those requests that differ only in their last question", () => {
    fc.assert(
      fc.property(surroundings, surroundings, fc.string(), fc.string(), (one, other, question, another) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(plan(one, question).scope === plan(other, another).scope).toBe(same);
        expect(plan(one, question).key === plan(other, another).key).toBe(same && question === another);
      }),
      { numRuns: 500 },
    );
  });

  it.each<readonly [string, Partial<Surroundings>]>([
    ["tenants", { tenant: "b" }],
    ["users in separate partitions", { partitionUser: "u" }],
    ["models", { model: "b" }],
    ["system prompts", { system: "b" }],
    ["earlier turns", { earlier: ["b"] }],
    ["temperatures", { temperature: 1 }],
  ])("is never shared by two %s", (_what, change) => {
    const base: Surroundings = { tenant: "a", partitionUser: null, model: "a", system: "a", earlier: [], temperature: 0 };
    expect(plan({ ...base, ...change }, "q").scope).not.toBe(plan(base, "q").scope);
  });
});
