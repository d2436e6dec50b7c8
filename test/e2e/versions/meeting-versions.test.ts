import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJsonContent, readStream } from "../../support/chat-client.ts";
import { outcomeOf } from "../../support/e2e-cluster.ts";
import type { RecordedCall, TestUpstream, UpstreamPlan } from "../../support/start-upstream.ts";
import { startUpstream } from "../../support/start-upstream.ts";
import type { MixedCluster } from "../../support/versions/mixed-cluster.ts";
import { startMixedCluster } from "../../support/versions/mixed-cluster.ts";
import { describeWithRelease } from "../../support/versions/released-code.ts";
import { NEAR_REPEAT, PARAPHRASE, QUESTION } from "../semantic/semantic-cluster.ts";

const CROWD = 20;
const BURST = 50;
const SHARD_COUNT = 3;
const MEMBERS = ["hits", "semantic", "coalesced", "stale", "misses", "bypasses", "errors"] as const;

type Headers = Readonly<Record<string, string>>;

describeWithRelease("during a deployment", (versions) => {
  describe.each([
    { front: "released", objects: "current" },
    { front: "current", objects: "released" },
  ] as const)("a Worker of the $front version and objects of the $objects version", ({ front, objects }) => {
    let upstream: TestUpstream;
    let cluster: MixedCluster;
    let dataDir = "";
    let asked = 0;
    const gates = new Map<string, PromiseWithResolvers<undefined>>();

    function plan(call: RecordedCall, index: number): UpstreamPlan {
      if (call.prompt.startsWith("fails")) return { kind: "status", status: 500 };
      const gate = gates.get(call.prompt);
      const text = `Answer ${index + 1} to: ${call.prompt}`;
      return gate === undefined ? { kind: "answer", text } : { kind: "answer", text, beforeChunk: () => gate.promise };
    }

    async function start(vars: Readonly<Record<string, string>>, folder: string): Promise<MixedCluster> {
      const modules = { front: versions()[front], objects: versions()[objects] };
      return startMixedCluster({ ...modules, dataDir: folder, upstreamUrl: upstream.baseUrl, vars });
    }

    /** Asks and counts the request, so that the figures can be compared at the end. */
    async function ask(prompt: string, more: object = {}, headers: Headers = {}): Promise<Response> {
      asked += 1;
      return cluster.ask(prompt, more, headers);
    }

    async function outcome(prompt: string, headers: Headers = {}, more: object = {}): Promise<string> {
      const response = await ask(prompt, more, headers);
      await response.text();
      return response.ok ? outcomeOf(response) : String(response.status);
    }

    async function outcomes(prompt: string, ...requests: readonly Headers[]): Promise<readonly string[]> {
      const seen: string[] = [];
      for (const headers of requests) seen.push(await outcome(prompt, headers));
      return seen;
    }

    /** Like an operator, repeats the request until everything has moved: the first batch of 0.2.0 may fail. */
    async function rebalance(previousShardCount: number): Promise<void> {
      await cluster.settle(
        async () => (await cluster.admin("POST", "/admin/rebalance", { previousShardCount })).json<{ readonly done: boolean }>(),
        ({ done }) => done,
      );
    }

    beforeAll(async () => {
      upstream = await startUpstream(plan);
      dataDir = await mkdtemp(join(tmpdir(), "refrain-versions-"));
      cluster = await start({ SHARD_COUNT: String(SHARD_COUNT), SEMANTIC: "on" }, dataDir);
    });
    afterAll(async () => {
      await cluster[Symbol.asyncDispose]();
      await upstream.stop();
      await rm(dataDir, { recursive: true, force: true });
    });

    test("are two versions: only one of them knows of purges whose rows are not freed yet", async () => {
      const knowsPending = "pendingPurges" in (await cluster.shard(0));
      expect(knowsPending).toBe(objects === "current");
    });

    test("answer a miss, then hits, as JSON and as events with the same content", async () => {
      const miss = await ask("plain");
      expect(outcomeOf(miss)).toBe("MISS");
      const content = await readJsonContent(miss);
      for (const more of [{}, { stream: true }, { stream: true, stream_options: { include_usage: true } }]) {
        const hit = await ask("plain", more);
        expect(outcomeOf(hit)).toBe("HIT");
        const found = "stream" in more ? (await readStream(hit)).content : await readJsonContent(hit);
        expect(found).toBe(content);
      }
      const streamed = await ask("streamed", { stream: true });
      expect([outcomeOf(streamed), (await readStream(streamed)).done]).toEqual(["MISS", true]);
      const again = await ask("streamed", { stream: true });
      expect([outcomeOf(again), (await readStream(again)).done]).toEqual(["HIT", true]);
      expect(upstream.callsFor("streamed")).toHaveLength(1);
    });

    test.each([false, true])("share one call among concurrent callers (streamed: %s)", async (stream) => {
      const prompt = `crowd ${String(stream)}`;
      const gate = Promise.withResolvers<undefined>();
      gates.set(prompt, gate);
      const pending = Array.from({ length: CROWD }, () => ask(prompt, { stream }));
      await cluster.settle(
        () => Promise.all(Array.from({ length: SHARD_COUNT }, (_, shard) => cluster.shard(shard))),
        (shards) => shards.reduce((sum, { subscribers }) => sum + subscribers, 0) === CROWD,
      );
      gate.resolve(undefined);
      const responses = await Promise.all(pending);
      const contents = await Promise.all(
        responses.map(async (each) => (stream ? (await readStream(each)).content : readJsonContent(each))),
      );
      expect(new Set(contents).size).toBe(1);
      expect(responses.map(outcomeOf).sort()).toEqual([...Array.from({ length: CROWD - 1 }, () => "COALESCED"), "MISS"]);
      expect(upstream.callsFor(prompt)).toHaveLength(1);
    });

    test("obey the Cache-Control of a request", async () => {
      const control = (value: string): Headers => ({ "cache-control": value });
      expect(await outcomes("no-store", control("no-store"), {}, control("no-store"), {})).toEqual(["BYPASS", "MISS", "BYPASS", "HIT"]);
      expect(await outcomes("no-cache", {}, control("no-cache"), {})).toEqual(["MISS", "MISS", "HIT"]);
      expect(await outcomes("only", control("only-if-cached"), {}, control("only-if-cached"))).toEqual(["504", "MISS", "HIT"]);
      expect(await outcomes("fresh", { "refrain-cache-ttl": "600" }, control("max-age=600"), control("min-fresh=601"))).toEqual([
        "MISS",
        "HIT",
        "MISS",
      ]);
    });

    test.each([
      { tag: "t" },
      { model: "test-model" },
      { tenant: "default" },
      { all: true },
      { all: true, mode: "hard" },
      { olderThanSeconds: 0 },
    ])("purge by %j what is stored, and nothing that is stored later", async (selector) => {
      const prompt = `purged by ${JSON.stringify(selector)}`;
      const tagged = { "refrain-cache-tags": "t" };
      expect(await outcomes(prompt, tagged, tagged)).toEqual(["MISS", "HIT"]);
      const dry = (await cluster.post("/admin/purge", { ...selector, dryRun: true })) as { readonly matched: number };
      expect(dry.matched).toBeGreaterThan(0);
      expect(await cluster.post("/admin/purge", selector)).toEqual({ purged: dry.matched });
      expect(await outcomes(prompt, tagged, tagged)).toEqual(["MISS", "HIT"]);
    });

    test("keep the answer of a flight that a purge covers out of the store", async () => {
      const gate = Promise.withResolvers<undefined>();
      gates.set("fenced", gate);
      const streaming = ask("fenced", { stream: true });
      await cluster.settle(
        () => Promise.resolve(upstream.callsFor("fenced").length),
        (calls) => calls === 1,
      );
      await cluster.post("/admin/purge", { all: true });
      gate.resolve(undefined);
      expect((await readStream(await streaming)).done).toBe(true);
      expect(await outcome("fenced")).toBe("MISS");
    });

    test("serve semantic hits, count them, and take feedback that excludes an entry from further ones", async () => {
      const first = await ask(QUESTION);
      const content = await readJsonContent(first);
      const entry = first.headers.get("refrain-entry") ?? "";
      for (const similar of [PARAPHRASE, NEAR_REPEAT]) {
        const hit = await ask(similar, {}, { "refrain-user": "ben" });
        expect([similar, outcomeOf(hit), await readJsonContent(hit)]).toEqual([similar, "SEMANTIC", content]);
      }
      expect((await cluster.stats()).semanticDecisions["served"]).toBe(2);
      const feedback = (user: string): Promise<Response> =>
        fetch(`${cluster.url}/v1/feedback`, {
          method: "POST",
          headers: { "content-type": "application/json", "refrain-user": user },
          body: JSON.stringify({ entry, verdict: "bad" }),
        });
      expect([(await feedback("stranger")).status, (await feedback("ben")).status]).toEqual([404, 200]);
      expect(await outcome("how do i remove rust from a bicycle chain??")).toBe("MISS");
      expect(await outcome(QUESTION)).toBe("HIT");
    });

    test("pass on a provider's failure, and store nothing of it", async () => {
      expect([await outcome("fails"), await outcome("fails")]).toEqual(["500", "500"]);
      expect(await outcome("fails", { "cache-control": "only-if-cached" })).toBe("504");
    });

    test("show entries and shards to the admin, and move entries when the number of shards changes", async () => {
      const response = await ask("inspected");
      const key = response.headers.get("refrain-entry") ?? "";
      await response.text();
      expect(await (await cluster.admin("GET", `/admin/entries/${key}`)).json()).toMatchObject({
        key,
        location: "shard",
        provider: "openai",
      });
      const { shards } = await (
        await cluster.admin("GET", "/admin/shards")
      ).json<{ readonly shards: readonly { readonly entries: number }[] }>();
      expect(shards.reduce((sum, shard) => sum + shard.entries, 0)).toBe((await cluster.stats()).entries);

      await cluster[Symbol.asyncDispose]();
      cluster = await start({ SHARD_COUNT: "5", SEMANTIC: "on" }, dataDir);
      await rebalance(SHARD_COUNT);
      expect(await outcome("inspected", { "cache-control": "only-if-cached" })).toBe("HIT");
      await cluster[Symbol.asyncDispose]();
      cluster = await start({ SHARD_COUNT: String(SHARD_COUNT), SEMANTIC: "on" }, dataDir);
      await rebalance(5);
      expect(await outcome("inspected", { "cache-control": "only-if-cached" })).toBe("HIT");
      expect((await cluster.admin("DELETE", `/admin/entries/${key}`)).ok).toBe(true);
      expect(await outcome("inspected", { "cache-control": "only-if-cached" })).toBe("504");
    });

    test("count every request as exactly one outcome, hits in isolate memory included", async () => {
      const before = await cluster.stats();
      // The figures of the last seconds are lost when the processes end, as in the restarts of the test before.
      expect(before.requests).toBeLessThanOrEqual(asked);
      expect(await outcomes("counted", {}, {}, {}, {}, { "cache-control": "no-store" })).toEqual(["MISS", "HIT", "HIT", "HIT", "BYPASS"]);
      const after = await cluster.stats();
      expect(after).toMatchObject({
        requests: before.requests + 5,
        misses: before.misses + 1,
        hits: before.hits + 3,
        bypasses: before.bypasses + 1,
      });
      for (const stats of [before, after]) expect(MEMBERS.reduce((sum, member) => sum + stats[member], 0)).toBe(stats.requests);
    });

    test("admit exactly the burst of a user, and tell the denied when to ask again", async () => {
      const folder = await mkdtemp(join(tmpdir(), "refrain-versions-limits-"));
      const limits = { RATE_LIMIT_REQUESTS: "1", RATE_LIMIT_WINDOW_SECONDS: "86400", RATE_LIMIT_BURST: String(BURST) };
      {
        await using limited = await start(limits, folder);
        const responses = await Promise.all(Array.from({ length: BURST + 5 }, () => limited.ask("limited")));
        await Promise.all(responses.map((each) => each.text()));
        expect(responses.filter(({ status }) => status === 200)).toHaveLength(BURST);
        const denied = responses.find(({ status }) => status === 429);
        expect(denied?.headers.get("ratelimit-policy")).toBe(`"user";q=1;w=86400;refrain-burst=${BURST}`);
        expect(Number(denied?.headers.get("retry-after"))).toBeGreaterThan(0);
      }
      await rm(folder, { recursive: true, force: true });
    });

    test("log no error and no warning", () => {
      expect(cluster.logged.filter((line) => /"level":"(?:error|warn)"/.test(line))).toEqual([]);
    });
  });
});
