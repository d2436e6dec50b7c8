import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postChat } from "../../support/chat-client.ts";
import { outcomeOf, startTestCluster } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";

const ACME = { authorization: "Bearer acme-key-one" };
const ACME_SECOND = { authorization: "Bearer acme-key-two" };
const GLOBEX = { authorization: "Bearer globex-key-one" };
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster({
    vars: { AUTH: "keys", API_KEYS: "acme:acme-key-one acme:acme-key-two, globex:globex-key-one" },
  });
});
afterAll(() => cluster[Symbol.asyncDispose]());

async function entryOf(body: object | string, headers: Readonly<Record<string, string>> = ACME): Promise<string | null> {
  const response = await fetch(`${cluster.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  await response.text();
  expect(response.status).toBe(200);
  return response.headers.get("refrain-entry");
}

const MESSAGES = [{ role: "user", content: "What is a key?" }];
const BASE = { model: "test-model", messages: MESSAGES, temperature: 0.7 };

describe("the key of a request", () => {
  test.each<[string, object | string]>([
    ["the order of members", `{"temperature":0.7,"messages":[{"content":"What is a key?","role":"user"}],"model":"test-model"}`],
    [
      "white space and escapes",
      `{ "model": "test\\u002dmodel", "messages": [ {"role":"user","content":"What is a key\\u003f"} ], "temperature": 7e-1 }`,
    ],
    ["stream", { ...BASE, stream: true }],
    ["stream_options", { ...BASE, stream: true, stream_options: { include_usage: true } }],
    ["user", { ...BASE, user: "somebody" }],
    ["safety_identifier", { ...BASE, safety_identifier: "somebody" }],
    ["metadata", { ...BASE, metadata: { trace: "1" } }],
    ["store", { ...BASE, store: true }],
    ["prompt_cache_key", { ...BASE, prompt_cache_key: "k" }],
    ["the sixth decimal of temperature", { ...BASE, temperature: 0.700001 }],
    ["a provider prefix", { ...BASE, model: "openai/test-model" }],
  ])("is not changed by %s", async (_name, body) => {
    expect(await entryOf(body)).toBe(await entryOf(BASE));
  });

  test.each<[string, object]>([
    ["an unknown member", { ...BASE, some_future_switch: true }],
    ["an unknown member that is null", { ...BASE, some_future_switch: null }],
    [
      "a member called __proto__",
      JSON.parse(`{"__proto__":{"x":1},"model":"test-model","messages":${JSON.stringify(MESSAGES)},"temperature":0.7}`) as object,
    ],
    ["the second decimal of temperature", { ...BASE, temperature: 0.71 }],
    ["no temperature", { model: "test-model", messages: MESSAGES }],
    ["the model", { ...BASE, model: "test-model-2" }],
    ["one character of the prompt", { ...BASE, messages: [{ role: "user", content: "What is a key!" }] }],
    ["white space in the prompt", { ...BASE, messages: [{ role: "user", content: "What is a key? " }] }],
    ["the Unicode form of a character", { ...BASE, messages: [{ role: "user", content: "What is a ke\u0301y?" }] }],
    ["a content part instead of a string", { ...BASE, messages: [{ role: "user", content: [{ type: "text", text: "What is a key?" }] }] }],
    ["instructions", { ...BASE, messages: [{ role: "system", content: "Be brief." }, ...MESSAGES] }],
    ["the name of the participant", { ...BASE, messages: [{ role: "user", name: "ann", content: "What is a key?" }] }],
    ["max_tokens", { ...BASE, max_tokens: 100 }],
    ["seed", { ...BASE, seed: 1 }],
    ["tools", { ...BASE, tools: [{ type: "function", function: { name: "f" } }] }],
  ])("is changed by %s", async (_name, body) => {
    expect(await entryOf(body)).not.toBe(await entryOf(BASE));
  });

  test("distinguishes integers that a double cannot, and forwards them unchanged", async () => {
    const bodyWith = (seed: string): string => `{"model":"test-model","messages":${JSON.stringify(MESSAGES)},"seed":${seed}}`;
    const [one, two] = [await entryOf(bodyWith("9007199254740993")), await entryOf(bodyWith("9007199254740992"))];
    expect(one).not.toBe(two);
    expect(cluster.upstream.calls.some(({ bodyText }) => bodyText.includes('"seed":9007199254740993'))).toBe(true);
  });

  test("does not affect the forwarded body; cache controls, client key and cookies are not forwarded", async () => {
    const body = { ...BASE, messages: [{ role: "user", content: "forwarded" }], metadata: { trace: "9" }, vendor_switch: [1, { a: null }] };
    await entryOf(body, {
      ...ACME,
      cookie: "session=1",
      "refrain-cache-tags": "t",
      "x-forwarded-for": "192.0.2.1",
      "cf-aig-cache-ttl": "60",
    });
    const [call] = cluster.upstream.callsFor("forwarded");
    expect(call?.body).toEqual({ ...body, stream: true, stream_options: { include_usage: true } });
    // The runtime adds `cf-worker` to every request of a Worker.
    const names = Object.keys(call?.headers ?? {}).filter((name) => name !== "cf-worker");
    expect(names.filter((name) => /^(cookie|authorization|refrain-|cf-|x-forwarded)/.test(name))).toEqual([]);
    expect(call?.bodyText).not.toContain("acme");
  });
});

describe("tenants", () => {
  test("share answers between their own keys and never with each other", async () => {
    const body = { model: "test-model", messages: [{ role: "user", content: "Whose answer is this?" }] };
    const ask = async (headers: Readonly<Record<string, string>>): Promise<readonly [string, string]> => {
      const response = await postChat(cluster.url, body, headers);
      return [outcomeOf(response), await response.text()];
    };
    const [first, acme] = await ask(ACME);
    const [second, again] = await ask(ACME_SECOND);
    const [third, globex] = await ask(GLOBEX);
    expect([first, second, third]).toEqual(["MISS", "HIT", "MISS"]);
    expect(again).toBe(acme);
    expect(globex).not.toBe(acme);
    expect(cluster.upstream.callsFor("Whose answer is this?")).toHaveLength(2);
  });

  test("share neither an entry nor a flight when they send the same cache key", async () => {
    const body = { model: "test-model", messages: [{ role: "user", content: "tenant flight" }] };
    const headers = (auth: object): Record<string, string> => ({ ...auth, "refrain-cache-key": "same", "cf-aig-cache-key": "same" });
    const answers = await Promise.all(
      [ACME, GLOBEX, ACME, GLOBEX].map(async (auth) => (await postChat(cluster.url, body, headers(auth))).text()),
    );
    expect(answers[0]).toBe(answers[2]);
    expect(answers[1]).toBe(answers[3]);
    expect(answers[0]).not.toBe(answers[1]);
    expect(cluster.upstream.callsFor("tenant flight")).toHaveLength(2);
  });

  test("see only their own figures", async () => {
    const stats = async (auth: Readonly<Record<string, string>>): Promise<{ misses: number }> =>
      (await fetch(`${cluster.url}/stats`, { headers: auth })).json();
    const before = await stats(GLOBEX);
    await (await postChat(cluster.url, { ...BASE, seed: 77 }, ACME)).text();
    expect((await stats(GLOBEX)).misses).toBe(before.misses);
    expect((await fetch(`${cluster.url}/stats`)).status).toBe(401);
  });
});
