import { expect, test } from "vitest";
import { SmokeCheck } from "../../workers/local/smoke/smoke-check.ts";
import { postChat, readStream, userPrompt } from "../support/chat-client.ts";
import { openRaw } from "../support/raw-client.ts";
import { startServer } from "../support/start-server.ts";
import { startUpstream } from "../support/start-upstream.ts";

const KEY = "smoke-client-key";
const ADMIN_TOKEN = "smoke-admin-token-0123456789";

test("a server with keys and a provider passes every smoke check", async () => {
  await using upstream = await startUpstream();
  await using server = await startServer({
    vars: { OPENAI_BASE_URL: upstream.baseUrl, AUTH: "keys", API_KEYS: `team:${KEY}`, ADMIN_TOKEN },
  });
  const lines: string[] = [];
  const check = new SmokeCheck({
    url: server.url,
    key: KEY,
    adminToken: ADMIN_TOKEN,
    model: "test-model",
    print: (line) => lines.push(line),
    pause: () => Promise.reject(new Error("a local run has nothing to wait for")),
    fetch,
  });
  const result = await check.run();
  expect(lines.filter((line) => !line.startsWith("ok"))).toEqual([]);
  expect(result).toEqual({ passed: lines.length, failed: 0 });
  expect(upstream.calls).toHaveLength(2);
});

test("the smoke check fails on a server that stores nothing", async () => {
  await using upstream = await startUpstream();
  await using server = await startServer({ vars: { OPENAI_BASE_URL: upstream.baseUrl, CACHE_TTL_SECONDS: "0" } });
  const result = await new SmokeCheck({
    url: server.url,
    key: null,
    adminToken: null,
    model: null,
    print: () => {},
    pause: async () => {},
    fetch,
  }).run();
  expect(result.failed).toBeGreaterThan(0);
});

test("an answer is stored although its only client resets the connection", async () => {
  const gate = Promise.withResolvers<undefined>();
  await using upstream = await startUpstream((call) => ({
    kind: "answer",
    text: `Whole answer to ${call.prompt}`,
    beforeChunk: async (index) => (index === 2 ? gate.promise : undefined),
  }));
  await using server = await startServer({ vars: { OPENAI_BASE_URL: upstream.baseUrl } });
  const request = userPrompt("reset me", { stream: true });
  const client = await openRaw(server.url, { path: "/v1/chat/completions", body: JSON.stringify(request) });
  await client.waitFor("Whole");
  client.reset();
  gate.resolve(undefined);

  // The second request joins the flight or hits the stored entry. Neither makes another call.
  const second = await postChat(server.url, request);
  expect((await readStream(second)).content).toBe("Whole answer to reset me");
  expect(upstream.calls).toHaveLength(1);
  expect(upstream.calls[0]).toMatchObject({ completed: true, aborted: false });
  expect((await postChat(server.url, request)).headers.get("refrain-cache")).toBe("HIT");
});
