import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { postChat, readJsonContent, readStream, userPrompt } from "../../support/chat-client.ts";
import { QUIET_VARS } from "../../support/e2e-cluster.ts";
import { openRaw } from "../../support/raw-client.ts";
import type { TestUpstream, UpstreamPlan } from "../../support/start-upstream.ts";
import { numberedAnswer, startUpstream } from "../../support/start-upstream.ts";
import type { TestWorker } from "../../support/start-worker.ts";
import { startTestWorker } from "../../support/start-worker.ts";

const ADMIN_TOKEN = "an-admin-token-for-tests";

let upstream: TestUpstream;
let worker: TestWorker;
/** Awaited by the provider before it answers a prompt that begins with "slow" or "held": before its headers if "held". */
let gate = Promise.withResolvers<void>();
/** Awaited by the provider before the third chunk of an answer to a prompt that begins with "half". */
let half = Promise.withResolvers<void>();

beforeAll(async () => {
  upstream = await startUpstream((call, index): UpstreamPlan => {
    const answer = numberedAnswer(call, index);
    if (call.prompt.startsWith("slow")) return { ...answer, beforeChunk: () => gate.promise };
    if (call.prompt.startsWith("held")) return { ...answer, beforeHeaders: () => gate.promise };
    if (call.prompt.startsWith("half")) return { ...answer, beforeChunk: (chunk) => (chunk < 2 ? Promise.resolve() : half.promise) };
    return answer;
  });
  worker = await startTestWorker("test/e2e/shards/faulty-shard-worker.ts", {
    ...QUIET_VARS,
    AUTH: "open",
    ADMIN_TOKEN,
    OPENAI_BASE_URL: upstream.baseUrl,
    SHARD_COUNT: "1",
    UPSTREAM_SLOTS: "1",
    LOG_LEVEL: "silent",
  });
});

afterEach(async () => {
  gate.resolve();
  half.resolve();
  gate = Promise.withResolvers();
  half = Promise.withResolvers();
  await demand("fault/none");
});

afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await upstream.stop();
});

async function demand(path: string): Promise<unknown> {
  return (await fetch(`${worker.url}/test/${path}`)).json();
}

async function shard(): Promise<{ readonly subscribers: number; readonly upstreamActive: number; readonly upstreamQueued: number }> {
  const response = await fetch(`${worker.url}/admin/shards/0`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  return response.json();
}

/** Waits until the value is the expected one. */
async function until<Value>(read: () => Value | Promise<Value>, wanted: Value): Promise<void> {
  await expect.poll(read, { timeout: 20_000, interval: 5 }).toEqual(wanted);
}

describe("an object that is reset, as by a deployment", () => {
  test("answers two hundred waiting JSON clients after it has been asked once more, with one call more", async () => {
    const clients = Array.from({ length: 200 }, () => postChat(worker.url, userPrompt("slow 200")));
    await until(async () => (await shard()).subscribers, 200);
    await demand("reset/0");
    await until(() => upstream.callsFor("slow 200").length, 2);
    gate.resolve();
    const answers = await Promise.all(clients);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const contents = new Set(await Promise.all(answers.map(readJsonContent)));
    expect([contents.size, upstream.callsFor("slow 200").length]).toEqual([1, 2]);
    expect((await postChat(worker.url, userPrompt("slow 200"))).headers.get("refrain-cache")).toBe("HIT");
  });

  test("ends the streams that had begun with an error event on both routes, and answers the next request", async () => {
    const streams = [
      postChat(worker.url, userPrompt("half stream", { stream: true })),
      fetch(`${worker.url}/chat`, { method: "POST", body: JSON.stringify({ prompt: "half prompt", stream: true }) }),
    ];
    const [chat, prompt] = await Promise.all(streams);
    const texts = Promise.all([readStream(chat as Response), (prompt as Response).text()]);
    await until(() => upstream.calls.filter((call) => call.prompt.startsWith("half ")).length, 2);
    await demand("reset/0");
    const [events, text] = await texts;
    expect(events).toMatchObject({ done: false, error: { code: "shard_unreachable", type: "unavailable_error" } });
    expect(text).toMatch(/"type":"delta".*\n\ndata: \{"type":"error","success":false.*\n\n$/s);
    expect(await readJsonContent(await postChat(worker.url, userPrompt("next")))).toContain("next");
  });
});

describe("errors of the runtime", () => {
  test("are classified as what they are", async () => {
    expect(await demand("classified")).toEqual({
      reset: "reset, may repeat",
      "a method that is not there": "fault, remote",
      "an exception of the object": "fault, remote",
      "an exception of its storage": "storage, remote",
      "an argument that is too large": "too_large",
      "a result that is too large": "too_large, remote",
      "an argument that cannot be sent": "fault",
    });
  });
});

describe("a shard that cannot answer", () => {
  test("because of a bug is a 500, and the provider is not called", async () => {
    await demand("fault/bug");
    const response = await postChat(worker.url, userPrompt("bug"));
    expect([response.status, await response.json()]).toMatchObject([500, { error: { code: "internal_error" } }]);
    expect(upstream.callsFor("bug")).toHaveLength(0);
  });

  test.each(["reset", "storage"])("because of its %s is bypassed, as JSON and as events", async (kind) => {
    await demand(`fault/${kind}`);
    const json = await postChat(worker.url, userPrompt(`around ${kind}`));
    expect([json.headers.get("refrain-cache"), await readJsonContent(json)]).toEqual(["BYPASS", expect.stringContaining(`around ${kind}`)]);
    const events = await postChat(worker.url, userPrompt(`around ${kind}`, { stream: true }));
    expect(await readStream(events)).toMatchObject({ done: true, content: expect.stringContaining(`around ${kind}`) as string });
  });

  test("leaves no slot taken after a thousand requests of which half reset their connections early", async () => {
    await demand("fault/reset");
    const bodyOf = (request: number, prompt: string): string =>
      JSON.stringify(userPrompt(`${prompt} ${request}`, { stream: request % 4 < 2 }));
    const waves = Array.from({ length: 10 }, (_, wave) => wave);
    for (const wave of waves) {
      const clients = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          openRaw(worker.url, { path: "/v1/chat/completions", body: bodyOf(wave * 100 + index, index % 2 === 0 ? "slow" : "half") }),
        ),
      );
      await until(() => demand("bypasses"), 64);
      for (const [index, client] of clients.entries()) if (index % 2 === 0) client.reset();
      half.resolve();
      gate.resolve();
      const left = clients.filter((_, index) => index % 2 === 1);
      await Promise.all(left.map((client) => client.waitFor("HTTP/1.1 ")));
      await until(() => demand("bypasses"), 0);
      for (const client of left) client.close();
      half = Promise.withResolvers();
      gate = Promise.withResolvers();
    }
    const answers = await Promise.all(Array.from({ length: 64 }, (_, key) => postChat(worker.url, userPrompt(`after ${key}`))));
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.headers.get("refrain-cache")}`))).toEqual(new Set(["200 BYPASS"]));
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  });

  test("is not a stampede for a hot key: four calls at a time, and a 503 with a time to retry for the others", async () => {
    await demand("fault/reset");
    const clients = Array.from({ length: 30 }, () => postChat(worker.url, userPrompt("slow hot")));
    await until(() => upstream.callsFor("slow hot").length, 4);
    const refused = await Promise.race(clients);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    gate.resolve();
    const statuses = (await Promise.all(clients)).map(({ status }) => status);
    expect([statuses.filter((status) => status === 200).length, upstream.callsFor("slow hot").length]).toEqual([4, 4]);
  });
});

describe("clients that reset their connections while their calls wait for a slot", () => {
  test("take their calls out of the queue: the provider never gets them", async () => {
    // With one slot, the shard makes one call itself and 32 through `Upstream` objects.
    const held = Array.from({ length: 33 }, (_, slot) => postChat(worker.url, userPrompt(`held ${slot}`)));
    await until(async () => (await shard()).upstreamActive, 33);
    const bodies = Array.from({ length: 40 }, (_, call) => JSON.stringify(userPrompt(`queued ${call}`, { stream: call % 2 === 0 })));
    const leaving = await Promise.all(bodies.map((body) => openRaw(worker.url, { path: "/v1/chat/completions", body })));
    const staying = postChat(worker.url, userPrompt("queued and staying"));
    await until(async () => (await shard()).upstreamQueued, 41);
    for (const client of leaving) client.reset();
    await until(async () => (await shard()).subscribers, 34);
    gate.resolve();
    expect((await staying).status).toBe(200);
    await Promise.all(held);
    expect(upstream.calls.filter(({ prompt }) => prompt.startsWith("queued")).map(({ prompt }) => prompt)).toEqual(["queued and staying"]);
  });

  test("take their calls out of the queue also when the isolate knows their body and their answer is never stored", async () => {
    const body = JSON.stringify(userPrompt("queued before"));
    const options = { path: "/v1/chat/completions", body, headers: { "cache-control": "no-store" } };
    expect((await postChat(worker.url, userPrompt("queued before"), options.headers)).status).toBe(200);
    const held = Array.from({ length: 33 }, (_, slot) => postChat(worker.url, userPrompt(`held again ${slot}`)));
    await until(async () => (await shard()).upstreamActive, 33);
    const client = await openRaw(worker.url, options);
    await until(async () => (await shard()).upstreamQueued, 1);
    client.reset();
    await until(async () => (await shard()).subscribers, 33);
    gate.resolve();
    await Promise.all(held);
    expect(upstream.callsFor("queued before")).toHaveLength(1);
  });
});
