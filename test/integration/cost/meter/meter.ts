import { AsyncLocalStorage } from "node:async_hooks";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { CacheShard, RateLimiter, Upstream } from "../../../../durable-objects/index.ts";
import type { Due } from "./fake-time.ts";
import { FakeTime } from "./fake-time.ts";
import type { Metered } from "./metered-share.ts";
import { ObjectActivity } from "./object-activity.ts";
import type { MeteredClass, Owner } from "./owner.ts";
import { ownerKey, WORKER } from "./owner.ts";
import type { Method } from "./replaced-methods.ts";
import { ReplacedMethods } from "./replaced-methods.ts";
import type { Usage } from "./usage.ts";
import { UsageCounter } from "./usage-counter.ts";

const CLASSES: readonly (readonly [MeteredClass, { readonly prototype: object }])[] = [
  ["CACHE_SHARD", CacheShard],
  ["RATE_LIMITER", RateLimiter],
  ["UPSTREAM", Upstream],
];
const HOUR_MS = 3_600_000;
const PAST_THE_HOUR_MS = 30_000;
/** Longer than an isolate or an object works after its last request. */
const LONGEST_TASK_MS = 60_000;
/** Turns of the event loop in which work that is not done yet must show whether it goes on. */
const QUIET_TURNS = 4;

/**
 * Counts what the Worker and the objects use, by replacing methods of the platform in this isolate, and runs all of them
 * on one fake clock. Tests, the Worker and all objects share the isolate. An `AsyncLocalStorage` says whose code runs,
 * so that a timer fires inside the object that has set it.
 */
export class Meter {
  /** Called for every request to a provider. */
  provider: (init: RequestInit) => Promise<Response> = () => Promise.reject(new Error("no provider"));
  /** The `env` that an object gets instead of the platform's; null for no other. */
  envOf: (owner: Owner) => object | null = () => null;
  readonly #owners = new AsyncLocalStorage<Owner>();
  readonly #time = new FakeTime();
  readonly #activity = new ObjectActivity();
  readonly #counter = new UsageCounter();
  readonly #methods = new ReplacedMethods();
  #clearRealAlarm: Method = () => undefined;
  /** Timers of 0 ms that have not fired. They are real. */
  #pauses = 0;
  #random = 1;

  /** Starts to meter. Call it once per isolate, and `stop` at the end. */
  async start(): Promise<void> {
    for (const [binding, { prototype }] of CLASSES) this.#meterClass(binding, prototype);
    const probe = env.CACHE_SHARD.getByName("meter-probe") as DurableObjectStub;
    await runInDurableObject(probe, (_instance, state) => {
      this.#meterStorage(state.storage);
      this.#methods.replace(Object.getPrototypeOf(state) as object, "waitUntil", (real, self, [work]) => {
        const owner = this.#owners.getStore();
        if (owner !== undefined) this.#activity.during(owner, "waitUntil", work as Promise<unknown>).catch(() => undefined);
        return real.call(self, work);
      });
    });
    this.#meterKv();
    this.#meterGlobals();
  }

  stop(): void {
    this.#methods.restore();
  }

  /** Lets what earlier clusters have begun end, and forgets their alarms. Then it is half a minute past an hour. */
  async finish(): Promise<void> {
    this.#time.alarms.clear();
    await this.advance(LONGEST_TASK_MS);
    await this.advance(HOUR_MS - (this.#time.nowMs % HOUR_MS) + PAST_THE_HOUR_MS);
    this.#time.alarms.clear();
    this.#activity.clear();
    this.take();
  }

  /** Forgets the alarms of objects whose name does not pass. */
  keepAlarms(isKept: (name: string) => boolean): void {
    for (const { owner } of this.#time.alarms.values()) if (!isKept(owner.name)) this.#time.clearAlarm(owner);
  }

  /** Runs code as the Worker. */
  asWorker<Value>(work: () => Value): Value {
    return this.#owners.run(WORKER, work);
  }

  count(change: Partial<Usage>): void {
    this.#counter.count(change);
  }

  /** What was used since the last call. */
  take(): Metered {
    return this.#counter.take();
  }

  /** What keeps objects awake now: empty when all of them may hibernate. */
  pending(): readonly string[] {
    const timers = [...this.#time.timers].filter(({ owner }) => owner !== WORKER).map(({ owner }) => `${ownerKey(owner)}: timer`);
    return [...timers, ...[...this.#activity.busy()].map(([key, what]) => `${key}: ${what}`)];
  }

  /** Waits until so many calls to objects of a class are in progress. */
  async untilCalls(binding: MeteredClass, count: number): Promise<void> {
    while (this.#activity.callsTo(binding) < count) await scheduler.wait(0);
    await this.settle();
  }

  /** Waits until no code runs that does not wait for time to pass or for a provider. */
  async settle(): Promise<void> {
    // A pause of 0 ms takes no time on the fake clock, so that what pauses is not waiting.
    for (let turn = 0; this.#pauses > 0 || (turn < QUIET_TURNS && this.#activity.busy().size > 0); turn++) await scheduler.wait(0);
    this.#counter.readCursors();
  }

  /** Lets time pass: timers and alarms fire. Objects that cannot hibernate meanwhile are charged for it. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#time.nowMs + ms;
    for (;;) {
      await this.settle();
      const before = this.#awake();
      const due = this.#time.take(untilMs);
      const nextMs = Math.max(this.#time.nowMs, due?.atMs ?? untilMs);
      this.count({ objectSeconds: (before.size * (nextMs - this.#time.nowMs)) / 1000 });
      this.#time.nowMs = nextMs;
      if (due === null) return;
      await this.#fire(due);
    }
  }

  /** Runs the alarm of an object, which is a request to it. */
  async ring(owner: Owner): Promise<void> {
    this.#time.clearAlarm(owner);
    await runInDurableObject(stubOf(owner), async (instance, state) => {
      // The platform clears an alarm before it calls the handler.
      await this.#clearRealAlarm.call(state.storage);
      await (instance as { alarm?(): Promise<void> }).alarm?.();
    });
  }

  #awake(): ReadonlySet<string> {
    const timers = [...this.#time.timers].filter(({ owner }) => owner !== WORKER).map(({ owner }) => ownerKey(owner));
    return new Set([...timers, ...this.#activity.busy().keys()]);
  }

  async #fire({ owner, work }: Due): Promise<void> {
    if (work === null) return this.ring(owner);
    const run = (): void => this.#owners.run(owner, work);
    if (owner === WORKER) run();
    else await runInDurableObject(stubOf(owner), run);
  }

  #meterClass(binding: MeteredClass, prototype: object): void {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (name === "constructor") continue;
      this.#methods.replace(prototype, name, (real, self, parameters) => {
        const object = self as { readonly ctx: DurableObjectState; env: object };
        const owner: Owner = { binding, name: object.ctx.id.name ?? "" };
        object.env = this.envOf(owner) ?? object.env;
        this.count({ objectRequests: 1 });
        return this.#owners.run(owner, () => this.#activity.during(owner, "call", Promise.resolve(real.apply(self, parameters))));
      });
    }
  }

  #meterStorage(storage: DurableObjectStorage): void {
    this.#methods.replace(Object.getPrototypeOf(storage.sql) as object, "exec", (real, self, parameters) => {
      const cursor = real.apply(self, parameters) as SqlStorageCursor<Record<string, SqlStorageValue>>;
      this.#counter.addStatement(String(parameters[0]), cursor);
      return cursor;
    });
    const prototype = Object.getPrototypeOf(storage) as object;
    this.#methods.replace(prototype, "getAlarm", (real, self, parameters) => {
      this.count({ rowsRead: 1 });
      return real.apply(self, parameters);
    });
    this.#methods.replace(prototype, "setAlarm", (real, self, parameters) => {
      this.count({ alarmsSet: 1 });
      this.#counter.countRow("alarm");
      this.#time.setAlarm(this.#owner(), Number(parameters[0]));
      return real.apply(self, parameters);
    });
    const clearing = (table: string) => (real: Method, self: unknown, parameters: unknown[]) => {
      this.#counter.countRow(table);
      this.#time.clearAlarm(this.#owner());
      return real.apply(self, parameters);
    };
    this.#clearRealAlarm = this.#methods.replace(prototype, "deleteAlarm", clearing("alarm"));
    // What the platform charges for it is not documented. One row is assumed.
    this.#methods.replace(prototype, "deleteAll", clearing("all"));
  }

  #meterKv(): void {
    const kv = Object.getPrototypeOf(env.SPILL) as object;
    const counts = { getWithMetadata: { kvReads: 1 }, put: { kvWrites: 1 }, delete: { kvDeletes: 1 } };
    for (const [name, change] of Object.entries(counts))
      this.#methods.replace(kv, name, (real, self, parameters) => {
        this.count(change);
        return real.apply(self, parameters);
      });
  }

  #meterGlobals(): void {
    const methods = this.#methods;
    methods.replace(Date, "now", () => this.#time.nowMs);
    methods.replace(globalThis, "fetch", (_real, _self, [, init]) =>
      this.#activity.during(this.#owner(), "fetch", this.provider((init ?? {}) as RequestInit)),
    );
    methods.replace(Object.getPrototypeOf(crypto) as object, "getRandomValues", (_real, _self, [bytes]) => this.#fill(bytes as Uint8Array));
    methods.replace(globalThis, "setTimeout", (real, _self, parameters) => {
      const owner = this.#owners.getStore();
      const [work, delayMs] = parameters as [() => void, number];
      // Timers of the test runner are real.
      if (owner === undefined) return real.apply(globalThis, parameters);
      return delayMs === 0 ? real.call(globalThis, this.#paused(work), 0) : this.#time.after(delayMs, owner, work);
    });
    methods.replace(globalThis, "clearTimeout", (real, _self, parameters) =>
      this.#time.timers.delete(parameters[0] as Due) ? undefined : real.apply(globalThis, parameters),
    );
    methods.replace(scheduler, "wait", (real, _self, [delayMs]) => {
      const owner = this.#owners.getStore();
      if (owner === undefined || delayMs === 0) return real.call(scheduler, delayMs);
      return new Promise<void>((resolve) => void this.#time.after(Number(delayMs), owner, resolve));
    });
  }

  #paused(work: () => void): () => void {
    this.#pauses += 1;
    return () => {
      work();
      // What follows in the same turn may pause again.
      queueMicrotask(() => (this.#pauses -= 1));
    };
  }

  /** Fills bytes with a fixed sequence: evictions sample at random. */
  #fill(bytes: Uint8Array): Uint8Array {
    for (const at of bytes.keys()) {
      this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[at] = this.#random >>> 24;
    }
    return bytes;
  }

  #owner(): Owner {
    const owner = this.#owners.getStore();
    if (owner === undefined) throw new Error("code of no object");
    return owner;
  }
}

function stubOf({ binding, name }: Owner): DurableObjectStub {
  return env[binding as MeteredClass].getByName(name);
}
