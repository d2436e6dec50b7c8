import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readJsonContent, readStream } from "../../support/chat-client.ts";
import { outcomeOf, startTestCluster } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";

let dataDir = "";
let cluster: TestCluster;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "refrain-hit-"));
  cluster = await startTestCluster({ dataDir });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

describe("a stored answer", () => {
  test("is a MISS first and then a HIT with Age, Cache-Status and the same bytes", async () => {
    const miss = await cluster.ask("first of all");
    expect(outcomeOf(miss)).toBe("MISS");
    expect(miss.headers.get("cache-status")).toBe("refrain; fwd=miss; stored");
    expect(miss.headers.get("age")).toBeNull();
    expect(miss.headers.get("refrain-attempts")).toBe("1");
    expect(miss.headers.get("cf-aig-cache-status")).toBe("MISS");
    const text = await miss.text();

    const hit = await cluster.ask("first of all");
    expect(outcomeOf(hit)).toBe("HIT");
    expect(hit.headers.get("cache-status")).toMatch(/^refrain; hit; ttl=\d+$/);
    expect(hit.headers.get("age")).toMatch(/^\d+$/);
    expect(hit.headers.get("content-type")).toBe("application/json");
    expect(hit.headers.get("refrain-provider")).toBe("openai");
    expect(hit.headers.get("refrain-attempts")).toBe("0");
    expect(hit.headers.get("cf-aig-cache-status")).toBe("HIT");
    expect(hit.headers.get("refrain-entry")).toBe(miss.headers.get("refrain-entry"));
    expect(hit.headers.get("refrain-request-id")).not.toBe(miss.headers.get("refrain-request-id"));
    expect(await hit.text()).toBe(text);
    expect(cluster.upstream.callsFor("first of all")).toHaveLength(1);
  });

  test("from a JSON request answers a stream, and the other way round", async () => {
    const json = await cluster.ask("json first");
    const content = await readJsonContent(json);
    const replay = await cluster.ask("json first", { stream: true });
    expect(outcomeOf(replay)).toBe("HIT");
    expect(replay.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const stream = await readStream(replay);
    expect(stream).toMatchObject({ content, finishReason: "stop", done: true, error: null });

    const live = await cluster.ask("stream first", { stream: true });
    expect(outcomeOf(live)).toBe("MISS");
    const streamed = await readStream(live);
    const whole = await cluster.ask("stream first");
    expect(outcomeOf(whole)).toBe("HIT");
    expect(await readJsonContent(whole)).toBe(streamed.content);
    expect(cluster.upstream.callsFor("json first").length + cluster.upstream.callsFor("stream first").length).toBe(2);
  });

  test("includes usage in a stream only for clients that request it", async () => {
    await (await cluster.ask("usage")).text();
    const without = await readStream(await cluster.ask("usage", { stream: true }));
    const asked = await readStream(await cluster.ask("usage", { stream: true, stream_options: { include_usage: true } }));
    expect(without.events.some((event) => event.includes('"prompt_tokens"'))).toBe(false);
    expect(asked.events.filter((event) => event.includes('"prompt_tokens":12'))).toHaveLength(1);
    expect(asked.content).toBe(without.content);
  });

  test("keeps its original id and created in a replay", async () => {
    const first = await (await cluster.ask("identity")).json<{ id: string; created: number }>();
    const replay = await readStream(await cluster.ask("identity", { stream: true }));
    const chunk = JSON.parse(replay.events[0] ?? "") as { id: string; created: number };
    expect(chunk).toMatchObject({ id: first.id, created: first.created });
  });

  test("is shared with POST /chat", async () => {
    const post = async (body: object): Promise<Response> => fetch(`${cluster.url}/chat`, { method: "POST", body: JSON.stringify(body) });
    const miss = await post({ prompt: "plain", model: "test-model" });
    expect(outcomeOf(miss)).toBe("MISS");
    const answer = await miss.json<{ response: string }>();
    expect(answer).toMatchObject({ success: true, data: answer.response, cached: false, provider: "openai", usage: { totalTokens: 20 } });
    const chat = await cluster.ask("plain");
    expect(outcomeOf(chat)).toBe("HIT");
    expect(await readJsonContent(chat)).toBe(answer.response);
    const again = await post({ prompt: "plain", model: "test-model", stream: true });
    const events = (await again.text()).split("\n\n").filter((event) => event !== "");
    const data = events.map((event) => JSON.parse(event.replace(/^data: /, "")) as { type: string; text?: string });
    expect(data.map(({ text }) => text ?? "").join("")).toBe(answer.response);
    expect(data.at(-1)).toMatchObject({ type: "done", cached: true, metadata: { cacheStatus: "HIT" } });
  });

  test("is counted in GET /stats, with the tokens saved", async () => {
    const before = await (await fetch(`${cluster.url}/stats`)).json<Record<string, number>>();
    await (await cluster.ask("counted")).text();
    for (let repeat = 0; repeat < 3; repeat++) await (await cluster.ask("counted")).text();
    const after = await (await fetch(`${cluster.url}/stats`)).json<Record<string, number>>();
    const grown = (name: string): number => (after[name] ?? 0) - (before[name] ?? 0);
    expect({ requests: grown("requests"), hits: grown("hits"), misses: grown("misses"), tokensSaved: grown("tokensSaved") }).toEqual({
      requests: 4,
      hits: 3,
      misses: 1,
      tokensSaved: 60,
    });
  });

  test("survives SIGKILL with its tags and the shard's sequence number", async () => {
    const stored = await cluster.ask("survivor", {}, { "refrain-cache-tags": "kept" });
    const text = await stored.text();
    await cluster.admin("POST", "/admin/purge", { tag: "nothing-has-this" });
    const sequences = (await cluster.shards()).map(({ sequence }) => sequence);
    await cluster.server.kill();
    await cluster.upstream.stop();

    cluster = await startTestCluster({ dataDir });
    const hit = await cluster.ask("survivor");
    expect(outcomeOf(hit)).toBe("HIT");
    expect(await hit.text()).toBe(text);
    expect((await cluster.shards()).map(({ sequence }) => sequence)).toEqual(sequences);
    expect(await (await cluster.admin("POST", "/admin/purge", { tag: "kept", dryRun: true })).json()).toEqual({ dryRun: true, matched: 1 });
    expect(cluster.upstream.calls).toHaveLength(0);
  });
});
