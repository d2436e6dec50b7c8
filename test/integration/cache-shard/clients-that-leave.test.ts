import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { answerResponse, handBody, settled } from "../../support/shard-provider.ts";
import type { Bench } from "../../support/shard-bench.ts";
import { ask, saidBy, withEviction, withShard } from "../../support/shard-bench.ts";

/** Calls that a shard makes at a time, with one slot for itself and for each of its 32 `Upstream` objects. */
const PLACES = 33;
const VARS = { UPSTREAM_SLOTS: "1" };

/** Fills all slots with calls that wait until `release`. Further calls are answered at once. */
async function withFullSlots(bench: Bench): Promise<{ readonly release: () => void; readonly held: Promise<unknown> }> {
  const gate = Promise.withResolvers<void>();
  bench.provider.answering = async ({ prompt }) => {
    if (prompt.startsWith("slot ")) await gate.promise;
    return answerResponse(`answer to ${prompt}`);
  };
  const held = Array.from({ length: PLACES }, (_, slot) => bench.whole(ask(`slot ${slot}`, { requestId: `slot ${slot}` })));
  await settled();
  return { release: () => gate.resolve(), held: Promise.all(held) };
}

withEviction("a client that leaves before it has a reply", (between) => {
  it.each([
    ["a whole answer", false],
    ["a stream", true],
  ])("and waits for %s takes its call out of the queue, unless another client waits for it", async (_form, stream) => {
    await withShard(VARS, async (bench) => {
      between(bench);
      const { release, held } = await withFullSlots(bench);
      const left = bench.whole(ask("left", { requestId: "left", stream }));
      const shared = bench.whole(ask("shared", { requestId: "leader", stream }));
      const follower = bench.whole(ask("shared", { requestId: "follower" }));
      await settled();
      expect(bench.detail().upstreamQueued).toBe(2);
      bench.shard.answerer.clientLeft("left");
      bench.shard.answerer.clientLeft("leader");
      release();
      await held;
      expect(saidBy(await follower)).toBe("COALESCED: answer to shared");
      expect(saidBy(await left)).toBe("failed: overloaded");
      await shared;
      expect(bench.provider.calls.map(({ prompt }) => prompt).filter((prompt) => !prompt.startsWith("slot "))).toEqual(["shared"]);
      expect(bench.detail()).toMatchObject({ flights: 0, subscribers: 0, upstreamActive: 0, upstreamQueued: 0 });
    });
  });

  it("does not end a call worth storing that the provider already answers", async () => {
    await withShard({}, async (bench) => {
      between(bench);
      const body = handBody();
      bench.provider.answering = () => new Response(body.stream, { headers: { "content-type": "text/event-stream" } });
      const left = bench.whole(ask("kept", { requestId: "left" }));
      await settled();
      bench.shard.answerer.clientLeft("left");
      body.write(await answerResponse("kept answer").text());
      body.close();
      await left;
      expect([bench.detail().entries, body.cancelled]).toEqual([1, false]);
      expect(saidBy(await bench.whole(ask("kept")))).toBe("HIT: kept answer");
    });
  });

  it("ends a call that is not stored, before and after the provider's headers", async () => {
    await withShard({}, async (bench) => {
      between(bench);
      const body = handBody();
      const headers = Promise.withResolvers<Response>();
      bench.provider.answering = ({ prompt }) =>
        prompt === "streaming" ? new Response(body.stream, { headers: { "content-type": "text/event-stream" } }) : headers.promise;
      const left = ["streaming", "silent"].map((prompt) => bench.whole(ask(prompt, { requestId: prompt, cache: false })));
      await settled();
      expect(bench.detail().flights).toBe(2);
      for (const requestId of ["streaming", "silent", "unknown"]) bench.shard.answerer.clientLeft(requestId);
      expect((await Promise.all(left)).map(saidBy)).toEqual(["failed: upstream_invalid", "failed: upstream_invalid"]);
      expect([bench.detail().flights, body.cancelled]).toEqual([0, true]);
    });
  });
});

describe("the object", () => {
  it("takes the news of a client that left through RPC, for requests that it knows and others", async () => {
    const shard = env.CACHE_SHARD.getByName("shard-6");
    const left = shard.answer(ask("left by RPC", { requestId: "left", cache: false, provider: "demo", model: "demo" }));
    await expect.poll(async () => (await shard.detail()).flights).toBe(1);
    await shard.clientLeft("other");
    expect((await shard.detail()).flights).toBe(1);
    await shard.clientLeft("left");
    expect(await left).toMatchObject({ kind: "failed" });
    expect((await shard.detail()).flights).toBe(0);
  });
});
