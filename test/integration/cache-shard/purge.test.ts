import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { PurgeRequest } from "../../../shared/contracts/cache-shard/purge-contract.ts";
import type { Bench } from "../../support/shard-bench.ts";
import { ask, digestOf, orphans, purgeOf, recount, saidBy, told, withEviction, withShard } from "../../support/shard-bench.ts";
import { answerEvents, answerResponse, errorAnswer, handBody, readAll, settled } from "../../support/shard-provider.ts";

const KEPT_RECORDS = 1000;
/** Records are trimmed in batches. */
const TRIM_BATCH = 501;
const SCOPE = digestOf("scope");

/** Every kind of purge, with a value that covers the entry of `ask("q", { tags: ["t1", "t2"] })`. */
const COVERING: readonly (readonly [PurgeRequest["kind"], () => string])[] = [
  ["all", () => ""],
  ["key", () => digestOf("q")],
  ["tag", () => "t2"],
  ["model", () => "test-model"],
  ["model", () => "test-model-2026"],
  ["tenant", () => "acme"],
  ["scope", () => SCOPE],
  ["created_before", () => String(Date.now() + 1000)],
];

const ELSEWHERE: readonly (readonly [PurgeRequest["kind"], string])[] = [
  ["key", digestOf("other")],
  ["tag", "t"],
  ["model", "test"],
  ["tenant", "acm"],
  ["scope", digestOf("other")],
  ["created_before", "5"],
];

const TAGGED = ask("q", { tags: ["t1", "t2"] });
const STORED_ONLY = ask("q", { onlyIfCached: true });

afterEach(() => vi.useRealTimers());

async function numbers(bench: Bench): Promise<void> {
  await bench.idle();
  expect(told(bench)).toEqual(recount(bench));
}

withEviction("a purge", (between) => {
  it.each(COVERING)("by %s removes what it covers, at once and permanently", (kind, value) =>
    withShard({}, async (bench) => {
      await bench.whole(TAGGED);
      await bench.whole(ask("bystander", { tenant: "globex", scope: digestOf("elsewhere"), model: "other-model" }));
      between(bench);
      const matches = (await bench.shard.purge(purgeOf(kind, value(), { dryRun: true }))).purged;
      const reply = await bench.shard.purge(purgeOf(kind, value()));
      expect(reply.purged).toBe(matches);
      expect(reply.sequence).toBe(1);
      between(bench);
      expect((await bench.whole(STORED_ONLY)).kind).toBe("failed");
      const spared = kind === "key" || kind === "tag" || kind === "tenant" || kind === "scope" || value() === "test-model";
      expect((await bench.whole(ask("bystander", { onlyIfCached: true }))).kind).toBe(spared ? "whole" : "failed");
      await numbers(bench);
      expect(saidBy(await bench.whole(TAGGED))).toBe("MISS: answer to q");
      between(bench);
      expect(saidBy(await bench.whole(TAGGED))).toBe("HIT: answer to q");
    }),
  );

  it.each(ELSEWHERE)("by %s of something else leaves the entry alone", (kind, value) =>
    withShard({}, async (bench) => {
      await bench.whole(TAGGED);
      between(bench);
      expect((await bench.shard.purge(purgeOf(kind, value))).purged).toBe(0);
      expect(saidBy(await bench.whole(STORED_ONLY))).toBe("HIT: answer to q");
      await numbers(bench);
    }),
  );

  it("as a dry run counts entries and changes nothing", () =>
    withShard({}, async (bench) => {
      await bench.whole(TAGGED);
      for (const [kind, value] of COVERING) {
        expect(await bench.shard.purge(purgeOf(kind, value(), { dryRun: true }))).toMatchObject({ shard: 0, sequence: 0, purged: 1 });
        between(bench);
      }
      expect(saidBy(await bench.whole(STORED_ONLY))).toMatch(/^HIT/);
    }));

  it("never resets the sequence, even if it is hard, on an empty shard or after a restart", () =>
    withShard({}, async (bench) => {
      for (let time = 1; time <= 6; time++) {
        await bench.whole(ask(`q${time}`));
        expect((await bench.shard.purge(purgeOf("all", "", { hard: time % 2 === 0 }))).sequence).toBe(time);
        between(bench);
        expect(bench.detail().sequence).toBe(time);
      }
    }));

  it("of the whole shard costs the same for any number of entries; the alarm or a hard purge frees the rows", () =>
    withShard({}, async (bench) => {
      await Promise.all(Array.from({ length: 50 }, (_, index) => bench.whole(ask(`q${index}`, { tags: ["t"] }))));
      await bench.idle();
      between(bench);
      bench.statements = 0;
      await bench.shard.purge(purgeOf("all"));
      expect(bench.statements).toBeLessThan(20);
      expect(told(bench)).toEqual({ entries: 0, spilled: 0, bytes: 0 });
      expect(bench.sql.exec("SELECT COUNT(*) AS n FROM entries").one()).toEqual({ n: 50 });
      between(bench);
      await bench.whole(ask("alive"));
      await bench.shard.alarm();
      expect(bench.sql.exec("SELECT COUNT(*) AS n FROM entries").one()).toEqual({ n: 1 });
      expect(orphans(bench)).toBe(0);
      await numbers(bench);
      await bench.shard.purge(purgeOf("all", "", { hard: true }));
      for (const table of ["entries", "bodies", "tags"])
        expect(bench.sql.exec(`SELECT COUNT(*) AS n FROM ${table}`).one()).toEqual({ n: 0 });
    }));
});

describe("a purge during a flight", () => {
  function held(bench: Bench): ReturnType<typeof handBody> {
    const body = handBody();
    bench.provider.answering = () => new Response(body.stream, { headers: { "content-type": "text/event-stream" } });
    return body;
  }

  it.each(COVERING.filter(([kind]) => kind !== "created_before" && kind !== "model").concat([["model", () => "test-model-2026"]]))(
    "by %s does not interrupt the client, but prevents storing the entry",
    (kind, value) =>
      withShard({}, async (bench) => {
        const body = held(bench);
        body.write(answerEvents("x").at(0) ?? "");
        const streaming = await bench.whole({ ...TAGGED, stream: true });
        const waiting = bench.whole(TAGGED);
        await bench.shard.purge(purgeOf(kind, value()));
        for (const event of answerEvents("done")) body.write(event);
        body.close();
        expect(saidBy(await waiting)).toBe("COALESCED: xdone");
        expect(streaming.kind === "stream" && (await readAll(streaming.stream)).endsWith("data: [DONE]\n\n")).toBe(true);
        await bench.idle();
        expect((await bench.whole(STORED_ONLY)).kind).toBe("failed");
        expect(bench.detail().fencedCommits).toBe(1);
        await numbers(bench);
      }),
  );

  it("of something else does not prevent storing the entry", () =>
    withShard({}, async (bench) => {
      const body = held(bench);
      const waiting = bench.whole(TAGGED);
      for (const [kind, value] of ELSEWHERE) await bench.shard.purge(purgeOf(kind, value));
      for (const event of answerEvents("done")) body.write(event);
      body.close();
      await waiting;
      expect(saidBy(await bench.whole(STORED_ONLY))).toBe("HIT: done");
    }));

  it("counts as covering everything once its record has been trimmed", () =>
    withShard({}, async (bench) => {
      vi.useFakeTimers({ toFake: ["Date"] });
      const body = held(bench);
      const waiting = bench.whole(TAGGED);
      for (let record = 0; record < KEPT_RECORDS + TRIM_BATCH; record++) await bench.shard.purge(purgeOf("tag", `nothing-${record}`));
      expect(bench.sql.exec("SELECT COUNT(*) AS n FROM purge_log").one()).toEqual({ n: KEPT_RECORDS + TRIM_BATCH });
      vi.setSystemTime(Date.now() + 3_600_001);
      await bench.shard.purge(purgeOf("tag", "nothing"));
      expect(bench.sql.exec("SELECT COUNT(*) AS n FROM purge_log").one()).toEqual({ n: KEPT_RECORDS });
      for (const event of answerEvents("done")) body.write(event);
      body.close();
      expect(saidBy(await waiting)).toBe("MISS: done");
      expect((await bench.whole(STORED_ONLY)).kind).toBe("failed");
    }));

  it("keeps new requests from joining it: they get an answer from after the purge", () =>
    withShard({}, async (bench) => {
      const before = held(bench);
      const old = bench.whole(TAGGED);
      await settled();
      await bench.shard.purge(purgeOf("key", digestOf("q")));
      bench.provider.answering = () => answerResponse("new");
      expect(saidBy(await bench.whole(TAGGED))).toBe("MISS: new");
      for (const event of answerEvents("old")) before.write(event);
      before.close();
      expect(saidBy(await old)).toBe("MISS: old");
      expect(saidBy(await bench.whole(STORED_ONLY))).toBe("HIT: new");
      await numbers(bench);
    }));
});

describe("a stale answer that may replace an error of the origin", () => {
  it.each(COVERING)("does not once a purge by %s has removed it during the call", (kind, value) =>
    withShard({ STALE_IF_ERROR_SECONDS: "100" }, async (bench) => {
      vi.useFakeTimers({ toFake: ["Date"] });
      await bench.whole(ask("q", { tags: ["t1", "t2"], ttlSeconds: 60 }));
      vi.setSystemTime(Date.now() + 61_000);
      const answer = Promise.withResolvers<Response>();
      bench.provider.answering = () => answer.promise;
      const asked = bench.whole(TAGGED);
      await settled();
      await bench.shard.purge(purgeOf(kind, value(), { hard: true }));
      answer.resolve(errorAnswer(500));
      expect(saidBy(await asked)).toBe("failed: upstream_error");
    }),
  );
});

describe("the shard's alarm", () => {
  it("is set while the shard has entries, and frees expired rows", () =>
    withShard({ STALE_IF_ERROR_SECONDS: "0" }, async (bench) => {
      await bench.whole(ask("short", { ttlSeconds: 1, tags: ["t"] }));
      await bench.whole(ask("long"));
      bench.sql.exec("UPDATE entries SET expires_ms = 1 WHERE key = ?", digestOf("short"));
      await bench.idle();
      expect(await bench.state.storage.getAlarm()).not.toBeNull();
      await bench.shard.alarm();
      expect(bench.sql.exec("SELECT key FROM entries").toArray()).toEqual([{ key: digestOf("long") }]);
      expect(orphans(bench)).toBe(0);
      await numbers(bench);
      expect(typeof runDurableObjectAlarm).toBe("function");
    }));
});
