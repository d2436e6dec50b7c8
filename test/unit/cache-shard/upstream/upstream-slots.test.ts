import { describe, expect, it } from "vitest";
import type { CallFor } from "../../../../durable-objects/cache-shard/upstream/upstream-slots.ts";
import { UpstreamSlots } from "../../../../durable-objects/cache-shard/upstream/upstream-slots.ts";
import type { UpstreamApi, UpstreamCall, UpstreamReply } from "../../../../shared/contracts/upstream-api.ts";
import { settled } from "../../../support/shard-provider.ts";

const SLOTS = 4;
const REMOTE_OBJECTS = 32;
const PLACES = SLOTS * (REMOTE_OBJECTS + 1);
const PROVIDER = { name: "openai", baseUrl: "http://upstream.test/v1", apiKey: null, defaultModel: "m", embedded: false };
const CALL: UpstreamCall = { provider: "openai", model: "m", body: "{}", stream: true, firstByteTimeoutMs: 10_000 };

const CALLER: CallFor = { tenant: "acme", signal: null, isWanted: () => true };

function callOf(tenant: string, changes: Partial<CallFor> = {}): CallFor {
  return { ...CALLER, tenant, ...changes };
}

interface Waiting {
  readonly place: number;
  readonly model: string;
  answer(reply?: UpstreamReply): void;
  fail(error?: Error): void;
}

function rig(): { readonly upstreamSlots: UpstreamSlots; readonly waiting: Waiting[] } {
  const waiting: Waiting[] = [];
  const wait = <Reply>(place: number, model: string, made: (reply: UpstreamReply) => Reply): Promise<Reply> =>
    new Promise((resolve, reject) => {
      waiting.push({
        place,
        model,
        answer: (reply = { kind: "unreachable" }) => resolve(made(reply)),
        fail: (error = new Error("gone")) => reject(error),
      });
    });
  const upstreamSlots = new UpstreamSlots([PROVIDER], SLOTS, {
    fetch: (_url, init) => wait(0, modelOf(init), () => new Response("{}", { headers: { "content-type": "application/json" } })),
    remote: (index): UpstreamApi => ({ call: ({ model }) => wait(index + 1, model, (reply) => reply) }),
  });
  return { upstreamSlots, waiting };
}

function modelOf({ body }: RequestInit): string {
  return typeof body === "string" ? ((JSON.parse(body) as { readonly model?: string }).model ?? "") : "";
}

describe("a shard's calls to providers", () => {
  it("use the shard's own slots first, then Upstream objects, and never wait for another call's first byte", async () => {
    const { upstreamSlots, waiting } = rig();
    for (let call = 0; call < 3 * SLOTS; call++) void upstreamSlots.call(CALL, CALLER);
    await settled();
    expect(waiting.map(({ place }) => place)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    expect([upstreamSlots.active, upstreamSlots.queued]).toEqual([12, 0]);
  });

  it("free their slot as soon as the response headers arrive", async () => {
    const { upstreamSlots, waiting } = rig();
    const replies = Array.from({ length: SLOTS }, () => upstreamSlots.call(CALL, CALLER));
    await settled();
    waiting[0]?.answer();
    expect(await replies[0]).toMatchObject({ kind: "response", status: 200, contentType: "application/json" });
    void upstreamSlots.call(CALL, CALLER);
    await settled();
    expect(waiting.at(-1)?.place).toBe(0);
  });

  it("queue in order when all slots are in use, and are refused when the queue is full", async () => {
    const { upstreamSlots, waiting } = rig();
    const first = Array.from({ length: PLACES }, () => upstreamSlots.call(CALL, CALLER));
    const order: number[] = [];
    const queued = Array.from({ length: 1000 }, (_, index) => upstreamSlots.call(CALL, CALLER).then(() => order.push(index)));
    await settled();
    expect([upstreamSlots.active, upstreamSlots.queued]).toEqual([PLACES, 1000]);
    expect(await upstreamSlots.call(CALL, CALLER)).toEqual({ kind: "queue_full" });
    for (let at = 0; at < waiting.length; at++) {
      waiting[at]?.answer();
      await Promise.resolve();
      if (at % 100 === 0) await settled();
    }
    while (upstreamSlots.active > 0) {
      for (const each of waiting) each.answer();
      await settled();
    }
    await Promise.all([...first, ...queued]);
    expect(order.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect([upstreamSlots.active, upstreamSlots.queued]).toEqual([0, 0]);
  });

  it("of one tenant never wait behind those of another: the tenant with the fewest slots is served next", async () => {
    const { upstreamSlots, waiting } = rig();
    for (let call = 0; call < PLACES + 1000; call++) void upstreamSlots.call(CALL, callOf("flood"));
    await settled();
    for (let turn = 0; turn < 5; turn++) {
      let called = false;
      void upstreamSlots.call({ ...CALL, model: "other", body: '{"model":"other"}' }, callOf("other")).then(() => (called = true));
      await settled();
      const before = waiting.length;
      waiting[turn]?.answer();
      await settled();
      expect(waiting.slice(before).map(({ model }) => model)).toEqual(["other"]);
      waiting.at(-1)?.answer();
      await settled();
      expect(called).toBe(true);
    }
  });

  it("refuse the newest call of the tenant that fills the queue, when another tenant needs its place", async () => {
    const { upstreamSlots } = rig();
    for (let call = 0; call < PLACES; call++) void upstreamSlots.call(CALL, callOf("flood"));
    const refused: number[] = [];
    for (let call = 0; call < 1000; call++) {
      void upstreamSlots.call(CALL, callOf("flood")).then(({ kind }) => kind === "queue_full" && refused.push(call));
    }
    await settled();
    let isOtherRefused = false;
    void upstreamSlots.call(CALL, callOf("other")).then(() => (isOtherRefused = true));
    await settled();
    expect([refused, isOtherRefused, upstreamSlots.queued]).toEqual([[999], false, 1000]);
  });

  it("are not made when nobody waits for them any more, and pass their slot on", async () => {
    const { upstreamSlots, waiting } = rig();
    expect(await upstreamSlots.call(CALL, callOf("acme", { isWanted: () => false }))).toEqual({ kind: "unwanted" });
    for (let call = 0; call < PLACES; call++) void upstreamSlots.call(CALL, CALLER);
    let isWanted = true;
    const left = [1, 2, 3].map(() => upstreamSlots.call(CALL, callOf("acme", { isWanted: () => isWanted })));
    void upstreamSlots.call({ ...CALL, model: "stays", body: '{"model":"stays"}' }, CALLER);
    await settled();
    isWanted = false;
    waiting[0]?.answer();
    expect(await Promise.all(left)).toEqual([{ kind: "unwanted" }, { kind: "unwanted" }, { kind: "unwanted" }]);
    await settled();
    expect(waiting.slice(PLACES).map(({ model }) => model)).toEqual(["stays"]);
    expect([upstreamSlots.active, upstreamSlots.queued]).toEqual([PLACES, 0]);
  });

  it("make room in a full queue by removing the calls that nobody waits for any more", async () => {
    const { upstreamSlots } = rig();
    for (let call = 0; call < PLACES; call++) void upstreamSlots.call(CALL, CALLER);
    let isWanted = true;
    const left = Array.from({ length: 1000 }, () => upstreamSlots.call(CALL, callOf("acme", { isWanted: () => isWanted })));
    isWanted = false;
    void upstreamSlots.call(CALL, CALLER);
    expect(new Set((await Promise.all(left)).map(({ kind }) => kind))).toEqual(new Set(["unwanted"]));
    expect(upstreamSlots.queued).toBe(1);
  });

  it("give up waiting for the provider's headers when they are cancelled", async () => {
    let signal: AbortSignal | null | undefined;
    const upstreamSlots = new UpstreamSlots([PROVIDER], SLOTS, {
      fetch: (_url, init) => {
        signal = init.signal;
        return new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(new Error("aborted"))));
      },
      remote: () => ({ call: () => Promise.reject(new Error("unused")) }),
    });
    const abort = new AbortController();
    const reply = upstreamSlots.call(CALL, callOf("acme", { signal: abort.signal }));
    await settled();
    abort.abort();
    expect(await reply).toEqual({ kind: "timeout" });
    expect([signal?.aborted, upstreamSlots.active]).toEqual([true, 0]);
  });

  it("are made once more when their Upstream object was reset, and only once", async () => {
    const reset = Object.assign(new Error("Durable Object reset because its code was updated."), { durableObjectReset: true });
    const { upstreamSlots, waiting } = rig();
    for (let call = 0; call < SLOTS; call++) void upstreamSlots.call(CALL, CALLER);
    const [saved, lost] = [upstreamSlots.call(CALL, CALLER), upstreamSlots.call(CALL, CALLER)];
    await settled();
    for (const each of waiting.slice(SLOTS)) each.fail(reset);
    await settled();
    const [first, second] = waiting.slice(SLOTS + 2);
    first?.answer({ kind: "timeout" });
    second?.fail(reset);
    expect([await saved, await lost]).toEqual([{ kind: "timeout" }, { kind: "unreachable" }]);
    expect(waiting).toHaveLength(SLOTS + 4);
  });

  it("report an Upstream object that fails as unreachable, and free its slot", async () => {
    const { upstreamSlots, waiting } = rig();
    const replies = Array.from({ length: SLOTS + 1 }, () => upstreamSlots.call(CALL, CALLER));
    await settled();
    waiting.at(-1)?.fail();
    expect(await replies.at(-1)).toEqual({ kind: "unreachable" });
    waiting[0]?.fail();
    expect(await replies[0]).toEqual({ kind: "unreachable" });
    expect(upstreamSlots.active).toBe(SLOTS - 1);
  });

  it("report a provider that is not configured as unreachable", async () => {
    const { upstreamSlots } = rig();
    expect(await upstreamSlots.call({ ...CALL, provider: "nobody" }, CALLER)).toEqual({ kind: "unreachable" });
  });
});
