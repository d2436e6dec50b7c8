import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readJsonContent, readStream } from "../../support/chat-client.ts";
import { outcomeOf, startTestCluster, sumOf } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";
import type { RawClient } from "../../support/raw-client.ts";
import { openRaw } from "../../support/raw-client.ts";

const CLIENTS = 1000;
const CHUNKS = 20;
/** With CHUNKS, an answer takes two seconds. */
const SLOW_CHUNK_MS = 100;
const FAST_CHUNK_MS = 5;
const ANSWER = Array.from({ length: 400 }, (_, index) => `word${index} äöü 🜲`).join(" ");

/** Runs before the chunk with this number is sent. */
let beforeChunk: (index: number) => Promise<void> = async () => {};
let chunkDelayMs = FAST_CHUNK_MS;
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster({
    script: () => ({
      kind: "answer",
      text: ANSWER,
      chunks: CHUNKS,
      chunkDelayMs,
      beforeChunk: (index) => beforeChunk(index),
    }),
  });
});
afterAll(() => cluster[Symbol.asyncDispose]());
beforeEach(() => {
  beforeChunk = async () => {};
  chunkDelayMs = FAST_CHUNK_MS;
});

interface Received {
  readonly outcome: string;
  readonly content: string;
  readonly whole: boolean;
}

async function client(prompt: string, stream: boolean): Promise<Received> {
  const response = await cluster.ask(prompt, stream ? { stream: true } : {});
  const outcome = outcomeOf(response);
  if (!stream) return { outcome, content: await readJsonContent(response), whole: true };
  const { content, done, error, finishReason } = await readStream(response);
  return { outcome, content, whole: done && error === null && finishReason === "stop" };
}

/** Starts `count` clients in waves, one before each chunk. The last chunk waits until the shard has all subscribers. */
function joinInWaves(prompt: string, count: number, expectedSubscribers: number): { readonly clients: Promise<Received>[] } {
  chunkDelayMs = SLOW_CHUNK_MS;
  const clients: Promise<Received>[] = [];
  const perWave = Math.ceil(count / (CHUNKS - 1));
  beforeChunk = async (index) => {
    if (index < CHUNKS - 1) {
      for (let joined = 0; joined < perWave && clients.length < count; joined++) clients.push(client(prompt, clients.length % 2 === 0));
    } else {
      await cluster.settle((shards) => sumOf(shards, "subscribers") >= expectedSubscribers);
    }
  };
  return { clients };
}

function openStream(prompt: string): Promise<RawClient> {
  const body = JSON.stringify({ model: "test-model", stream: true, messages: [{ role: "user", content: prompt }] });
  return openRaw(cluster.url, { path: "/v1/chat/completions", body });
}

describe("a thousand identical requests", () => {
  test("that arrive while the answer is in flight share one call, and each gets the whole answer", async () => {
    const { clients } = joinInWaves("thousand", CLIENTS - 1, CLIENTS);
    const leader = await client("thousand", true);
    const all = [leader, ...(await Promise.all(clients))];
    expect(all).toHaveLength(CLIENTS);
    expect(cluster.upstream.callsFor("thousand")).toHaveLength(1);
    expect(all.filter(({ outcome }) => outcome === "COALESCED")).toHaveLength(CLIENTS - 1);
    expect(leader.outcome).toBe("MISS");
    expect(new Set(all.map(({ content }) => content))).toEqual(new Set([ANSWER]));
    expect(all.every(({ whole }) => whole)).toBe(true);
    expect(outcomeOf(await cluster.ask("thousand"))).toBe("HIT");
  });

  test("are all served when the leader resets its connection mid-answer", async () => {
    const { clients } = joinInWaves("leader resets", CLIENTS - 1, CLIENTS - 1);
    const join = beforeChunk;
    const firstContent = Promise.withResolvers<undefined>();
    beforeChunk = async (index) => {
      // The call waits here until its leader has received a piece of the answer and reset its connection.
      if (index === 2) await firstContent.promise;
      await join(index);
    };
    const leader = await openStream("leader resets");
    await leader.waitFor("word0");
    leader.reset();
    firstContent.resolve(undefined);
    await cluster.settle((shards) => sumOf(shards, "flights") === 0);
    const all = await Promise.all(clients);
    expect(all).toHaveLength(CLIENTS - 1);
    expect(cluster.upstream.callsFor("leader resets")).toHaveLength(1);
    expect(cluster.upstream.callsFor("leader resets")[0]).toMatchObject({ aborted: false, completed: true });
    expect(all.every(({ outcome }) => outcome === "COALESCED")).toBe(true);
    expect(new Set(all.map(({ content }) => content))).toEqual(new Set([ANSWER]));
    expect(all.every(({ whole }) => whole)).toBe(true);
  });

  test("may all reset their connections: the answer is still completed and stored", async () => {
    const gone = Promise.withResolvers<undefined>();
    beforeChunk = async (index) => {
      if (index === 3) await gone.promise;
    };
    const leader = await openStream("all reset");
    await leader.waitFor("word0");
    const others = await Promise.all(Array.from({ length: CLIENTS - 1 }, () => openStream("all reset")));
    await Promise.all(others.map((other) => other.waitFor("word0")));
    for (const each of [leader, ...others]) each.reset();
    gone.resolve(undefined);
    await cluster.settle((shards) => sumOf(shards, "flights") === 0);
    const next = await cluster.ask("all reset");
    expect(outcomeOf(next)).toBe("HIT");
    expect(await readJsonContent(next)).toBe(ANSWER);
    expect(cluster.upstream.callsFor("all reset")).toHaveLength(1);
    expect(cluster.upstream.callsFor("all reset")[0]?.aborted).toBe(false);
  });
});

describe("a stream", () => {
  test("ends with one terminal event for every reader", async () => {
    const gate = Promise.withResolvers<undefined>();
    beforeChunk = async (index) => {
      if (index === 1) await gate.promise;
    };
    const clients = Array.from({ length: 5 }, async () => (await cluster.ask("one end", { stream: true })).text());
    await cluster.settle((shards) => sumOf(shards, "subscribers") === 5);
    gate.resolve(undefined);
    for (const text of await Promise.all(clients)) {
      expect(text.split("data: [DONE]")).toHaveLength(2);
      expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
      expect(text.match(/"finish_reason":"stop"/g)).toHaveLength(1);
    }
  });
});

describe("a flight", () => {
  test("gives a late follower the same bytes as an early one", async () => {
    const late: Promise<string>[] = [];
    beforeChunk = async (index) => {
      if (index === CHUNKS - 2) late.push(cluster.ask("late", { stream: true }).then(async (response) => response.text()));
      if (index === CHUNKS - 1) await cluster.settle((shards) => sumOf(shards, "subscribers") === 2);
    };
    const early = await (await cluster.ask("late", { stream: true })).text();
    expect(await Promise.all(late)).toEqual([early]);
  });

  test("of a JSON client goes on when the client disconnects", async () => {
    const gone = Promise.withResolvers<undefined>();
    const started = Promise.withResolvers<undefined>();
    beforeChunk = async (index) => {
      started.resolve(undefined);
      if (index === 1) await gone.promise;
    };
    const body = JSON.stringify({ model: "test-model", messages: [{ role: "user", content: "json leaves" }] });
    const only = await openRaw(cluster.url, { path: "/v1/chat/completions", body });
    await started.promise;
    only.reset();
    gone.resolve(undefined);
    await cluster.settle((shards) => sumOf(shards, "flights") === 0);
    expect(outcomeOf(await cluster.ask("json leaves"))).toBe("HIT");
    expect(cluster.upstream.callsFor("json leaves")).toHaveLength(1);
  });

  test("with no-store is cancelled when its only client disconnects", async () => {
    const gone = Promise.withResolvers<undefined>();
    beforeChunk = async (index) => {
      if (index === 2) await gone.promise;
    };
    const body = JSON.stringify({ model: "test-model", stream: true, messages: [{ role: "user", content: "not kept" }] });
    const only = await openRaw(cluster.url, { path: "/v1/chat/completions", body, headers: { "cache-control": "no-store" } });
    await only.waitFor("word0");
    only.reset();
    await cluster.settle((shards) => sumOf(shards, "flights") === 0);
    gone.resolve(undefined);
    expect(cluster.upstream.callsFor("not kept")[0]?.completed).toBe(false);
  });

  test("is not held up by a client that reads nothing", async () => {
    const idle = await openStream("one idles");
    idle.socket.pause();
    const others = await Promise.all([true, false, true].map((stream) => client("one idles", stream)));
    expect(others.map(({ content }) => content)).toEqual([ANSWER, ANSWER, ANSWER]);
    idle.socket.resume();
    await idle.waitFor("[DONE]");
    idle.close();
    expect(cluster.upstream.callsFor("one idles")).toHaveLength(1);
  });
});
