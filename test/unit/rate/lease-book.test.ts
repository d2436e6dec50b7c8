import { describe, expect, it } from "vitest";
import type { RatePolicy } from "../../../shared/domain/rate/lease-messages.ts";
import { LEASE_TTL_SECONDS } from "../../../shared/domain/rate/lease-ledger.ts";
import { UNAVAILABLE_MEMORY_MS } from "../../../shared/domain/rate/held-leases.ts";
import { type Admission, IDLE_MS, MAX_IDLE_RETURNS } from "../../../workers/limits/lease-book.ts";
import { FOLLOWER_PATIENCE_MS, LIMITER_TIMEOUT_MS } from "../../../workers/limits/lease-queue.ts";
import { FakeClock, FakeLimiters, newIsolate, settle, UNLIMITED_POLICY } from "./fake-limiters.ts";

const HOURLY: RatePolicy = { requests: 1000, windowSeconds: 3600, burst: 50 };

function world(policies: { user?: RatePolicy; tenant?: RatePolicy } = {}, maxBuckets?: number) {
  const clock = new FakeClock();
  const limiters = new FakeLimiters(clock);
  const { book, deferred, failures } = newIsolate(limiters, clock, { user: HOURLY, tenant: UNLIMITED_POLICY, ...policies }, maxBuckets);
  const admit = (user = "ann", tenant = "acme") => book.admit({ tenant, user, nowMs: clock.nowMs });
  return { clock, limiters, book, deferred, failures, admit };
}

function kinds(admissions: readonly Admission[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of admissions) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function admitted(admission: Admission): Extract<Admission, { kind: "admitted" }> {
  if (admission.kind !== "admitted") throw new Error(`expected an admission, got ${JSON.stringify(admission)}`);
  return admission;
}

describe("a lease book", () => {
  it("admits exactly the burst, one after another", async () => {
    const { admit, limiters } = world();
    for (let request = 1; request <= 50; request += 1) expect(admitted(await admit()).user?.remaining).toBe(50 - request);
    expect(await admit()).toEqual({
      kind: "denied",
      limitedBy: "user",
      retryAfterSeconds: 4,
      user: { limit: 1000, burst: 50, windowSeconds: 3600, remaining: 0, resetSeconds: 180, retryAfterSeconds: 4 },
    });
    expect(limiters.calls).toBeLessThan(35);
  });

  it("admits exactly the burst of concurrent requests, with few calls", async () => {
    const { admit, limiters } = world();
    const admissions = await Promise.all(Array.from({ length: 51 }, async () => await admit()));
    expect(kinds(admissions)).toEqual({ admitted: 50, denied: 1 });
    expect(limiters.calls).toBe(3);
  });

  it("serves waiting requests in order of arrival", async () => {
    const { admit } = world({ user: { ...HOURLY, burst: 3 } });
    const admissions = await Promise.all(Array.from({ length: 5 }, async () => await admit()));
    expect(admissions.map(({ kind }) => kind)).toEqual(["admitted", "admitted", "admitted", "denied", "denied"]);
  });

  it("answers synchronously while it holds a lease", async () => {
    const { admit } = world({ user: { ...HOURLY, burst: 1000 } });
    for (let warm = 0; warm < 10; warm += 1) await admit();
    const [first, second] = [admit(), admit()];
    expect([first, second].some((admission) => !(admission instanceof Promise))).toBe(true);
  });

  it("needs a small fraction of a call per request of a steady user", async () => {
    const { admit, clock, limiters } = world({ user: { requests: 36_000, windowSeconds: 3600, burst: 500 } });
    for (let request = 0; request < 2000; request += 1) {
      admitted(await admit());
      await clock.advance(200);
    }
    expect(limiters.calls / 2000).toBeLessThan(0.05);
  });

  it("takes no surplus for an infrequent user", async () => {
    const { admit, clock, limiters } = world();
    for (let request = 0; request < 20; request += 1) {
      admitted(await admit());
      await clock.advance((LEASE_TTL_SECONDS + 1) * 1000);
    }
    expect(limiters.user("acme", "ann").requests.map(({ expected }) => expected)).toEqual(Array.from({ length: 20 }, () => 1));
  });

  it("separates users and tenants, whatever their names", async () => {
    const { admit } = world({ user: { ...HOURLY, burst: 1 } });
    expect(kinds(await Promise.all([admit("b", "a"), admit("", "ab"), admit(":b", "a"), admit("b", "a:")]))).toEqual({ admitted: 4 });
  });

  it("makes no call without a limit, and admits nothing when the limit is zero", async () => {
    const unlimited = world({ user: UNLIMITED_POLICY });
    expect(admitted(await unlimited.admit()).user).toBeNull();
    expect(unlimited.limiters.calls).toBe(0);
    const closed = world({ user: { ...HOURLY, requests: 0 } });
    expect(closed.admit()).toMatchObject({ kind: "denied", retryAfterSeconds: 3600, user: { remaining: 0 } });
    expect(closed.limiters.calls).toBe(0);
  });
});

describe("denials", () => {
  it("are remembered until they end, so a flood makes no calls", async () => {
    const { admit, clock, limiters } = world({ user: { ...HOURLY, burst: 1 } });
    await admit();
    await admit();
    const { calls } = limiters;
    for (let request = 0; request < 1000; request += 1) expect(admit()).toMatchObject({ kind: "denied" });
    expect(limiters.calls).toBe(calls);
    await clock.advance(3599);
    expect(admit()).toMatchObject({ kind: "denied", retryAfterSeconds: 1 });
    await clock.advance(1);
    admitted(await admit());
  });

  it("give a wait after which a lone user is admitted", async () => {
    const { admit, clock } = world();
    for (let round = 0; round < 20; round += 1) {
      let admission = await admit();
      while (admission.kind === "admitted") admission = await admit();
      if (admission.kind !== "denied") throw new Error(admission.kind);
      await clock.advance(admission.retryAfterSeconds * 1000);
      expect((await admit()).kind).toBe("admitted");
    }
  });

  it("of the tenant apply to every user and cost the user nothing", async () => {
    const { admit, limiters } = world({ tenant: { ...HOURLY, burst: 2 } });
    expect(kinds([await admit("ann"), await admit("bob")])).toEqual({ admitted: 2 });
    expect(await admit("cid")).toMatchObject({ kind: "denied", limitedBy: "tenant", user: { remaining: 50, retryAfterSeconds: 0 } });
    const { calls } = limiters;
    expect(admit("ann")).toMatchObject({ kind: "denied", limitedBy: "tenant" });
    expect(limiters.calls).toBe(calls);
  });

  it("of one bucket return the request taken from the other", async () => {
    const { admit, clock, limiters } = world({ user: { ...HOURLY, burst: 5 }, tenant: { ...HOURLY, burst: 2 } });
    await Promise.all([admit(), admit(), admit(), admit()]);
    await clock.advance(3600);
    // Both buckets were refilled by one request. The user has spent only the two admitted ones.
    admitted(await admit());
    expect(limiters.user("acme", "ann").status()?.remaining).toBe(3);
  });

  it("are decided by calls to both buckets at once", async () => {
    const { admit, limiters } = world({ tenant: HOURLY });
    const admission = admit();
    expect(limiters.calls).toBe(2);
    admitted(await admission);
  });
});

describe("refunds", () => {
  it("of a lease with a surplus are spent again without a call and count once", async () => {
    const { admit, limiters } = world({ user: { ...HOURLY, burst: 1000 } });
    for (let warm = 0; warm < 3; warm += 1) await admit();
    const { calls } = limiters;
    const admission = admitted(await admit());
    const before = admission.user?.remaining;
    admission.refund();
    admission.refund();
    expect(admitted(await admit()).user?.remaining).toBe(before);
    expect(limiters.calls - calls).toBeLessThan(2);
  });

  it("of a lease without a surplus are returned with the next call and end a remembered denial", async () => {
    const { admit } = world({ user: { ...HOURLY, burst: 2 } });
    const first = admitted(await admit());
    admitted(await admit());
    expect(await admit()).toMatchObject({ kind: "denied" });
    first.refund();
    admitted(await admit());
    expect(await admit()).toMatchObject({ kind: "denied" });
  });
});

describe("leases end", () => {
  it("after their TTL, counted from before the request was sent", async () => {
    const { admit, clock, limiters } = world({ user: { ...HOURLY, burst: 1000 } });
    for (let warm = 0; warm < 4; warm += 1) await admit();
    const { calls } = limiters;
    await clock.advance(LEASE_TTL_SECONDS * 1000 - 1);
    await admit();
    expect(limiters.calls).toBe(calls);
    await clock.advance(1);
    await admit();
    expect(limiters.calls).toBe(calls + 1);
  });

  it("when their bucket is idle, and the rest is returned once", async () => {
    const { admit, clock, limiters, book } = world({ user: { ...HOURLY, burst: 1000 } });
    for (let warm = 0; warm < 4; warm += 1) await admit();
    const limiter = limiters.user("acme", "ann");
    expect(limiter.status()?.leased).toBeGreaterThan(0);
    await clock.advance(IDLE_MS);
    await admit("bob");
    await settle();
    expect(limiter.released.length).toBe(1);
    // Two requests were refilled meanwhile.
    expect(limiter.status()).toMatchObject({ leased: 0, remaining: 998 });
    expect(book.size).toBe(1);
  });

  it("when the isolate is idle, except in buckets that requests wait for", async () => {
    const { admit, clock, limiters, book } = world({ user: { ...HOURLY, burst: 1000 } });
    for (let warm = 0; warm < 4; warm += 1) await admit();
    limiters.user("acme", "bob").gate = new Promise(() => {});
    const waiting = admit("bob");
    book.returnLeases(clock.nowMs);
    await settle();
    expect(limiters.user("acme", "ann").released.length).toBe(1);
    expect(limiters.user("acme", "ann").status()).toMatchObject({ leased: 0, remaining: 996 });
    expect(book.size).toBe(1);
    await clock.advance(LIMITER_TIMEOUT_MS);
    expect(await waiting).toEqual({ kind: "unavailable" });
  });

  it("in a bounded number of calls when the isolate is idle", async () => {
    const users = MAX_IDLE_RETURNS + 5;
    const { admit, clock, limiters, book } = world({}, users);
    for (let user = 0; user < users; user += 1) {
      for (let warm = 0; warm < 4; warm += 1) await admit(`user-${user}`);
    }
    book.returnLeases(clock.nowMs);
    await settle();
    const released = () => [...limiters.objects.values()].reduce((sum, limiter) => sum + limiter.released.length, 0);
    expect(released()).toBe(MAX_IDLE_RETURNS);
    book.returnLeases(clock.nowMs);
    await settle();
    expect(released()).toBe(users);
  });

  it("without a call when they are exactly what waited, as those of a user slower than the idle time", async () => {
    const { admit, clock, limiters, book } = world();
    for (let request = 0; request < 20; request += 1) {
      admitted(await admit());
      await clock.advance(IDLE_MS);
      book.returnLeases(clock.nowMs);
      await clock.advance(2000);
    }
    expect(limiters.user("acme", "ann").released).toEqual([]);
    expect(limiters.calls).toBe(20);
  });

  it("when the clock is set back", async () => {
    const { admit, clock, limiters } = world({ user: { ...HOURLY, burst: 1000 } });
    for (let warm = 0; warm < 4; warm += 1) await admit();
    const { calls } = limiters;
    clock.nowMs -= 3_600_000;
    await admit();
    expect(limiters.calls).toBe(calls + 1);
  });

  it("when their bucket is evicted", async () => {
    const { admit, limiters, book } = world({ user: { ...HOURLY, burst: 1000 } }, 3);
    for (let warm = 0; warm < 4; warm += 1) await admit("first");
    for (let user = 0; user < 50; user += 1) await admit(`user-${user}`);
    await settle();
    expect(book.size).toBe(3);
    expect(limiters.user("acme", "first").released.length).toBe(1);
  });
});

describe("an unreachable limiter", () => {
  it("is distinguished from a denial and not called again for a second", async () => {
    const { admit, clock, limiters, failures } = world();
    const limiter = limiters.user("acme", "ann");
    limiter.failure = new Error("network connection lost");
    expect(await admit()).toEqual({ kind: "unavailable" });
    expect(admit()).toEqual({ kind: "unavailable" });
    expect(limiter.requests.length).toBe(1);
    expect(failures).toEqual([{ bucket: "user", reason: "Error: network connection lost" }]);
    limiter.failure = null;
    await clock.advance(UNAVAILABLE_MEMORY_MS);
    admitted(await admit());
  });

  it("is called once more with the same attempt when the platform allows it, but not when overloaded", async () => {
    const reset = world();
    reset.limiters.user("acme", "ann").failure = Object.assign(new Error("reset"), { durableObjectReset: true });
    expect(await reset.admit()).toEqual({ kind: "unavailable" });
    const [first, second] = reset.limiters.user("acme", "ann").requests;
    expect(second).toEqual(first);
    const busy = world();
    busy.limiters.user("acme", "ann").failure = Object.assign(new Error("overloaded"), { retryable: true, overloaded: true });
    expect(await busy.admit()).toEqual({ kind: "unavailable" });
    expect(busy.limiters.calls).toBe(1);
  });

  it("causes the request of the other bucket to be returned", async () => {
    const { admit, limiters } = world({ tenant: HOURLY });
    limiters.tenant("acme").failure = new Error("gone");
    expect(await admit()).toEqual({ kind: "unavailable" });
    limiters.tenant("acme").failure = null;
    expect(limiters.user("acme", "ann").status()?.remaining).toBe(49);
    await limiters.clock.advance(UNAVAILABLE_MEMORY_MS);
    expect(admitted(await admit()).user?.remaining).toBe(49);
  });

  it("times out when it never answers, and every timer is stopped", async () => {
    const { admit, clock, limiters, failures } = world();
    const gate = Promise.withResolvers<never>();
    limiters.user("acme", "ann").gate = gate.promise;
    const waiting = Promise.all([admit(), admit(), admit()]);
    await clock.advance(LIMITER_TIMEOUT_MS);
    expect(kinds(await waiting)).toEqual({ unavailable: 3 });
    await clock.advance(LIMITER_TIMEOUT_MS);
    expect(clock.timers).toBe(0);
    const { calls } = limiters;
    gate.reject(new Error("too late"));
    await settle();
    // Each of the calls is reported once: what comes after its timeout is not another failure.
    expect(failures).toEqual(Array.from({ length: calls }, () => ({ bucket: "user", reason: "timeout" })));
  });
});

describe("a leader that stops during its call", () => {
  /** A lease book whose first caller stops running. Its deferred work never settles. */
  function dyingLeader() {
    const parts = world();
    const limiter = parts.limiters.user("acme", "ann");
    limiter.gate = new Promise(() => {});
    const dead = parts.admit();
    limiter.gate = null;
    return { ...parts, dead, limiter };
  }

  it("delays its followers by their patience, then one of them calls for all of them", async () => {
    const { admit, clock, limiter } = dyingLeader();
    const followers = Promise.all([admit(), admit(), admit()]);
    await clock.advance(FOLLOWER_PATIENCE_MS);
    expect(kinds(await followers)).toEqual({ admitted: 3 });
    expect(limiter.requests.length).toBe(2);
  });

  it("returns the lease of an answer that arrives late after all", async () => {
    const { admit, clock, limiters } = world();
    const limiter = limiters.user("acme", "ann");
    let answer = (): void => {};
    limiter.gate = new Promise<void>((resolve) => (answer = resolve));
    const admissions = Promise.all([admit(), admit()]);
    limiter.gate = null;
    await clock.advance(FOLLOWER_PATIENCE_MS);
    expect(kinds(await admissions)).toEqual({ admitted: 2 });
    answer();
    await settle();
    // The limiter does not hold that request. Spent later, it would be admitted on top of a full bucket.
    expect(admitted(await admit()).user?.remaining).toBe(47);
    expect(limiter.requests.at(-1)?.returns).toEqual([{ leaseId: limiter.requests[0]?.attempt, unused: 1 }]);
  });

  it("does not break the lease book", async () => {
    const { admit, clock } = dyingLeader();
    await clock.advance(FOLLOWER_PATIENCE_MS + LIMITER_TIMEOUT_MS + UNAVAILABLE_MEMORY_MS);
    expect((await admit()).kind).toBe("admitted");
  });
});

describe("concurrent requests", () => {
  it("share one call, and the rest share the next one", async () => {
    const { admit, limiters } = world();
    const limiter = limiters.user("acme", "ann");
    let open = (): void => {};
    limiter.gate = new Promise<void>((resolve) => (open = resolve));
    const admissions = Array.from({ length: 20 }, async () => await admit());
    expect(limiter.requests.length).toBe(1);
    open();
    limiter.gate = null;
    expect(kinds(await Promise.all(admissions))).toEqual({ admitted: 20 });
    expect(limiter.requests.map(({ want }) => want)).toEqual([1, 19]);
  });
});
