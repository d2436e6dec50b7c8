import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readJsonContent, readStream } from "../../support/chat-client.ts";
import { outcomeOf } from "../../support/e2e-cluster.ts";
import type { TestUpstream } from "../../support/start-upstream.ts";
import { startUpstream } from "../../support/start-upstream.ts";
import type { MixedCluster, StatsView } from "../../support/versions/mixed-cluster.ts";
import { startMixedCluster } from "../../support/versions/mixed-cluster.ts";
import { describeWithRelease } from "../../support/versions/released-code.ts";
import { PARAPHRASE, QUESTION } from "../semantic/semantic-cluster.ts";

const VARS = { SHARD_COUNT: "1", SEMANTIC: "on", L0_TTL_SECONDS: "0" };
const SMALL = { ...VARS, SEMANTIC: "off", SHARD_MAX_BYTES: "1000000", SPILL_WRITES_PER_DAY: "100000" };
/** Answers of a small shard; about a third of them fit in. */
const FILLED = 60;
const ANSWER_CHARACTERS = 40_000;
const BURST = 50;
const ONLY_CACHED = { "cache-control": "only-if-cached" };

const PROMPTS = 5;
/** Purges that each cover the answers stored with their name as the tag and the model, and no others. */
const NARROW_PURGES = [
  ["tagged", { tag: "tagged" }],
  ["modelled", { model: "modelled" }],
] as const;
/** The wide ones come first, so that none of them hides that a narrow one does not hold. */
const PURGES = [
  ["everything", { all: true }],
  ["everything-hard", { all: true, mode: "hard" }],
  ["old", { olderThanSeconds: 0 }],
  ["tenant", { tenant: "default" }],
  ...NARROW_PURGES,
] as const;

/** Pseudo-random letters, which deflate hardly compresses. The same prompt gives the same text. */
function longText(prompt: string): string {
  let state = [...prompt].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2_147_483_647, 7);
  let text = `${prompt}: `;
  while (text.length < ANSWER_CHARACTERS) {
    state = (state * 48_271) % 2_147_483_647;
    text += String.fromCharCode(33 + (state % 90));
  }
  return text;
}

describeWithRelease("on the same storage", (versions) => {
  let upstream: TestUpstream;
  let dataDir = "";

  beforeAll(async () => {
    upstream = await startUpstream((call, index) => ({
      kind: "answer",
      text: call.prompt.startsWith("long") ? longText(call.prompt) : `Answer ${index + 1} to: ${call.prompt}`,
    }));
  });
  afterAll(() => upstream.stop());
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "refrain-upgrade-"));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  /** Runs a cluster of one version on the data folder. */
  async function withCode(
    version: "released" | "current",
    work: (cluster: MixedCluster) => Promise<void>,
    vars: Readonly<Record<string, string>> = VARS,
  ): Promise<void> {
    const code = versions()[version];
    await using cluster = await startMixedCluster({ front: code, objects: code, dataDir, upstreamUrl: upstream.baseUrl, vars });
    await work(cluster);
    expect(cluster.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  }

  /** The prompts of a purge ask for the model with its name. */
  async function outcome(cluster: MixedCluster, prompt: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const response = await cluster.ask(prompt, { model: prompt.split(" ")[0] }, headers);
    await response.text();
    return response.ok ? outcomeOf(response) : String(response.status);
  }

  /** Stores an answer per prompt, with a tag. */
  async function store(cluster: MixedCluster, tag: string, prompts: readonly string[]): Promise<void> {
    for (const prompt of prompts) expect(await outcome(cluster, prompt, { "refrain-cache-tags": tag })).toBe("MISS");
  }

  /** Outcomes of requests that may not call the provider. */
  async function stored(cluster: MixedCluster, prompts: readonly string[]): Promise<readonly string[]> {
    const seen = new Set<string>();
    for (const prompt of prompts) seen.add(await outcome(cluster, prompt, ONLY_CACHED));
    return [...seen];
  }

  const named = (name: string, count = PROMPTS): readonly string[] => Array.from({ length: count }, (_, index) => `${name} ${index}`);

  describe.each([
    { before: "released", after: "current", change: "an upgrade" },
    { before: "current", after: "released", change: "a rollback" },
  ] as const)("after $change", ({ before, after }) => {
    test("answers of the earlier code are hits, as JSON and as events, with the same content", async () => {
      let content = "";
      let events = "";
      await withCode(before, async (cluster) => {
        content = await readJsonContent(await cluster.ask("plain"));
        events = (await readStream(await cluster.ask("streamed", { stream: true }))).content;
      });
      await withCode(after, async (cluster) => {
        const [plain, plainStream] = [await cluster.ask("plain"), await cluster.ask("plain", { stream: true })];
        expect([outcomeOf(plain), await readJsonContent(plain)]).toEqual(["HIT", content]);
        expect([outcomeOf(plainStream), (await readStream(plainStream)).content]).toEqual(["HIT", content]);
        const streamed = await cluster.ask("streamed");
        expect([outcomeOf(streamed), await readJsonContent(streamed)]).toEqual(["HIT", events]);
      });
    });

    const paraphrased = async (cluster: MixedCluster): Promise<string> => {
      const response = await cluster.ask(PARAPHRASE);
      await response.text();
      return outcomeOf(response);
    };

    test("questions of the earlier code lead to semantic hits, and a purge removes them", async () => {
      await withCode(before, async (cluster) => {
        await readJsonContent(await cluster.ask(QUESTION));
      });
      await withCode(after, async (cluster) => {
        expect(await paraphrased(cluster)).toBe("SEMANTIC");
        await cluster.post("/admin/purge", { model: "test-model" });
        expect(await paraphrased(cluster)).toBe("MISS");
      });
    });

    test("purges that the earlier code has taken hold, and what was stored since is served", async () => {
      await withCode(before, async (cluster) => {
        for (const [name, selector] of PURGES) {
          await store(cluster, name, named(name));
          expect([name, await cluster.post("/admin/purge", selector)]).toEqual([name, { purged: PROMPTS }]);
        }
        await store(cluster, "kept", named("kept"));
      });
      await withCode(after, async (cluster) => {
        for (const [name] of PURGES) expect([name, await stored(cluster, named(name))]).toEqual([name, ["504"]]);
        expect(await stored(cluster, named("kept"))).toEqual(["HIT"]);
      });
    });

    test("purges cover what the earlier code has stored, for good", async () => {
      await withCode(before, async (cluster) => {
        for (const [name] of NARROW_PURGES) await store(cluster, name, named(name));
      });
      await withCode(after, async (cluster) => {
        for (const [, selector] of NARROW_PURGES) await cluster.post("/admin/purge", selector);
        for (const [name] of NARROW_PURGES) expect([name, await stored(cluster, named(name))]).toEqual([name, ["504"]]);
      });
      await withCode(before, async (cluster) => {
        for (const [name] of NARROW_PURGES) expect([name, await stored(cluster, named(name))]).toEqual([name, ["504"]]);
        await store(cluster, "again", named("again"));
      });
      await withCode(after, async (cluster) => {
        expect(await stored(cluster, named("again"))).toEqual(["HIT"]);
        await cluster.post("/admin/purge", { all: true });
      });
      await withCode(before, async (cluster) => expect(await stored(cluster, named("again"))).toEqual(["504"]));
    });

    test("spilled answers of the earlier code are hits, without a call to the provider", async () => {
      await withCode(
        before,
        async (cluster) => {
          for (const prompt of named("long", FILLED)) await outcome(cluster, prompt);
          const shard = await cluster.settle(
            () => cluster.shard(0),
            ({ spilledEntries }) => spilledEntries > FILLED / 4,
          );
          expect(shard.entries).toBe(shard.residentEntries + shard.spilledEntries);
        },
        SMALL,
      );
      await withCode(
        after,
        async (cluster) => {
          const calls = upstream.calls.length;
          let hits = 0;
          for (const prompt of named("long", FILLED)) {
            const response = await cluster.ask(prompt, { model: "long" }, ONLY_CACHED);
            if (response.status !== 504) expect([outcomeOf(response), await readJsonContent(response)]).toEqual(["HIT", longText(prompt)]);
            if (response.status !== 504) hits += 1;
          }
          expect(hits).toBeGreaterThan(FILLED / 2);
          expect((await cluster.shard(0)).promotions).toBeGreaterThan(0);
          expect(upstream.calls.length).toBe(calls);
        },
        SMALL,
      );
    });

    test("a user gets no more than the rest of the burst", async () => {
      const limits = { ...VARS, RATE_LIMIT_REQUESTS: "1", RATE_LIMIT_WINDOW_SECONDS: "86400", RATE_LIMIT_BURST: String(BURST) };
      const burst = async (cluster: MixedCluster, count: number): Promise<number> => {
        const responses = await Promise.all(Array.from({ length: count }, () => cluster.ask("limited")));
        await Promise.all(responses.map((response) => response.text()));
        return responses.filter(({ status }) => status === 200).length;
      };
      let admitted = 0;
      await withCode(before, async (cluster) => void (admitted = await burst(cluster, 30)), limits);
      expect(admitted).toBe(30);
      await withCode(after, async (cluster) => void (admitted += await burst(cluster, BURST)), limits);
      // What a lease still held when the isolate ended may be lost, and is never admitted twice.
      expect(admitted).toBeLessThanOrEqual(BURST);
      expect(admitted).toBeGreaterThan(30);
      await withCode(before, async (cluster) => void (admitted += await burst(cluster, BURST)), limits);
      expect(admitted).toBeLessThanOrEqual(BURST);
    });
  });

  test("an upgrade keeps figures and holdings, and counts on from there", async () => {
    let earlier: StatsView | null = null;
    await withCode("released", async (cluster) => {
      await store(cluster, "a", named("a"));
      await store(cluster, "b", named("b"));
      expect(await stored(cluster, named("a"))).toEqual(["HIT"]);
      // A purge writes the figures that 0.2.0 keeps in memory.
      await cluster.post("/admin/purge", { tag: "b" });
      earlier = await cluster.stats();
    });
    await withCode("current", async (cluster) => {
      const { requests, hits, misses, entries, bytes, tokensSaved } = earlier ?? (await cluster.stats());
      expect(await cluster.stats()).toMatchObject({ requests, hits, misses, entries, bytes, tokensSaved });
      expect([requests, hits, misses, entries]).toEqual([15, 5, 10, 5]);
      await store(cluster, "c", named("c"));
      expect(await cluster.stats()).toMatchObject({ requests: 20, hits: 5, misses: 15, entries: 10 });
      expect(await cluster.post("/admin/purge", { all: true, mode: "hard" })).toEqual({ purged: 10 });
      expect(await cluster.stats()).toMatchObject({ entries: 0, bytes: 0 });
    });
  });

  test("a rollback and a second upgrade keep what both versions have stored, and count it", async () => {
    await withCode("current", async (cluster) => {
      await store(cluster, "a", named("a"));
      await cluster.stats();
    });
    await withCode("released", async (cluster) => {
      expect(await stored(cluster, named("a"))).toEqual(["HIT"]);
      await store(cluster, "b", named("b"));
      await store(cluster, "c", named("c"));
      await cluster.post("/admin/purge", { tag: "c" });
    });
    await withCode("current", async (cluster) => {
      expect(await stored(cluster, [...named("a"), ...named("b")])).toEqual(["HIT"]);
      expect(await stored(cluster, named("c"))).toEqual(["504"]);
      const stats = await cluster.stats();
      expect(stats).toMatchObject({ requests: 35, hits: 15, misses: 15, errors: 5, entries: 10 });
      expect((await cluster.shard(0)).entries).toBe(10);
      expect(await cluster.post("/admin/purge", { tenant: "default" })).toEqual({ purged: 10 });
    });
  });
});
