import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TenantQueue } from "../../../../durable-objects/cache-shard/upstream/tenant-queue.ts";

const MAX_WAITING = 12;

/** A call of the model: its tenant and its number within the tenant. */
interface Call {
  readonly tenant: string;
  readonly number: number;
}

type Step = { readonly kind: "push"; readonly tenant: string } | { readonly kind: "free"; readonly holder: number };

/** A queue in front of a number of slots, which are taken while any is free, as a shard does it. */
class Slots {
  readonly queue = new TenantQueue<Call>(MAX_WAITING);
  readonly held: string[] = [];
  readonly waiting: Call[] = [];
  readonly #slots: number;
  #calls = 0;

  constructor(slots: number) {
    this.#slots = slots;
  }

  activeOf(tenant: string): number {
    return this.held.filter((holder) => holder === tenant).length;
  }

  waitingOf(tenant: string): number {
    return this.waiting.filter((call) => call.tenant === tenant).length;
  }

  push(tenant: string): Call | null {
    const call = { tenant, number: this.#calls++ };
    if (this.held.length < this.#slots) {
      this.queue.started(tenant);
      this.held.push(tenant);
      return null;
    }
    this.waiting.push(call);
    const refused = this.queue.push(tenant, call);
    if (refused !== null) this.waiting.splice(this.waiting.indexOf(refused), 1);
    return refused;
  }

  /** Frees the slot of one holder. Returns the call that gets it. */
  free(holder: number): Call | null {
    const [tenant = ""] = this.held.splice(holder % this.held.length, 1);
    this.queue.ended(tenant);
    const next = this.queue.next();
    if (next === null) return null;
    this.held.push(next.tenant);
    this.waiting.splice(this.waiting.indexOf(next.item), 1);
    return next.item;
  }
}

const steps = (tenants: readonly string[]) =>
  fc.array<Step>(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("push" as const), tenant: fc.constantFrom(...tenants) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("free" as const), holder: fc.nat() }) },
    ),
    { maxLength: 120 },
  );

describe("a queue of tenants", () => {
  it("gives each slot to a tenant that holds the fewest, in the order of its calls, and leaves none free", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), steps(["a", "b", "c", "d"]), (count, taken) => {
        const slots = new Slots(count);
        for (const step of taken) {
          if (step.kind === "push") slots.push(step.tenant);
          else if (slots.held.length > 0) {
            const before = [...slots.waiting];
            const call = slots.free(step.holder);
            expect(call === null).toBe(before.length === 0);
            if (call === null) continue;
            const own = slots.activeOf(call.tenant) - 1;
            for (const other of before)
              expect(own).toBeLessThanOrEqual(slots.activeOf(other.tenant) - (other.tenant === call.tenant ? 1 : 0));
            expect(before.find(({ tenant }) => tenant === call.tenant)).toBe(call);
          }
          expect(slots.queue.waiting).toBe(slots.waiting.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("serves a tenant that does not have its share of the slots next or second, however much another one floods it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(fc.nat(), { minLength: 2, maxLength: 60 }), (count, freed) => {
        const slots = new Slots(count);
        const flood = (): void => {
          while (slots.held.length < count || slots.waitingOf("flood") < MAX_WAITING - 1) slots.push("flood");
        };
        flood();
        let passedOver = 0;
        for (const holder of freed) {
          if (slots.waitingOf("other") === 0) expect(slots.push("other")).toBeNull();
          const call = slots.free(holder);
          if (call === null) continue;
          // The other tenant has its share when it holds more slots than the one that floods it.
          const hadShare = slots.activeOf("other") > slots.activeOf("flood") - (call.tenant === "flood" ? 1 : 0);
          passedOver = call.tenant === "other" || hadShare ? 0 : passedOver + 1;
          expect(passedOver).toBeLessThan(2);
          flood();
        }
      }),
      { numRuns: 500 },
    );
  });

  it("refuses a call only when it is full, and then one of the tenant with the most waiting calls", () => {
    fc.assert(
      fc.property(steps(["a", "b", "c"]), (taken) => {
        const slots = new Slots(1);
        for (const step of taken) {
          if (step.kind === "free") {
            if (slots.held.length > 0) slots.free(step.holder);
            continue;
          }
          const wasFull = slots.waiting.length === MAX_WAITING;
          const refused = slots.push(step.tenant);
          expect(refused !== null).toBe(wasFull);
          if (refused === null) continue;
          const left = slots.waitingOf(refused.tenant) + 1;
          for (const tenant of ["a", "b", "c"]) expect(slots.waitingOf(tenant)).toBeLessThanOrEqual(left);
          expect(slots.waiting.every(({ tenant, number }) => tenant !== refused.tenant || number < refused.number)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("removes the calls that are no longer wanted, and keeps the order of the others", () => {
    const queue = new TenantQueue<number>(MAX_WAITING);
    for (let call = 0; call < 10; call++) queue.push(call % 2 === 0 ? "a" : "b", call);
    expect(queue.removeUnless((call) => call > 3)).toEqual([0, 2, 1, 3]);
    const order = Array.from({ length: 7 }, () => queue.next()?.item ?? null);
    expect(order).toEqual([4, 5, 6, 7, 8, 9, null]);
  });
});
