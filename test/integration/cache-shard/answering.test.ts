import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AnswerReply } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { Bench } from "../../support/shard-bench.ts";
import { ask, digestOf, purgeOf, recount, saidBy, told, wholeOf, withEviction, withShard } from "../../support/shard-bench.ts";
import {
  answerEvents,
  answerResponse,
  contentOf,
  deltaEvent,
  errorAnswer,
  handBody,
  readAll,
  settled,
  sseResponse,
} from "../../support/shard-provider.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Advances the fake wall clock. Timers stay real. */
function travel(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

async function contentFrom(reply: AnswerReply): Promise<string> {
  if (reply.kind === "stream") return contentOf(await readAll(reply.stream));
  const whole = wholeOf(reply);
  return whole.sse === null ? saidBy(reply).replace(/^\w+: /, "") : contentOf(new TextDecoder().decode(whole.sse));
}

function sse(body: ReturnType<typeof handBody>): Response {
  return new Response(body.stream, { headers: { "content-type": "text/event-stream" } });
}

function finish(body: ReturnType<typeof handBody>, text: string): void {
  for (const event of answerEvents(text)) body.write(event);
  body.close();
}

withEviction("an answer", (between) => {
  it("needs one upstream call and is a hit afterwards, as JSON and as events", () =>
    withShard({}, async (bench) => {
      expect(saidBy(await bench.whole(ask("q")))).toBe("MISS: answer to q");
      between(bench);
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: answer to q");
      between(bench);
      const events = wholeOf(await bench.whole(ask("q", { stream: true })));
      const text = new TextDecoder().decode(events.sse ?? new Uint8Array());
      expect(contentOf(text)).toBe("answer to q");
      expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
      expect(text).not.toContain('"usage"');
      between(bench);
      const usage = wholeOf(await bench.whole(ask("q", { stream: true, includeUsage: true })));
      expect(new TextDecoder().decode(usage.sse ?? new Uint8Array())).toContain('"usage"');
      expect(bench.provider.calls).toHaveLength(1);
      expect(bench.provider.calls[0]?.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    }));

  it("that is streamed is stored by the time its last event is read", () =>
    withShard({}, async (bench) => {
      const reply = await bench.whole(ask("q", { stream: true }));
      expect(await contentFrom(reply)).toBe("answer to q");
      between(bench);
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: answer to q");
    }));

  it("is not stored when it is cut off, filtered, empty or truncated, or has a TTL of 0", () =>
    withShard({}, async (bench) => {
      const bad: readonly (() => Response)[] = [
        () => answerResponse("half", "length"),
        () => answerResponse("hm", "content_filter"),
        () => sseResponse([deltaEvent("", "stop"), "data: [DONE]\n\n"]),
        () => sseResponse([deltaEvent("no end"), deltaEvent("", "stop")]),
      ];
      for (const [index, response] of bad.entries()) {
        bench.provider.answering = response;
        expect((await bench.whole(ask(`q${index}`))).kind).toBe("whole");
        between(bench);
        expect((await bench.whole(ask(`q${index}`, { onlyIfCached: true }))).kind).toBe("failed");
      }
      bench.provider.answering = () => answerResponse("fine");
      await bench.whole(ask("zero", { ttlSeconds: 0 }));
      between(bench);
      expect((await bench.whole(ask("zero", { onlyIfCached: true }))).kind).toBe("failed");
      expect(told(bench).entries).toBe(0);
    }));

  it("expires at the end of its TTL", () =>
    withShard({ STALE_IF_ERROR_SECONDS: "0" }, async (bench) => {
      await bench.whole(ask("q", { ttlSeconds: 60 }));
      travel(59_000);
      between(bench);
      expect(saidBy(await bench.whole(ask("q")))).toMatch(/^HIT/);
      travel(1000);
      between(bench);
      expect(saidBy(await bench.whole(ask("q")))).toMatch(/^MISS/);
    }));

  it("keeps its TTL when a later request asks for another", () =>
    withShard({}, async (bench) => {
      await bench.whole(ask("q", { ttlSeconds: 60 }));
      between(bench);
      const first = wholeOf(await bench.whole(ask("q", { ttlSeconds: 9999 })));
      expect(first.expiresMs - first.createdMs).toBe(60_000);
    }));

  it("outlives its time to idle only while it is used, and never its TTL", () =>
    withShard({ CACHE_TTI_SECONDS: "60", STALE_IF_ERROR_SECONDS: "0" }, async (bench) => {
      await bench.whole(ask("q", { ttlSeconds: 300 }));
      for (let use = 0; use < 4; use++) {
        travel(50_000);
        expect(saidBy(await bench.whole(ask("q")))).toMatch(/^HIT/);
        bench.lastReport();
        between(bench);
      }
      travel(59_000);
      expect(saidBy(await bench.whole(ask("q")))).toMatch(/^HIT/);
      bench.lastReport();
      travel(45_000);
      between(bench);
      expect(saidBy(await bench.whole(ask("q")))).toMatch(/^MISS/);
      travel(61_000);
      expect(saidBy(await bench.whole(ask("q")))).toMatch(/^MISS/);
    }));

  it("that replaces one which was idle for too long is a hit, although that one has a use that its row lacks", () =>
    withShard({ CACHE_TTI_SECONDS: "3600", STALE_IF_ERROR_SECONDS: "0" }, async (bench) => {
      await bench.whole(ask("q", { ttlSeconds: 36_000 }));
      expect(saidBy(await bench.whole(ask("q")))).toMatch(/^HIT/);
      bench.lastReport();
      between(bench);
      travel(4_000_000);
      expect(saidBy(await bench.whole(ask("q", { ttlSeconds: 36_000 })))).toMatch(/^MISS/);
      between(bench);
      expect(saidBy(await bench.whole(ask("q")))).toMatch(/^HIT/);
    }));

  it("stays fresh when its uses have been written, whether or not it is still in memory", () =>
    withShard({ CACHE_TTI_SECONDS: "60" }, async (bench) => {
      await bench.whole(ask("q"));
      travel(50_000);
      await bench.whole(ask("q"));
      // A quarter of the time to idle later, the next request writes the use.
      travel(15_000);
      await bench.whole(ask("another"));
      expect(bench.sql.exec("SELECT hits FROM entries WHERE key = ?", digestOf("q")).one()).toEqual({ hits: 1 });
      between(bench);
      travel(40_000);
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: answer to q");
    }));

  it("is served stale while exactly one call refreshes it", () =>
    withShard({ STALE_WHILE_REVALIDATE_SECONDS: "100" }, async (bench) => {
      await bench.whole(ask("q", { ttlSeconds: 60 }));
      travel(61_000);
      between(bench);
      const body = handBody();
      bench.provider.answering = () => sse(body);
      const stale = await Promise.all(Array.from({ length: 20 }, () => bench.whole(ask("q", { ttlSeconds: 60 }))));
      expect(new Set(stale.map(saidBy))).toEqual(new Set(["STALE: answer to q"]));
      expect(bench.provider.calls).toHaveLength(2);
      finish(body, "newer");
      await bench.idle();
      between(bench);
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: newer");
    }));

  it("is not refreshed repeatedly when the refresh brings nothing that may be stored", () =>
    withShard({ STALE_WHILE_REVALIDATE_SECONDS: "100" }, async (bench) => {
      await bench.whole(ask("q", { ttlSeconds: 60 }));
      travel(61_000);
      bench.provider.answering = () => answerResponse("cut", "length");
      for (let time = 0; time < 5; time++) {
        expect(saidBy(await bench.whole(ask("q")))).toBe("STALE: answer to q");
        await bench.idle();
      }
      expect(bench.provider.calls).toHaveLength(2);
    }));

  it("that has expired replaces an error of the origin, but not an error that the request caused", () =>
    withShard({ STALE_IF_ERROR_SECONDS: "100" }, async (bench) => {
      await bench.whole(ask("q", { ttlSeconds: 60 }));
      travel(61_000);
      const expected = [
        [500, "STALE: answer to q"],
        [503, "STALE: answer to q"],
        [429, "STALE: answer to q"],
        [408, "STALE: answer to q"],
        [400, "failed: upstream_error"],
        [401, "failed: upstream_error"],
      ] as const;
      for (const [status, said] of expected) {
        between(bench);
        bench.provider.answering = () => errorAnswer(status);
        expect(saidBy(await bench.whole(ask("q")))).toBe(said);
        expect(saidBy(await bench.whole(ask("q", { stream: true })))).toBe(said.replace("answer to q", "(events)"));
      }
      bench.provider.answering = () => Promise.reject(new Error("connection refused"));
      expect(saidBy(await bench.whole(ask("q")))).toBe("STALE: answer to q");
      travel(100_000);
      expect(saidBy(await bench.whole(ask("q")))).toBe("failed: upstream_unreachable");
    }));

  it("respects the caller's max-age, min-fresh and max-stale", () =>
    withShard({ STALE_IF_ERROR_SECONDS: "100" }, async (bench) => {
      await bench.whole(ask("q", { ttlSeconds: 60 }));
      travel(30_000);
      between(bench);
      const asked = async (changes: Parameters<typeof ask>[1]): Promise<string> =>
        saidBy(await bench.whole(ask("q", { onlyIfCached: true, ...changes }))).replace(/:.*/, "");
      expect(await asked({ maxAgeSeconds: 30 })).toBe("HIT");
      expect(await asked({ maxAgeSeconds: 29 })).toBe("failed");
      expect(await asked({ minFreshSeconds: 30 })).toBe("HIT");
      expect(await asked({ minFreshSeconds: 31 })).toBe("failed");
      travel(40_000);
      between(bench);
      expect(await asked({})).toBe("failed");
      expect(await asked({ maxStaleSeconds: 10 })).toBe("STALE");
      expect(await asked({ maxStaleSeconds: 9 })).toBe("failed");
      expect(await asked({ maxStaleSeconds: -1 })).toBe("STALE");
      expect(bench.provider.calls).toHaveLength(1);
    }));

  it("that a request refuses is replaced by a new one, which says why the request was forwarded", () =>
    withShard({}, async (bench) => {
      await bench.whole(ask("q"));
      travel(5000);
      between(bench);
      bench.provider.answering = () => answerResponse("second");
      const refused = wholeOf(await bench.whole(ask("q", { maxAgeSeconds: 1 })));
      expect([refused.outcome, refused.forwarded]).toEqual(["MISS", "request"]);
      between(bench);
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: second");
      bench.provider.answering = () => answerResponse("third");
      expect(wholeOf(await bench.whole(ask("q", { read: false }))).forwarded).toBe("request");
      between(bench);
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: third");
      expect(told(bench)).toEqual(recount(bench));
    }));

  it("is not read or stored by a request that turns the cache off", () =>
    withShard({}, async (bench) => {
      await bench.whole(ask("q"));
      between(bench);
      const bypass = wholeOf(await bench.whole(ask("q", { cache: false })));
      expect([bypass.outcome, bypass.stored, bypass.forwarded]).toEqual(["BYPASS", false, "bypass"]);
      await bench.whole(ask("new", { cache: false }));
      between(bench);
      expect((await bench.whole(ask("new", { onlyIfCached: true }))).kind).toBe("failed");
      expect((await bench.whole(ask("new", { cache: false, onlyIfCached: true }))).kind).toBe("failed");
      expect(bench.provider.calls).toHaveLength(3);
    }));

  it("is served when the request may not call upstream; without an answer the request fails", () =>
    withShard({ STALE_IF_ERROR_SECONDS: "100" }, async (bench) => {
      const poor = { mayCallUpstream: false } as const;
      expect(saidBy(await bench.whole(ask("q", poor)))).toBe("failed: limiter_unavailable");
      expect(saidBy(await bench.whole(ask("q", { ...poor, cache: false })))).toBe("failed: limiter_unavailable");
      await bench.whole(ask("q", { ttlSeconds: 60 }));
      between(bench);
      expect(saidBy(await bench.whole(ask("q", poor)))).toBe("HIT: answer to q");
      travel(61_000);
      expect(saidBy(await bench.whole(ask("q", poor)))).toBe("STALE: answer to q");
      expect(bench.provider.calls).toHaveLength(1);
    }));

  it("whose row is damaged is a miss, and the row is dropped and counted", () =>
    withShard({}, async (bench) => {
      for (const stream of [false, true]) {
        const question = `q ${String(stream)}`;
        await bench.whole(ask(question));
        bench.restart();
        bench.sql.exec(
          "UPDATE bodies SET json = ?, events = ? WHERE key = ?",
          Uint8Array.from([1, 255, 255]),
          Uint8Array.from([1, 255, 255]),
          digestOf(question),
        );
        expect((await bench.whole(ask(question, { stream }))).kind === "failed").toBe(false);
        await bench.idle();
        bench.lastReport();
        between(bench);
        expect(saidBy(await bench.whole(ask(question)))).toBe(`HIT: answer to ${question}`);
      }
      bench.sql.exec("DELETE FROM bodies");
      bench.restart();
      expect(saidBy(await bench.whole(ask("q true")))).toMatch(/^MISS/);
      expect(bench.detail().corrupt).toBeGreaterThanOrEqual(2);
      expect(told(bench)).toEqual(recount(bench));
    }));
});

describe("concurrent requests", () => {
  it("from a thousand clients make one call, and all get the same content, as JSON and as events", () =>
    withShard({}, async (bench) => {
      const body = handBody();
      bench.provider.answering = () => sse(body);
      const replies: Promise<string>[] = [];
      const join = (count: number): void => {
        for (let client = 0; client < count; client++) replies.push(bench.whole(ask("q", { stream: client % 2 === 0 })).then(contentFrom));
      };
      join(400);
      await settled();
      body.write(deltaEvent("One "));
      await settled();
      join(300);
      body.write(deltaEvent("two "));
      await settled();
      join(300);
      for (const event of answerEvents("three.")) body.write(event);
      body.close();
      const contents = await Promise.all(replies);
      expect(contents).toHaveLength(1000);
      expect(new Set(contents)).toEqual(new Set(["One two three."]));
      expect(bench.provider.calls).toHaveLength(1);
      const { traffic } = bench.stats(null);
      expect(traffic).toMatchObject({ requests: 1000, misses: 1, coalesced: 999, tokensSaved: 999 * 12 });
      expect(bench.detail()).toMatchObject({ flights: 0, subscribers: 0, flightBytes: 0 });
    }));

  it("are completed and stored when the leader has left, and when all clients have left", () =>
    withShard({}, async (bench) => {
      for (const followers of [3, 0]) {
        const question = `q${followers}`;
        const body = handBody();
        bench.provider.answering = () => sse(body);
        body.write(deltaEvent("begin "));
        const leader = await bench.whole(ask(question, { stream: true }));
        const others = await Promise.all(Array.from({ length: followers }, () => bench.whole(ask(question, { stream: true }))));
        if (leader.kind === "stream") await leader.stream.cancel();
        finish(body, "end");
        for (const other of others) expect(await contentFrom(other)).toBe("begin end");
        await bench.idle();
        expect(body.cancelled).toBe(false);
        expect(saidBy(await bench.whole(ask(question)))).toBe("HIT: begin end");
      }
      expect(bench.provider.calls).toHaveLength(2);
    }));

  it("fail for the leader alone after a transient failure, and one more call is made for the others", () =>
    withShard({}, async (bench) => {
      bench.provider.answering = (_call, index) => (index === 0 ? errorAnswer(503, "busy") : answerResponse("second try"));
      const replies = await Promise.all(Array.from({ length: 100 }, (_, client) => bench.whole(ask("q", { stream: client % 3 === 1 }))));
      expect(saidBy(replies[0] as AnswerReply)).toBe("failed: upstream_error");
      expect(new Set(await Promise.all(replies.slice(1).map(contentFrom)))).toEqual(new Set(["second try"]));
      expect(bench.provider.calls).toHaveLength(2);
      // One of the 99 followers needed the second call.
      expect(bench.stats(null).traffic.tokensSaved).toBe(98 * 12);
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: second try");
    }));

  it("fail together after two calls when the provider stays down", () =>
    withShard({}, async (bench) => {
      bench.provider.answering = () => errorAnswer(500);
      const replies = await Promise.all(Array.from({ length: 100 }, () => bench.whole(ask("q"))));
      expect(new Set(replies.map(saidBy))).toEqual(new Set(["failed: upstream_error"]));
      expect(bench.provider.calls).toHaveLength(2);
      expect(bench.stats(null).traffic).toMatchObject({ requests: 100, errors: 100 });
    }));

  it.each([400, 401, 404, 429])("all fail with status %i after one call", (status) =>
    withShard({}, async (bench) => {
      bench.provider.answering = () => errorAnswer(status);
      const replies = await Promise.all(Array.from({ length: 10 }, () => bench.whole(ask("q"))));
      expect(
        replies.every((reply) => reply.kind === "failed" && reply.error.kind === "upstream_error" && reply.error.status === status),
      ).toBe(true);
      expect(bench.provider.calls).toHaveLength(1);
    }),
  );

  it("all get an error event when the stream breaks after its first byte, and nothing is stored", () =>
    withShard({}, async (bench) => {
      const body = handBody();
      bench.provider.answering = () => sse(body);
      body.write(deltaEvent("half "));
      const replies = await Promise.all([1, 2, 3].map(() => bench.whole(ask("q", { stream: true }))));
      body.close();
      for (const reply of replies) expect(reply.kind === "stream" && (await readAll(reply.stream))).toMatch(/half .*"error".*\n\n$/s);
      await bench.idle();
      bench.provider.answering = () => answerResponse("whole");
      expect(saidBy(await bench.whole(ask("q")))).toBe("MISS: whole");
    }));

  it("make separate calls for a while after an answer that may not be stored", () =>
    withShard({}, async (bench) => {
      bench.provider.answering = () => answerResponse("cut", "length");
      await Promise.all([1, 2, 3].map(() => bench.whole(ask("q"))));
      expect(bench.provider.calls).toHaveLength(1);
      const bodies = [handBody(), handBody(), handBody()];
      bench.provider.answering = (_call, index) => sse(bodies[index - 1] ?? handBody());
      const replies = [1, 2, 3].map(() => bench.whole(ask("q")));
      await settled();
      expect(bench.provider.calls).toHaveLength(4);
      expect(bench.detail()).toMatchObject({ passMarkers: 1, flights: 3 });
      for (const body of bodies) finish(body, "kept");
      expect(new Set((await Promise.all(replies)).map(saidBy))).toEqual(new Set(["MISS: kept"]));
      expect(bench.detail().passMarkers).toBe(0);
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: kept");
      expect(told(bench)).toEqual(recount(bench));
    }));

  it("join the call in progress even if they refuse the stored answer", () =>
    withShard({}, async (bench) => {
      await bench.whole(ask("q"));
      const body = handBody();
      bench.provider.answering = () => sse(body);
      const replies = [1, 2].map(() => bench.whole(ask("q", { read: false })));
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: answer to q");
      finish(body, "newer");
      expect((await Promise.all(replies)).map(saidBy)).toEqual(["MISS: newer", "COALESCED: newer"]);
      expect(bench.provider.calls).toHaveLength(2);
    }));

  it("that turn the cache off never share a call, and the call is cancelled when its client leaves", () =>
    withShard({}, async (bench) => {
      const bodies = [handBody(), handBody()];
      bench.provider.answering = (_call, index) => sse(bodies[index] ?? handBody());
      for (const body of bodies) body.write(deltaEvent("x"));
      const [one, other] = await Promise.all([1, 2].map(() => bench.whole(ask("q", { cache: false, stream: true }))));
      expect(bench.provider.calls).toHaveLength(2);
      if (one?.kind === "stream") await one.stream.cancel();
      await settled();
      expect([bodies[0]?.cancelled, bodies[1]?.cancelled]).toEqual([true, false]);
      for (const body of bodies.slice(1)) finish(body, "y");
      expect(other === undefined ? "" : await contentFrom(other)).toBe("xy");
    }));

  it("for different questions never wait for each other's first byte, far beyond the object's own slots", () =>
    withShard({}, async (bench) => {
      const bodies = Array.from({ length: 60 }, () => handBody());
      bench.provider.answering = (_call, index) => sse(bodies[index] ?? handBody());
      const replies = bodies.map((_, index) => bench.whole(ask(`q${index}`)));
      await settled();
      expect(bench.provider.calls).toHaveLength(60);
      for (const body of bodies.toReversed()) finish(body, "ok");
      expect(new Set((await Promise.all(replies)).map(saidBy))).toEqual(new Set(["MISS: ok"]));
    }));

  it("are refused beyond the limit of flights", () =>
    withShard({}, async (bench) => {
      const held: ReturnType<typeof handBody>[] = [];
      bench.provider.answering = () => {
        const body = handBody();
        held.push(body);
        return sse(body);
      };
      const replies = Array.from({ length: 2000 }, (_, index) => bench.whole(ask(`q${index}`)));
      expect(saidBy(await bench.whole(ask("one more")))).toBe("failed: overloaded");
      for (let round = 0; round < 40 && bench.detail().flights > 0; round++) {
        for (const body of held.splice(0)) finish(body, "ok");
        await settled();
      }
      await Promise.all(replies);
      expect(bench.detail()).toMatchObject({ flights: 0, upstreamActive: 0, upstreamQueued: 0 });
    }));
});

describe("figures", () => {
  it("count every request as exactly one outcome", () =>
    withShard({ STALE_WHILE_REVALIDATE_SECONDS: "100" }, async (bench: Bench) => {
      await bench.whole(ask("q", { ttlSeconds: 60 }));
      await Promise.all([1, 2, 3].map((client) => bench.whole(ask("r", { stream: client === 2 }))));
      await bench.whole(ask("q"));
      await bench.whole(ask("q", { cache: false }));
      await bench.whole(ask("nothing", { onlyIfCached: true }));
      travel(61_000);
      await bench.whole(ask("q"));
      bench.shard.report({ tenant: "acme", memoryHits: 4, bypasses: 1, tokensSaved: 48, hitLatency: [4], missLatency: [1] });
      const { traffic } = bench.stats("acme");
      const { requests, hits, semantic, coalesced, stale, misses, bypasses, errors } = traffic;
      expect({ requests, hits, semantic, coalesced, stale, misses, bypasses, errors }).toEqual({
        requests: 13,
        hits: 5,
        semantic: 0,
        coalesced: 2,
        stale: 1,
        misses: 2,
        bypasses: 2,
        errors: 1,
      });
      expect(requests).toBe(hits + semantic + coalesced + stale + misses + bypasses + errors);
      expect(bench.stats("somebody else").traffic.requests).toBe(0);
      await bench.shard.purge(purgeOf("key", digestOf("other")));
      bench.restart();
      expect(bench.stats(null).traffic).toEqual(traffic);
    }));
});
