import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { MAX_TAGS_PER_ENTRY } from "../../../durable-objects/cache-shard/flights/flight-tags.ts";
import type { AnswerReply } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import { isolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import { ask, purgeOf, saidBy, told, wholeOf, withEviction, withShard } from "../../support/shard-bench.ts";
import { answerEvents, answerResponse, contentOf, handBody, readAll, settled } from "../../support/shard-provider.ts";

const JSON_CHANGES = { acceptsStreamedJson: true } as const;
/** Text that deflate cannot shorten much. */
const LARGE = Array.from({ length: 4 }, () => randomBytes(40_000).toString("hex")).join("");

function streamOf(reply: AnswerReply): ReadableStream<Uint8Array> {
  if (reply.kind !== "stream") throw new Error(`Expected a stream, got ${reply.kind}.`);
  return reply.stream;
}

/** Lets shards have no more memory until the returned function is called. */
function useUpMemory(): () => void {
  const hog = isolateLedger.open("tables", "hog");
  for (let bytes = 64 * 1024 * 1024; bytes >= 1; bytes = Math.floor(bytes / 2)) while (hog.reserve(bytes));
  return () => hog.close();
}

withEviction("a large answer", (between) => {
  it("is streamed to a Worker that accepts it, with its length, and whole to one that does not", () =>
    withShard({}, async (bench) => {
      bench.provider.answering = () => answerResponse(LARGE);
      const first = await bench.whole(ask("q", JSON_CHANGES));
      const json = await readAll(streamOf(first));
      between(bench);
      const hit = await bench.whole(ask("q", JSON_CHANGES));
      expect(hit).toMatchObject({ kind: "stream", outcome: "HIT", bytes: json.length });
      expect(await readAll(streamOf(hit))).toBe(json);
      expect(wholeOf(await bench.whole(ask("q"))).json).toBe(json);
      between(bench);
      const events = await bench.whole(ask("q", { stream: true }));
      expect(events).toMatchObject({ kind: "stream", outcome: "HIT" });
      expect(contentOf(await readAll(streamOf(events)))).toBe(LARGE);
    }));

  it("is read to its end when it is purged meanwhile, and is a miss afterwards", () =>
    withShard({}, async (bench) => {
      bench.provider.answering = () => answerResponse(LARGE);
      const json = await readAll(streamOf(await bench.whole(ask("q", JSON_CHANGES))));
      between(bench);
      const stream = streamOf(await bench.whole(ask("q", JSON_CHANGES)));
      await bench.shard.purge(purgeOf("all", "", { hard: true }));
      expect(await readAll(stream)).toBe(json);
      expect((await bench.whole(ask("q", { onlyIfCached: true }))).kind).toBe("failed");
    }));
});

withEviction("followers with different cache tags", (between) => {
  it("all get the answer, and a purge by any of their tags covers the one small entry that is stored", () =>
    withShard({}, async (bench) => {
      const FOLLOWERS = 300;
      const tagsOf = (follower: number): string[] => Array.from({ length: 8 }, (_, tag) => `t${follower}-${tag}`);
      for (const purged of [0, 7, FOLLOWERS - 1]) {
        const body = handBody();
        bench.provider.answering = () => new Response(body.stream, { headers: { "content-type": "text/event-stream" } });
        const asking = Array.from({ length: FOLLOWERS }, async (_, follower) =>
          bench.whole(ask("q", { requestId: `r${follower}`, tags: tagsOf(follower) })),
        );
        await settled();
        for (const event of answerEvents("small")) body.write(event);
        body.close();
        const replies = await Promise.all(asking);
        expect(replies.every((reply) => saidBy(reply).endsWith(": small"))).toBe(true);
        expect(told(bench).entries).toBe(1);
        const tags = bench.sql.exec<{ tags: number }>("SELECT COUNT(*) AS tags FROM tags").one().tags;
        expect(tags).toBe(MAX_TAGS_PER_ENTRY + 1);
        expect(told(bench).bytes).toBeLessThan(10_000);
        between(bench);
        expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: small");
        expect(await bench.shard.purge(purgeOf("tag", tagsOf(purged)[3], { dryRun: true }))).toMatchObject({ purged: 1 });
        between(bench);
        expect(await bench.shard.purge(purgeOf("tag", tagsOf(purged)[3]))).toMatchObject({ purged: 1 });
        between(bench);
        expect((await bench.whole(ask("q", { onlyIfCached: true }))).kind).toBe("failed");
        await bench.idle();
        expect(told(bench).entries).toBe(0);
      }
    }));

  it("whose tags the flight no longer keeps are fenced like the others when it is purged by one of them", () =>
    withShard({}, async (bench) => {
      const body = handBody();
      bench.provider.answering = () => new Response(body.stream, { headers: { "content-type": "text/event-stream" } });
      const asking = Array.from({ length: MAX_TAGS_PER_ENTRY + 10 }, async (_, follower) =>
        bench.whole(ask("q", { requestId: `r${follower}`, tags: [`t${follower}`] })),
      );
      await settled();
      await bench.shard.purge(purgeOf("tag", `t${MAX_TAGS_PER_ENTRY + 9}`));
      for (const event of answerEvents("old")) body.write(event);
      body.close();
      expect((await Promise.all(asking)).every((reply) => saidBy(reply).endsWith(": old"))).toBe(true);
      between(bench);
      expect((await bench.whole(ask("q", { onlyIfCached: true }))).kind).toBe("failed");
    }));
});

withEviction("a shard without memory", (between) => {
  it("refuses further followers and calls with a time to retry, answers those that it has admitted, and goes on afterwards", () =>
    withShard({}, async (bench) => {
      const body = handBody();
      bench.provider.answering = () => new Response(body.stream, { headers: { "content-type": "text/event-stream" } });
      const leading = bench.whole(ask("q"));
      const following = bench.whole(ask("q", { requestId: "second", stream: true }));
      await settled();
      const free = useUpMemory();
      for (const stream of [false, true]) {
        const refused = await bench.whole(ask("q", { requestId: "third", stream }));
        expect(refused).toEqual({ kind: "failed", error: { kind: "overloaded", what: "subscribers", retryAfterSeconds: 1 } });
        const other = await bench.whole(ask("other", { stream }));
        expect(other).toEqual({ kind: "failed", error: { kind: "overloaded", what: "memory", retryAfterSeconds: 1 } });
      }
      for (const event of answerEvents("whole")) body.write(event);
      body.close();
      expect(saidBy(await leading)).toBe("MISS: whole");
      expect(contentOf(await readAll(streamOf(await following)))).toBe("whole");
      expect(bench.provider.calls).toHaveLength(1);
      free();
      between(bench);
      bench.provider.answering = () => answerResponse("again");
      expect(saidBy(await bench.whole(ask("q")))).toBe("MISS: again");
    }));
});
