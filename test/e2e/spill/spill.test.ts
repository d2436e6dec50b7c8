import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJsonContent, readStream } from "../../support/chat-client.ts";
import { outcomeOf, startTestCluster, sumOf } from "../../support/e2e-cluster.ts";
import type { ShardView, TestCluster } from "../../support/e2e-cluster.ts";

const ENTRIES = 60;
/** The database of a shard without entries takes about 0.2 MB of it. */
const SHARD_BYTES = 1_000_000;
const ISOLATE_BYTES = 1_048_576;
/** Beyond this multiple of the bound, entries are dropped instead of spilled. */
const HARD_LIMIT_FACTOR = 1.1;
const VARS = {
  SHARD_COUNT: "1",
  SHARD_MAX_BYTES: String(SHARD_BYTES),
  SPILL_WRITES_PER_DAY: "100000",
  ISOLATE_MAX_BYTES: String(ISOLATE_BYTES),
  L0_TTL_SECONDS: "0",
};

/** Entry keys by prompt. */
const keys = new Map<string, string>();
let dataDir = "";
let cluster: TestCluster;

/** About 40 KB of pseudo-random letters, which deflate hardly compresses. The same prompt gives the same text. */
function longText(prompt: string): string {
  let state = [...prompt].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 2_147_483_647, 7);
  const letters = Array.from({ length: 40_000 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  });
  return `${prompt}: ${letters.join("")}`;
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "refrain-spill-"));
  cluster = await start();
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

function start(): Promise<TestCluster> {
  return startTestCluster({ dataDir, vars: VARS, script: (call) => ({ kind: "answer", text: longText(call.prompt) }) });
}

async function only(): Promise<ShardView> {
  const [shard] = await cluster.shards();
  if (shard === undefined) throw new Error("There is no shard.");
  return shard;
}

/** Asks new prompts one after the other and waits for eviction after each. */
async function fill(name: string, count: number, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  for (let index = 0; index < count; index++) {
    const prompt = `${name} ${index}`;
    const response = await cluster.ask(prompt, {}, headers);
    await response.text();
    keys.set(prompt, response.headers.get("refrain-entry") ?? "");
    await cluster.settle((shards) => shards.every(({ databaseBytes }) => databaseBytes <= SHARD_BYTES));
  }
}

describe("a small shard", () => {
  test("stays within its bounds, in storage and in memory, and spills what does not fit", async () => {
    await fill("first", ENTRIES, { "refrain-cache-tags": "first" });
    const shard = await only();
    expect(shard.spilledEntries).toBeGreaterThan(ENTRIES / 4);
    expect(shard.residentEntries + shard.spilledEntries).toBe(shard.entries);
    expect(shard.databaseBytes).toBeLessThanOrEqual(SHARD_BYTES * HARD_LIMIT_FACTOR);
    expect(shard.ramBytes).toBeLessThanOrEqual(ISOLATE_BYTES / 4);
    expect(shard.isolateBytes).toBeLessThanOrEqual(ISOLATE_BYTES);
    expect(shard.kvErrors).toBe(0);
    const stats = await (await fetch(`${cluster.url}/stats`)).json<{ spills: number; spilledEntries: number }>();
    expect(stats).toMatchObject({ spills: shard.spills, spilledEntries: shard.spilledEntries });
  });

  test("answers spilled entries as a HIT, as JSON and as a stream, without a call", async () => {
    const calls = cluster.upstream.calls.length;
    const { entries, promotions } = await only();
    let hits = 0;
    for (let index = 0; index < ENTRIES; index++) {
      const prompt = `first ${index}`;
      const response = await cluster.ask(prompt, index % 2 === 0 ? { stream: true } : {}, { "cache-control": "only-if-cached" });
      if (response.status === 504) {
        await response.text();
        continue;
      }
      expect(outcomeOf(response)).toBe("HIT");
      expect(index % 2 === 0 ? (await readStream(response)).content : await readJsonContent(response)).toBe(longText(prompt));
      hits += 1;
    }
    expect(hits).toBe(entries);
    expect((await only()).promotions).toBeGreaterThan(promotions);
    expect(cluster.upstream.calls.length).toBe(calls);
    expect((await only()).databaseBytes).toBeLessThanOrEqual(SHARD_BYTES * HARD_LIMIT_FACTOR);
  });

  test("keeps all entries over SIGKILL", async () => {
    const before = await only();
    await cluster.server.kill();
    await cluster.upstream.stop();
    cluster = await start();
    const after = await only();
    expect([after.entries, after.spilledEntries]).toEqual([before.entries, before.spilledEntries]);
    const spilled = await spilledPrompt("first");
    expect(outcomeOf(await cluster.ask(spilled))).toBe("HIT");
  });

  test("serves a spilled answer to all concurrent requests from one KV read", async () => {
    const spilled = await spilledPrompt("first");
    const { promotions } = await only();
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => cluster.ask(spilled, index % 2 === 0 ? { stream: true } : {})),
    );
    const texts = await Promise.all(
      answers.map((answer, index) => (index % 2 === 0 ? readStream(answer).then(({ content }) => content) : readJsonContent(answer))),
    );
    expect(new Set(texts)).toEqual(new Set([longText(spilled)]));
    expect(cluster.upstream.callsFor(spilled)).toHaveLength(0);
    expect((await only()).promotions).toBe(promotions + 1);
  });

  test.each<[string, object]>([
    ["by tag", { tag: "first" }],
    ["by model", { model: "test-model" }],
    ["by age", { olderThanSeconds: 0 }],
    ["with everything", { all: true }],
    ["with everything, hard", { all: true, mode: "hard" }],
  ])("never serves a spilled answer that was purged %s", async (_name, selector) => {
    await cluster.admin("POST", "/admin/purge", { all: true });
    await fill("purged", 24, { "refrain-cache-tags": "first" });
    const before = await only();
    expect(before.spilledEntries).toBeGreaterThan(0);
    const spilled = await spilledPrompt("purged");
    const purge = await cluster.admin("POST", "/admin/purge", selector);
    expect(await purge.json()).toEqual({ purged: before.entries });
    expect((await cluster.ask(spilled, {}, { "cache-control": "only-if-cached" })).status).toBe(504);
    const after = await only();
    expect([after.entries, after.spilledEntries, after.bytes]).toEqual([0, 0, 0]);
    expect(sumOf([after], "kvErrors")).toBe(0);
    expect(outcomeOf(await cluster.ask(spilled))).toBe("MISS");
  });

  test.each<[string, (path: string) => Promise<void>]>([
    ["damaged", (path) => writeFile(path, "not what was written")],
    ["lost", (path) => rm(path)],
  ])("treats a value that KV has %s as a miss and calls again", async (_name, spoil) => {
    await cluster.admin("POST", "/admin/purge", { all: true, mode: "hard" });
    await fill("spoilt", 24);
    const spilled = await spilledPrompt("spoilt");
    await cluster.server.kill();
    await cluster.upstream.stop();
    for (const path of await kvValues()) await spoil(path);

    cluster = await start();
    const answer = await cluster.ask(spilled);
    expect([answer.status, outcomeOf(answer)]).toEqual([200, "MISS"]);
    expect(await readJsonContent(answer)).toBe(longText(spilled));
    expect(outcomeOf(await cluster.ask(spilled, { stream: true }))).toBe("HIT");
    expect(cluster.upstream.callsFor(spilled)).toHaveLength(1);
    expect((await fetch(`${cluster.url}/health`)).status).toBe(200);
  });

  test("drops entries when it may not spill", async () => {
    await using stingy = await startTestCluster({
      vars: { ...VARS, SPILL_WRITES_PER_DAY: "0" },
      script: (call) => ({ kind: "answer", text: longText(call.prompt) }),
    });
    for (let index = 0; index < 40; index++) await (await stingy.ask(`dropped ${index}`)).text();
    const [shard] = await stingy.settle((shards) => shards.every(({ databaseBytes }) => databaseBytes <= SHARD_BYTES));
    expect(shard).toMatchObject({ spilledEntries: 0, spills: 0 });
    expect(shard?.evictions).toBeGreaterThan(0);
    expect(shard?.entries).toBeLessThan(40);
  });
});

/** Files in which the local KV stores its values. */
async function kvValues(): Promise<readonly string[]> {
  const folder = join(dataDir, "state", "kv");
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((file) => file.isFile() && file.parentPath.endsWith("blobs")).map((file) => join(file.parentPath, file.name));
  expect(paths.length).toBeGreaterThan(0);
  return paths;
}

/** A prompt of a fill whose entry is now in KV. The admin route does not count as a use of the entry. */
async function spilledPrompt(name: string): Promise<string> {
  for (const [prompt, key] of keys) {
    if (!prompt.startsWith(name)) continue;
    const response = await cluster.admin("GET", `/admin/entries/${key}`);
    if (response.ok && (await response.json<{ location: string }>()).location === "kv") return prompt;
  }
  throw new Error("Nothing is spilled.");
}
