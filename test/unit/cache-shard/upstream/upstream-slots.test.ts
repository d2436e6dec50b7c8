import { describe, expect, it } from "vitest";
import { UpstreamSlots } from "../../../../durable-objects/cache-shard/upstream/upstream-slots.ts";
import type { UpstreamApi, UpstreamCall, UpstreamReply } from "../../../../shared/contracts/upstream-api.ts";
import { settled } from "../../../support/shard-provider.ts";

const SLOTS = 4;
const REMOTE_OBJECTS = 32;
const PROVIDER = { name: "openai", baseUrl: "http://upstream.test/v1", apiKey: null, defaultModel: "m", embedded: false };
const CALL: UpstreamCall = { provider: "openai", model: "m", body: "{}", stream: true, firstByteTimeoutMs: 10_000 };

interface Waiting {
  readonly place: number;
  answer(reply?: UpstreamReply): void;
  fail(): void;
}

function rig(): { readonly upstreamSlots: UpstreamSlots; readonly waiting: Waiting[] } {
  const waiting: Waiting[] = [];
  const wait = <Reply>(place: number, made: (reply: UpstreamReply) => Reply): Promise<Reply> =>
    new Promise((resolve, reject) => {
      waiting.push({ place, answer: (reply = { kind: "unreachable" }) => resolve(made(reply)), fail: () => reject(new Error("gone")) });
    });
  const upstreamSlots = new UpstreamSlots([PROVIDER], SLOTS, {
    fetch: () => wait(0, () => new Response("{}", { headers: { "content-type": "application/json" } })),
    remote: (index): UpstreamApi => ({ call: () => wait(index + 1, (reply) => reply) }),
  });
  return { upstreamSlots, waiting };
}

describe("a shard's calls to providers", () => {
  it("use the shard's own slots first, then Upstream objects, and never wait for another call's first byte", async () => {
    const { upstreamSlots, waiting } = rig();
    for (let call = 0; call < 3 * SLOTS; call++) void upstreamSlots.call(CALL);
    await settled();
    expect(waiting.map(({ place }) => place)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]);
    expect([upstreamSlots.active, upstreamSlots.queued]).toEqual([12, 0]);
  });

  it("free their slot as soon as the response headers arrive", async () => {
    const { upstreamSlots, waiting } = rig();
    const replies = Array.from({ length: SLOTS }, () => upstreamSlots.call(CALL));
    await settled();
    waiting[0]?.answer();
    expect(await replies[0]).toMatchObject({ kind: "response", status: 200, contentType: "application/json" });
    void upstreamSlots.call(CALL);
    await settled();
    expect(waiting.at(-1)?.place).toBe(0);
  });

  it("queue in order when all slots are in use, and are refused when the queue is full", async () => {
    const { upstreamSlots, waiting } = rig();
    const places = SLOTS * (REMOTE_OBJECTS + 1);
    const first = Array.from({ length: places }, () => upstreamSlots.call(CALL));
    const order: number[] = [];
    const queued = Array.from({ length: 1000 }, (_, index) => upstreamSlots.call(CALL).then(() => order.push(index)));
    await settled();
    expect([upstreamSlots.active, upstreamSlots.queued]).toEqual([places, 1000]);
    expect(await upstreamSlots.call(CALL)).toEqual({ kind: "queue_full" });
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

  it("report an Upstream object that fails as unreachable, and free its slot", async () => {
    const { upstreamSlots, waiting } = rig();
    const replies = Array.from({ length: SLOTS + 1 }, () => upstreamSlots.call(CALL));
    await settled();
    waiting.at(-1)?.fail();
    expect(await replies.at(-1)).toEqual({ kind: "unreachable" });
    waiting[0]?.fail();
    expect(await replies[0]).toEqual({ kind: "unreachable" });
    expect(upstreamSlots.active).toBe(SLOTS - 1);
  });

  it("report a provider that is not configured as unreachable", async () => {
    const { upstreamSlots } = rig();
    expect(await upstreamSlots.call({ ...CALL, provider: "nobody" })).toEqual({ kind: "unreachable" });
  });
});
