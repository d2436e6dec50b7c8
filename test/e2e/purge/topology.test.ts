import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { outcomeOf, startTestCluster, sumOf } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";

const PROMPTS = Array.from({ length: 40 }, (_, index) => `question ${index}`);
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "refrain-topology-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** Runs a cluster on the same data with the given number of shards. */
async function withShards(shardCount: number, work: (cluster: TestCluster) => Promise<void>): Promise<void> {
  await using cluster = await startTestCluster({ dataDir, vars: { SHARD_COUNT: String(shardCount) } });
  await work(cluster);
}

async function outcomes(cluster: TestCluster): Promise<readonly string[]> {
  const seen = new Set<string>();
  for (const prompt of PROMPTS) {
    const response = await cluster.ask(prompt, {}, { "refrain-cache-tags": "t" });
    await response.text();
    seen.add(outcomeOf(response));
  }
  return [...seen];
}

async function post(cluster: TestCluster, path: string, body: object): Promise<unknown> {
  const response = await cluster.admin("POST", path, body);
  expect(response.status).toBe(200);
  return response.json();
}

describe("with fewer shards than before", () => {
  test.each([{ all: true }, { tag: "t" }, { all: true, mode: "hard" }])(
    "a purge by %j covers the shards that are no longer named, so their entries do not come back",
    async (selector) => {
      await withShards(8, async (cluster) => {
        expect(await outcomes(cluster)).toEqual(["MISS"]);
        expect((await cluster.shards()).filter(({ entries }) => entries > 0).length).toBeGreaterThan(4);
      });
      await withShards(4, async (cluster) => {
        expect(await post(cluster, "/admin/purge", { ...selector, dryRun: true })).toEqual({ dryRun: true, matched: PROMPTS.length });
        expect(await post(cluster, "/admin/purge", selector)).toEqual({ purged: PROMPTS.length });
      });
      await withShards(8, async (cluster) => {
        expect(sumOf(await cluster.shards(), "entries")).toBe(0);
        expect(await outcomes(cluster)).toEqual(["MISS"]);
      });
    },
  );

  test("rebalancing moves every entry to its home, in both directions", async () => {
    await withShards(8, async (cluster) => expect(await outcomes(cluster)).toEqual(["MISS"]));
    await withShards(4, async (cluster) => {
      expect(await post(cluster, "/admin/rebalance", { previousShardCount: 8 })).toMatchObject({ done: true });
      expect(await outcomes(cluster)).toEqual(["HIT"]);
      expect(sumOf(await cluster.shards(), "entries")).toBe(PROMPTS.length);
    });
    await withShards(8, async (cluster) => {
      expect(await post(cluster, "/admin/rebalance", {})).toMatchObject({ done: true });
      expect(await outcomes(cluster)).toEqual(["HIT"]);
      expect(await post(cluster, "/admin/purge", { tag: "t" })).toEqual({ purged: PROMPTS.length });
    });
  });
});
