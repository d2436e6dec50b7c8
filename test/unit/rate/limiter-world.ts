import * as fc from "fast-check";
import type { RatePolicy } from "../../../shared/domain/rate/lease-messages.ts";
import type { Admission } from "../../../workers/limits/lease-book.ts";
import { FakeClock, type FakeLimiter, FakeLimiters, type Isolate, newIsolate, settle, UNLIMITED_POLICY } from "./fake-limiters.ts";

const ISOLATES = 4;

export type FinitePolicy = RatePolicy & { readonly requests: number };

export type Step =
  | { readonly kind: "admit"; readonly isolate: number; readonly requests: number }
  | { readonly kind: "steady"; readonly isolates: number; readonly requests: number; readonly gapMs: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "refund"; readonly nth: number }
  | { readonly kind: "idle"; readonly isolate: number }
  | { readonly kind: "kill" }
  | { readonly kind: "crash"; readonly when: "before_commit" | "after_commit" }
  | { readonly kind: "lose_isolate"; readonly isolate: number }
  | { readonly kind: "policy"; readonly policy: FinitePolicy }
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "clock_back"; readonly ms: number };

const isolate = fc.nat(ISOLATES - 1);

export interface WeightedStep {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<Step>;
}

/** Requests of isolates that come and go, and an object that loses its memory at any point. */
const CALM_STEPS: readonly WeightedStep[] = [
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("admit" as const), isolate, requests: fc.integer({ min: 1, max: 12 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("steady" as const),
      isolates: fc.integer({ min: 1, max: ISOLATES }),
      requests: fc.integer({ min: 10, max: 60 }),
      gapMs: fc.constantFrom(20, 100, 500, 1500),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.oneof(fc.nat(500), fc.nat(5000), fc.nat(70_000)) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("refund" as const), nth: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("idle" as const), isolate }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("kill" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("crash" as const), when: fc.constantFrom("before_commit" as const, "after_commit" as const) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose_isolate" as const), isolate }) },
];

/** Calm steps and `more`, in any order. */
export function history(...more: readonly WeightedStep[]): fc.Arbitrary<Step[]> {
  return fc.array(fc.oneof(...CALM_STEPS, ...more), { minLength: 10, maxLength: 80 });
}

export const finitePolicy: fc.Arbitrary<FinitePolicy> = fc.record({
  requests: fc.integer({ min: 1, max: 4000 }),
  windowSeconds: fc.constantFrom(1, 60, 3600),
  burst: fc.integer({ min: 1, max: 200 }),
});

interface Admitted {
  readonly kind: "admitted";
  readonly atMs: number;
  readonly refund: () => void;
  refunded: boolean;
}

/** The policy that the limiter applies from a time on. */
interface PolicyChange {
  readonly kind: "policy";
  readonly atMs: number;
  readonly policy: FinitePolicy;
}

/** One user, several isolates and a limiter. Times are in real milliseconds, which a clock that is set back does not change. */
export class LimiterWorld {
  readonly clock = new FakeClock();
  readonly limiters = new FakeLimiters(this.clock);
  readonly isolates: Isolate[];
  longestDelayMs = 0;
  /** In the order in which they happened. */
  readonly #events: (Admitted | PolicyChange)[] = [];
  #policy: FinitePolicy;
  #applied: FinitePolicy | null = null;
  #setBackMs = 0;

  constructor(userPolicy: FinitePolicy) {
    this.#policy = userPolicy;
    this.isolates = Array.from({ length: ISOLATES }, () => this.#isolate());
  }

  get admitted(): readonly Admitted[] {
    return this.#events.filter((event) => event.kind === "admitted");
  }

  get limiter(): FakeLimiter {
    return this.limiters.user("acme", "ann");
  }

  async run(step: Step): Promise<void> {
    switch (step.kind) {
      case "admit":
        for (let request = 0; request < step.requests; request += 1) this.#admit(step.isolate);
        return settle();
      case "steady":
        for (let request = 0; request < step.requests; request += 1) {
          this.#admit(request % step.isolates);
          await settle();
          await this.clock.advance(step.gapMs);
        }
        return;
      case "wait":
        return this.clock.advance(step.ms);
      case "refund":
        return this.#refund(step.nth);
      case "idle":
        this.isolates[step.isolate]!.book.returnLeases(this.clock.nowMs);
        return settle();
      case "kill":
        return this.limiter.kill();
      case "crash":
        this.limiter.crash = step.when;
        return;
      case "lose_isolate":
        this.isolates[step.isolate] = this.#isolate();
        return;
      case "policy":
        this.#policy = step.policy;
        for (const index of this.isolates.keys()) this.isolates[index] = this.#isolate();
        return;
      case "slow":
        return this.#slow(step.ms);
      case "clock_back":
        this.#setBackMs += step.ms;
        this.clock.nowMs -= step.ms;
    }
  }

  /**
   * How far any interval exceeds what an ideal token bucket admits in its length + `slackMs`, in requests; ≤ 0 when
   * none does. The ideal bucket starts full and may go below zero, so the worst interval ends at its lowest level.
   */
  worstExcess(slackMs = 0): number {
    const [first] = this.#events;
    let policy = first?.kind === "policy" ? first.policy : this.#policy;
    let level = policy.burst;
    let lastMs = first?.atMs ?? 0;
    let worst = Number.NEGATIVE_INFINITY;
    for (const event of this.#events) {
      level = Math.min(policy.burst, level + (event.atMs - lastMs) * perMs(policy));
      lastMs = event.atMs;
      if (event.kind === "policy") {
        policy = event.policy;
        level = Math.min(policy.burst, level);
      } else if (!event.refunded) {
        level -= 1;
        worst = Math.max(worst, -level - slackMs * perMs(policy));
      }
    }
    return worst;
  }

  /** Sends one request and returns its outcome. It is not part of the history that `worstExcess` checks. */
  async ask(index: number): Promise<Admission> {
    return await this.isolates[index]!.book.admit({ tenant: "acme", user: "ann", nowMs: this.clock.nowMs });
  }

  #realMs(): number {
    return this.clock.nowMs + this.#setBackMs;
  }

  #isolate(): Isolate {
    return newIsolate(this.limiters, this.clock, { user: this.#policy, tenant: UNLIMITED_POLICY }, 1);
  }

  #admit(index: number): void {
    const { book } = this.isolates[index]!;
    // The limiter applies a new policy from the first request that names it.
    if (this.#applied !== this.#policy) {
      this.#applied = this.#policy;
      this.#events.push({ kind: "policy", atMs: this.#realMs(), policy: this.#policy });
    }
    const count = async (): Promise<void> => {
      const admission = await book.admit({ tenant: "acme", user: "ann", nowMs: this.clock.nowMs });
      if (admission.kind !== "admitted") return;
      this.#events.push({ kind: "admitted", atMs: this.#realMs(), refund: () => admission.refund(), refunded: false });
    };
    void count();
  }

  #refund(nth: number): void {
    const open = this.admitted.filter(({ refunded }) => !refunded);
    const chosen = open[nth % Math.max(1, open.length)];
    if (chosen === undefined) return;
    chosen.refunded = true;
    chosen.refund();
  }

  /** Makes all further answers take this long. */
  #slow(ms: number): void {
    this.longestDelayMs = Math.max(this.longestDelayMs, ms);
    Object.defineProperty(this.limiter, "gate", {
      configurable: true,
      get: () => new Promise<void>((resolve) => this.clock.startTimer(ms, resolve)),
    });
  }
}

function perMs({ requests, windowSeconds }: FinitePolicy): number {
  return requests / (windowSeconds * 1000);
}
