import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { RatePolicy } from "../../../shared/domain/rate/lease-messages.ts";
import { type Admission, LeaseBook } from "../../../workers/limits/lease-book.ts";
import { durableLimiters, userLimiterName } from "../../../workers/limits/limiter-port.ts";

const SLOW_REFILL: RatePolicy = { requests: 1, windowSeconds: 3600, burst: 50 };
const UNLIMITED: RatePolicy = { requests: null, windowSeconds: 3600, burst: 50 };

const namespace = env.RATE_LIMITER;

let tenants = 0;

/** A new tenant, and one lease book for each simulated isolate. */
function newTenant(isolates: number, policies: { user?: RatePolicy; tenant?: RatePolicy } = {}) {
  tenants += 1;
  const tenant = `tenant-${tenants}`;
  let calls = 0;
  const limiters = durableLimiters({
    getByName: (name) => {
      calls += 1;
      return namespace.getByName(name);
    },
  });
  const books = Array.from(
    { length: isolates },
    () =>
      new LeaseBook({
        limiters,
        policies: { user: SLOW_REFILL, tenant: UNLIMITED, ...policies },
        ports: {
          nowMs: () => Date.now(),
          newAttempt: () => crypto.randomUUID(),
          startTimer: (delayMs, fire) => {
            const timer = setTimeout(fire, delayMs);
            return () => clearTimeout(timer);
          },
          defer: () => {},
          unreachable: () => {},
        },
      }),
  );
  return {
    admit: async (isolate: number, user = "ann"): Promise<Admission> => await books[isolate]!.admit({ tenant, user, nowMs: Date.now() }),
    evict: async (user = "ann") => {
      const limiter = namespace.getByName(userLimiterName(tenant, user));
      // Only a running object can be evicted. This call starts it: leases make other calls rare.
      await limiter.status();
      await evictDurableObject(limiter);
    },
    status: (user = "ann") => namespace.getByName(userLimiterName(tenant, user)).status(),
    calls: () => calls,
  };
}

function count(admissions: readonly Admission[], kind: Admission["kind"]): number {
  return admissions.filter((admission) => admission.kind === kind).length;
}

describe("lease books on real limiter objects", () => {
  it("admit exactly the burst when 51 requests arrive at once in one isolate", async () => {
    const { admit, calls } = newTenant(1);
    const admissions = await Promise.all(Array.from({ length: 51 }, () => admit(0)));
    expect([count(admissions, "admitted"), count(admissions, "denied")]).toEqual([50, 1]);
    expect(calls()).toBe(3);
  });

  it("admit exactly the burst although the object is evicted between requests", async () => {
    const { admit, evict } = newTenant(1);
    const admissions: Admission[] = [];
    for (let request = 0; request < 51; request += 1) {
      admissions.push(await admit(0));
      if (request % 10 === 0) await evict();
    }
    expect([count(admissions, "admitted"), count(admissions, "denied")]).toEqual([50, 1]);
  });

  it.each([false, true])("never admit more than the burst across two isolates (evictions: %s)", async (evictions) => {
    const { admit, evict, status } = newTenant(2);
    const admissions: Admission[] = [];
    for (let round = 0; round < 20; round += 1) {
      admissions.push(...(await Promise.all([admit(0), admit(1), admit(0), admit(1), admit(0)])));
      if (evictions) await evict();
    }
    expect(count(admissions, "unavailable")).toBe(0);
    // Both isolates asked until the bucket was empty, so every lease was spent completely.
    expect(count(admissions, "admitted")).toBe(50);
    expect((await status())?.remaining).toBe(0);
  });

  it("share a tenant's bucket between users, and refund the user's bucket when the tenant's is empty", async () => {
    const { admit, status } = newTenant(1, { tenant: { ...SLOW_REFILL, burst: 3 } });
    const admissions = await Promise.all(["a", "b", "c", "d", "e"].map((user) => admit(0, user)));
    expect(admissions.map(({ kind }) => kind)).toEqual(["admitted", "admitted", "admitted", "denied", "denied"]);
    const denial = admissions[3];
    expect(denial).toMatchObject({ kind: "denied", limitedBy: "tenant", user: { remaining: 50 } });
    expect((await status("a"))?.remaining).toBe(49);
  });
});
