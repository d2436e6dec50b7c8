import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RatePolicy } from "../../../shared/domain/rate/lease-messages.ts";
import { FakeClock, FakeLimiters, type Isolate, newIsolate, settle, UNLIMITED_POLICY } from "./fake-limiters.ts";

const ISOLATES = 3;

type Step =
  | { readonly kind: "admit"; readonly isolate: number; readonly requests: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "refund"; readonly nth: number }
  | { readonly kind: "restart" }
  | { readonly kind: "lose_isolate"; readonly isolate: number }
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "clock_back"; readonly ms: number };

const isolate = fc.nat(ISOLATES - 1);
const calmSteps = [
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("admit" as const), isolate, requests: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.oneof(fc.nat(500), fc.nat(5000), fc.nat(40_000)) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("refund" as const), nth: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose_isolate" as const), isolate }) },
] as const;
const slowStep = { weight: 2, arbitrary: fc.record({ kind: fc.constant("slow" as const), ms: fc.nat(2500) }) };

const policy = fc.record({
  requests: fc.integer({ min: 1, max: 4000 }),
  windowSeconds: fc.constantFrom(1, 60, 3600),
  burst: fc.integer({ min: 1, max: 200 }),
});

interface Counted {
  readonly atMs: number;
  readonly refund: () => void;
  refunded: boolean;
}

/** How far any interval exceeds burst + rate × (length + slack), in drops; ≤ 0 when none does. */
function worstExcess(instants: readonly number[], shape: RatePolicy & { requests: number }, slackMs: number): number {
  const windowMs = shape.windowSeconds * 1000;
  let worst = Number.NEGATIVE_INFINITY;
  // Simulates a bucket that starts full and may go below zero. The excess of the worst interval is its lowest level.
  let drops = shape.burst * windowMs;
  let lastMs = instants[0] ?? 0;
  for (const atMs of instants) {
    drops = Math.min(shape.burst * windowMs, drops + (atMs - lastMs) * shape.requests) - windowMs;
    lastMs = atMs;
    worst = Math.max(worst, -drops - slackMs * shape.requests);
  }
  return worst;
}

class World {
  readonly clock = new FakeClock();
  readonly limiters = new FakeLimiters(this.clock);
  readonly counted: Counted[] = [];
  readonly isolates: Isolate[];
  longestDelayMs = 0;
  readonly #policy: RatePolicy;

  constructor(userPolicy: RatePolicy) {
    this.#policy = userPolicy;
    this.isolates = Array.from({ length: ISOLATES }, () => this.#isolate());
  }

  async run(step: Step): Promise<void> {
    switch (step.kind) {
      case "admit":
        for (let request = 0; request < step.requests; request += 1) this.#admit(step.isolate);
        return settle();
      case "wait":
        return this.clock.advance(step.ms);
      case "refund":
        return this.#refund(step.nth);
      case "restart":
        return this.#limiter().restart();
      case "lose_isolate":
        this.isolates[step.isolate] = this.#isolate();
        return;
      case "slow":
        return this.#slow(step.ms);
      case "clock_back":
        this.clock.nowMs -= step.ms;
    }
  }

  net(): number[] {
    return this.counted
      .filter(({ refunded }) => !refunded)
      .map(({ atMs }) => atMs)
      .sort((a, b) => a - b);
  }

  #isolate(): Isolate {
    return newIsolate(this.limiters, this.clock, { user: this.#policy, tenant: UNLIMITED_POLICY }, 1);
  }

  #limiter() {
    return this.limiters.user("acme", "ann");
  }

  #admit(index: number): void {
    const { book } = this.isolates[index]!;
    const count = async (): Promise<void> => {
      const admission = await book.admit({ tenant: "acme", user: "ann", nowMs: this.clock.nowMs });
      if (admission.kind === "admitted") this.counted.push({ atMs: this.clock.nowMs, refund: () => admission.refund(), refunded: false });
    };
    void count();
  }

  #refund(nth: number): void {
    const open = this.counted.filter(({ refunded }) => !refunded);
    const chosen = open[nth % Math.max(1, open.length)];
    if (chosen === undefined) return;
    chosen.refunded = true;
    chosen.refund();
  }

  /** Makes all further answers take this long. */
  #slow(ms: number): void {
    this.longestDelayMs = Math.max(this.longestDelayMs, ms);
    const limiter = this.#limiter();
    Object.defineProperty(limiter, "gate", {
      configurable: true,
      get: () => new Promise<void>((resolve) => this.clock.startTimer(ms, resolve)),
    });
  }
}

describe("over any interleaving of isolates, leases, refunds, expiries and restarts", () => {
  it("no interval admits more than burst + rate × time", async () => {
    let admissions = 0;
    await fc.assert(
      fc.asyncProperty(policy, fc.array(fc.oneof(...calmSteps), { minLength: 10, maxLength: 80 }), async (shape, steps) => {
        const world = new World(shape);
        for (const step of steps) await world.run(step);
        admissions += world.net().length;
        expect(worstExcess(world.net(), shape, 0)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 400 },
    );
    expect(admissions).toBeGreaterThan(5000);
  });

  it("a slow limiter admits no more, given that it charges a request up to one delay before the admission", async () => {
    await fc.assert(
      fc.asyncProperty(policy, fc.array(fc.oneof(...calmSteps, slowStep), { minLength: 10, maxLength: 80 }), async (shape, steps) => {
        const world = new World(shape);
        for (const step of steps) await world.run(step);
        await world.clock.advance(60_000);
        expect(worstExcess(world.net(), shape, world.longestDelayMs)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 300 },
    );
  });

  it("a clock that is set back refills nothing twice", async () => {
    const back = { weight: 1, arbitrary: fc.record({ kind: fc.constant("clock_back" as const), ms: fc.nat(100_000) }) };
    await fc.assert(
      fc.asyncProperty(policy, fc.array(fc.oneof(...calmSteps, back), { minLength: 10, maxLength: 80 }), async (shape, steps) => {
        const world = new World(shape);
        // The bucket's clock starts with the first request.
        await world.run({ kind: "admit", isolate: 0, requests: 1 });
        const startMs = world.clock.nowMs;
        let furthestMs = startMs;
        for (const step of steps) {
          await world.run(step);
          furthestMs = Math.max(furthestMs, world.clock.nowMs);
        }
        const windowMs = shape.windowSeconds * 1000;
        expect(world.net().length * windowMs).toBeLessThanOrEqual(shape.burst * windowMs + (furthestMs - startMs) * shape.requests);
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
          const world = new World({ requests: 1, windowSeconds: 3600, burst });
          for (const requests of batches) await world.run({ kind: "admit", isolate: 0, requests });
          const asked = batches.reduce((sum, requests) => sum + requests, 0);
          expect(world.counted.length).toBe(Math.min(asked, burst));
        },
      ),
      { numRuns: 200 },
    );
  });
});
