import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { finitePolicy, history, LimiterWorld, type Step } from "./limiter-world.ts";

/** Rounding of the reference, which computes with fractions. In requests. */
const ROUNDING = 1e-6;

async function worldAfter(world: LimiterWorld, steps: readonly Step[]): Promise<LimiterWorld> {
  for (const step of steps) await world.run(step);
  return world;
}

describe("over any interleaving of isolates, leases, refunds, expiries and kills", () => {
  it("no interval admits more than burst + rate × time", async () => {
    let admissions = 0;
    await fc.assert(
      fc.asyncProperty(finitePolicy, history(), async (policy, steps) => {
        const world = await worldAfter(new LimiterWorld(policy), steps);
        admissions += world.admitted.length;
        expect(world.worstExcess()).toBeLessThanOrEqual(ROUNDING);
      }),
      { numRuns: 400 },
    );
    expect(admissions).toBeGreaterThan(20_000);
  });

  it("no interval admits more after the policy has changed, in whichever direction", async () => {
    const change = { weight: 2, arbitrary: finitePolicy.map((policy) => ({ kind: "policy" as const, policy })) };
    await fc.assert(
      fc.asyncProperty(finitePolicy, history(change), async (policy, steps) => {
        const world = await worldAfter(new LimiterWorld(policy), steps);
        expect(world.worstExcess()).toBeLessThanOrEqual(ROUNDING);
      }),
      { numRuns: 300 },
    );
  });

  it("a slow limiter admits no more, given that it charges a request up to one delay before the admission", async () => {
    const slow = { weight: 2, arbitrary: fc.record({ kind: fc.constant("slow" as const), ms: fc.nat(2500) }) };
    await fc.assert(
      fc.asyncProperty(finitePolicy, history(slow), async (policy, steps) => {
        const world = await worldAfter(new LimiterWorld(policy), [...steps, { kind: "wait", ms: 60_000 }]);
        expect(world.worstExcess(world.longestDelayMs)).toBeLessThanOrEqual(ROUNDING);
      }),
      { numRuns: 300 },
    );
  });

  it("a clock that is set back refills nothing that real time does not", async () => {
    const back = {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("clock_back" as const), ms: fc.oneof(fc.nat(5000), fc.nat(100_000)) }),
    };
    await fc.assert(
      fc.asyncProperty(finitePolicy, history(back), async (policy, steps) => {
        const world = await worldAfter(new LimiterWorld(policy), steps);
        expect(world.worstExcess()).toBeLessThanOrEqual(ROUNDING);
      }),
      { numRuns: 300 },
    );
  });
});

describe("a lone user in one isolate", () => {
  it("gets the whole burst, however the requests come", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 }),
        async (burst, batches) => {
          const world = new LimiterWorld({ requests: 1, windowSeconds: 3600, burst });
          for (const requests of batches) await world.run({ kind: "admit", isolate: 0, requests });
          const asked = batches.reduce((sum, requests) => sum + requests, 0);
          expect(world.admitted.length).toBe(Math.min(asked, burst));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("is admitted after waiting as long as it was told or longer, whatever happened before", async () => {
    let denials = 0;
    const waits = fc.array(fc.oneof(fc.constant(0), fc.nat(20_000), fc.nat(100_000)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(finitePolicy, history(), waits, fc.boolean(), async (policy, steps, extraMs, killed) => {
        const world = await worldAfter(new LimiterWorld(policy), steps);
        world.limiter.crash = null;
        if (killed) world.limiter.kill();
        // What an isolate was told before a kill may be too short.
        await world.run({ kind: "lose_isolate", isolate: 0 });
        for (const ms of extraMs) {
          let admission = await world.ask(0);
          for (let more = 0; more < 300 && admission.kind === "admitted"; more += 1) admission = await world.ask(0);
          if (admission.kind !== "denied") return;
          denials += 1;
          await world.clock.advance(admission.retryAfterSeconds * 1000 + ms);
          expect((await world.ask(0)).kind).toBe("admitted");
        }
      }),
      { numRuns: 300 },
    );
    expect(denials).toBeGreaterThan(500);
  });
});
