import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readStream } from "../../support/chat-client.ts";
import { outcomeOf, startTestCluster } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";
import { askFor, contentOf, explanationOf, MEANING_VARS, NEAR_REPEAT, PARAPHRASE, QUESTION, semanticCounter } from "./semantic-cluster.ts";

/** Pairs of questions that look alike but need different answers. */
const SWAPS = [
  ["number", "How much is the fine for parking 30 minutes too long?", "How much is the fine for parking 90 minutes too long?"],
  ["direction", "How do I transfer money from savings to checking?", "How do I transfer money from checking to savings?"],
  ["name", "Who is the wife of Barack Obama?", "Who is the wife of Donald Trump?"],
  ["antonym", "How do I enable notifications on my phone?", "How do I disable notifications on my phone?"],
  ["negation", "Which mushrooms can I eat raw?", "Which mushrooms can I not eat raw?"],
] as const;

let cluster: TestCluster;
let scopes = 0;

/** A unique system prompt, which makes a new scope. */
function newScope(): { readonly role: "system"; readonly content: string } {
  scopes += 1;
  return { role: "system", content: `You are assistant number ${scopes}.` };
}

/** A request with the question in a scope. */
function inScope(scope: object, question: string, more: object = {}): object {
  return { messages: [scope, { role: "user", content: question }], ...more };
}

beforeAll(async () => {
  cluster = await startTestCluster({ vars: MEANING_VARS });
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

describe("a paraphrase of an answered question", () => {
  it("is a semantic hit with its similarity and the key of its entry", async () => {
    const scope = newScope();
    const first = await askFor(cluster, "MISS", QUESTION, inScope(scope, QUESTION));
    const second = await askFor(cluster, "SEMANTIC", PARAPHRASE, inScope(scope, PARAPHRASE));
    expect(second.content).toBe(first.content);
    expect(Number(second.response.headers.get("refrain-similarity"))).toBeGreaterThan(0.8);
    expect(Number(second.response.headers.get("refrain-similarity"))).toBeLessThan(1);
    expect(second.response.headers.get("refrain-entry")).toBe(first.response.headers.get("refrain-entry"));
    expect(second.response.headers.get("cache-status")).toContain("hit");
    expect(Number(second.response.headers.get("age"))).toBeGreaterThanOrEqual(0);
    expect(cluster.upstream.callsFor(PARAPHRASE)).toHaveLength(0);
  });

  it("is answered as a complete stream, with usage when requested", async () => {
    const scope = newScope();
    const first = await askFor(cluster, "MISS", QUESTION, inScope(scope, QUESTION));
    const more = { stream: true, stream_options: { include_usage: true } };
    const response = await cluster.ask(PARAPHRASE, inScope(scope, PARAPHRASE, more));
    expect(outcomeOf(response)).toBe("SEMANTIC");
    const answer = await readStream(response);
    expect(answer).toMatchObject({ content: first.content, finishReason: "stop", done: true, error: null });
    expect(answer.events.at(-2)).toContain('"usage"');
  });

  it("is answered through /chat as well", async () => {
    await (await post("/chat", { prompt: QUESTION })).text();
    const response = await post("/chat", { prompt: PARAPHRASE });
    expect(outcomeOf(response)).toBe("SEMANTIC");
    const body = await response.json<{ readonly cached: boolean; readonly similarity: number }>();
    expect(body.cached).toBe(true);
    expect(body.similarity).toBeGreaterThan(0.8);
  });

  it("is served as equal when only greeting, case and punctuation differ", async () => {
    const scope = newScope();
    await askFor(cluster, "MISS", QUESTION, inScope(scope, QUESTION));
    const { response } = await askFor(cluster, "SEMANTIC", NEAR_REPEAT, inScope(scope, NEAR_REPEAT));
    expect(explanationOf(response).candidates?.[0]).toMatchObject({ verdict: "serve", reason: "normalised_equal" });
  });

  it("is not served when the entry does not meet the caller's min-fresh", async () => {
    const scope = newScope();
    await askFor(cluster, "MISS", QUESTION, inScope(scope, QUESTION));
    await askFor(cluster, "MISS", PARAPHRASE, inScope(scope, PARAPHRASE), { "cache-control": "min-fresh=31536000" });
  });
});

describe("a question that looks alike", () => {
  it.each(SWAPS)("but differs by %s gets its own answer", async (_what, first, second) => {
    const scope = newScope();
    const one = await askFor(cluster, "MISS", first, inScope(scope, first));
    const other = await askFor(cluster, "MISS", second, inScope(scope, second));
    expect(other.content).not.toBe(one.content);
    expect(other.content).toContain(second);
    const [candidate] = explanationOf(other.response).candidates ?? [];
    expect(candidate?.verdict).toBe("reject");
    expect(candidate?.vetoes).not.toEqual([]);
  });

  it("is counted under the name of the veto", async () => {
    const scope = newScope();
    const before = await semanticCounter(cluster, "veto:numbers");
    await askFor(cluster, "MISS", SWAPS[0][1], inScope(scope, SWAPS[0][1]));
    await askFor(cluster, "MISS", SWAPS[0][2], inScope(scope, SWAPS[0][2]));
    expect(await semanticCounter(cluster, "veto:numbers")).toBe(before + 1);
  });
});

describe("answers in flight", () => {
  it("are joined by a paraphrase: one upstream call, complete content for both", async () => {
    const gate = Promise.withResolvers<undefined>();
    await using held = await startTestCluster({
      vars: MEANING_VARS,
      script: (call, index) => ({
        kind: "answer",
        text: `Answer ${index + 1} to: ${call.prompt}`,
        beforeChunk: async (chunk) => (chunk === 2 && call.prompt === QUESTION ? gate.promise : undefined),
      }),
    });
    // The first question loads the embedder's table.
    await held.ask("What is the tallest mountain on earth?");
    const first = await held.ask(QUESTION, { stream: true });
    const joined = await held.ask(PARAPHRASE, { stream: true }, { "refrain-explain": "1" });
    const whole = held.ask(NEAR_REPEAT);
    expect(outcomeOf(first)).toBe("MISS");
    expect(outcomeOf(joined)).toBe("SEMANTIC");
    expect(explanationOf(joined).candidates?.[0]).toMatchObject({ source: "flight", verdict: "serve" });
    gate.resolve(undefined);
    const content = `Answer 2 to: ${QUESTION}`;
    expect(await readStream(first)).toMatchObject({ content, done: true });
    expect(await readStream(joined)).toMatchObject({ content, done: true, error: null });
    expect(await contentOf(await whole)).toBe(content);
    expect(held.upstream.calls).toHaveLength(2);
    // The entry belongs to the first question. The paraphrase gets it as a semantic hit.
    expect(outcomeOf(await held.ask(PARAPHRASE))).toBe("SEMANTIC");
    expect(outcomeOf(await held.ask(QUESTION))).toBe("HIT");
  });

  it("are not joined by callers that require exact answers", async () => {
    const gate = Promise.withResolvers<undefined>();
    await using held = await startTestCluster({
      vars: MEANING_VARS,
      script: (call, index) => ({
        kind: "answer",
        text: `Answer ${index + 1} to: ${call.prompt}`,
        beforeChunk: async (chunk) => (chunk === 2 && call.prompt === QUESTION ? gate.promise : undefined),
      }),
    });
    await held.ask("What is the tallest mountain on earth?");
    const first = await held.ask(QUESTION, { stream: true });
    const joined = await held.ask(PARAPHRASE, { stream: true });
    const exact = await held.ask(PARAPHRASE, { stream: true }, { "refrain-cache-mode": "exact" });
    const strict = await held.ask(PARAPHRASE, { stream: true }, { "refrain-similarity-min": "0.999" });
    expect([first, joined].map(outcomeOf)).toEqual(["MISS", "SEMANTIC"]);
    for (const own of [exact, strict]) expect((await readStream(own)).content).toContain(PARAPHRASE);
    gate.resolve(undefined);
    expect((await readStream(joined)).content).toContain(QUESTION);
    await first.text();
  });

  it("give a joined paraphrase an error event when they fail, and store nothing", async () => {
    const gate = Promise.withResolvers<undefined>();
    let calls = 0;
    await using broken = await startTestCluster({
      vars: { ...MEANING_VARS, UPSTREAM_IDLE_TIMEOUT_SECONDS: "1" },
      script: (call) => {
        calls += 1;
        if (calls === 2) return { kind: "stall", text: "Never to be finished, this one.", afterChunks: 2 };
        return { kind: "answer", text: `Answer to: ${call.prompt}`, beforeChunk: async () => gate.promise };
      },
    });
    gate.resolve(undefined);
    await broken.ask("What is the tallest mountain on earth?");
    const first = await broken.ask(QUESTION, { stream: true });
    const joined = await broken.ask(PARAPHRASE, { stream: true });
    expect([outcomeOf(first), outcomeOf(joined)]).toEqual(["MISS", "SEMANTIC"]);
    const [one, other] = await Promise.all([readStream(first), readStream(joined)]);
    expect(one.error).not.toBeNull();
    expect(other.error).not.toBeNull();
    expect(outcomeOf(await broken.ask(PARAPHRASE))).toBe("MISS");
  });
});

describe("request headers", () => {
  it("refrain-similarity-min tightens", async () => {
    const scope = newScope();
    await askFor(cluster, "MISS", QUESTION, inScope(scope, QUESTION));
    const { response } = await askFor(cluster, "MISS", PARAPHRASE, inScope(scope, PARAPHRASE), { "refrain-similarity-min": "0.99" });
    expect(explanationOf(response).candidates?.[0]).toMatchObject({ verdict: "reject", reason: "below_min_similarity" });
  });

  it("refrain-similarity-min never loosens", async () => {
    for (const [, first, second] of SWAPS) {
      const scope = newScope();
      await askFor(cluster, "MISS", first, inScope(scope, first));
      await askFor(cluster, "MISS", second, inScope(scope, second), { "refrain-similarity-min": "0" });
    }
  });

  it.each(["1.5", "-0.1", "often"])("refrain-similarity-min: %s is a 400", async (value) => {
    expect((await cluster.ask(QUESTION, {}, { "refrain-similarity-min": value })).status).toBe(400);
  });

  it("refrain-cache-mode: exact neither uses similarity search nor adds to it", async () => {
    const scope = newScope();
    await askFor(cluster, "MISS", QUESTION, inScope(scope, QUESTION));
    const { response } = await askFor(cluster, "MISS", PARAPHRASE, inScope(scope, PARAPHRASE), { "refrain-cache-mode": "exact" });
    expect(explanationOf(response)).toMatchObject({ verdict: "none", reason: "mode_exact" });
    const other = newScope();
    await askFor(cluster, "MISS", QUESTION, inScope(other, QUESTION), { "refrain-cache-mode": "exact" });
    await askFor(cluster, "MISS", PARAPHRASE, inScope(other, PARAPHRASE));
  });

  it("refrain-explain lists every candidate with similarity, vetoes, posterior, score bin and verdict", async () => {
    const scope = newScope();
    await askFor(cluster, "MISS", QUESTION, inScope(scope, QUESTION));
    const { response } = await askFor(cluster, "SEMANTIC", PARAPHRASE, inScope(scope, PARAPHRASE));
    const explained = explanationOf(response);
    expect(explained.verdict).toBe("serve");
    expect(explained.candidates?.[0]).toMatchObject({ source: "entry", verdict: "serve", vetoes: [], verifierScore: null });
    expect(explained.candidates?.[0]?.posterior).toBeGreaterThan(0.5);
    expect(explained.candidates?.[0]?.scoreBin).toBeGreaterThan(0);
    const plain = await cluster.ask(PARAPHRASE, inScope(scope, PARAPHRASE));
    expect(plain.headers.get("refrain-explain")).toBeNull();
    expect(response.headers.get("refrain-explain")).not.toContain("bicycle");
  });
});

describe("no semantic hits", () => {
  const TOOLS = [{ type: "function", function: { name: "look_up", parameters: { type: "object", properties: {} } } }];
  const SCHEMA = { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" } } };

  it.each([
    ["tools", { tools: TOOLS }, "has_tools"],
    ["a schema", { response_format: SCHEMA }, "has_schema"],
    ["JSON mode", { response_format: { type: "json_object" } }, "has_schema"],
  ])("for requests with %s", async (_what, more, reason) => {
    const scope = newScope();
    await askFor(cluster, "MISS", QUESTION, inScope(scope, QUESTION, more));
    const { response } = await askFor(cluster, "MISS", NEAR_REPEAT, inScope(scope, NEAR_REPEAT, more));
    expect(explanationOf(response).reason).toBe(reason);
  });

  it.each([
    ["translations", "Translate this to French: good morning, dear friends", "translate this to french: good morning, dear friends"],
    ["creative requests", "Write a poem about the autumn sea", "write a poem about the autumn sea please"],
    ["time-relative prompts that are paraphrased", "What is the weather in Paris today?", "What's today's weather like in Paris?"],
  ])("for %s", async (_what, first, second) => {
    const scope = newScope();
    await askFor(cluster, "MISS", first, inScope(scope, first));
    await askFor(cluster, "MISS", second, inScope(scope, second));
  });

  it("for time-relative prompts, unless they are equal after normalisation", async () => {
    const scope = newScope();
    await askFor(cluster, "MISS", "What is the weather in Paris today?", inScope(scope, "What is the weather in Paris today?"));
    await askFor(
      cluster,
      "SEMANTIC",
      "hello, what's the weather in Paris today",
      inScope(scope, "hello, what's the weather in Paris today"),
    );
  });

  it("with another history; the same history allows them", async () => {
    const turns = (earlier: string, question: string): object => ({
      messages: [
        { role: "user", content: earlier },
        { role: "assistant", content: "Fine. What next?" },
        { role: "user", content: question },
      ],
    });
    await askFor(cluster, "MISS", QUESTION, turns("I have a steel chain.", QUESTION));
    await askFor(cluster, "MISS", PARAPHRASE, turns("I have a titanium chain.", PARAPHRASE));
    await askFor(cluster, "SEMANTIC", PARAPHRASE, turns("I have a steel chain.", PARAPHRASE));
  });

  it("for another model or other parameters", async () => {
    const scope = newScope();
    await askFor(cluster, "MISS", QUESTION, inScope(scope, QUESTION));
    await askFor(cluster, "MISS", PARAPHRASE, inScope(scope, PARAPHRASE, { model: "other-model" }));
    await askFor(cluster, "MISS", PARAPHRASE, inScope(scope, PARAPHRASE, { temperature: 1.5 }));
    await askFor(cluster, "MISS", PARAPHRASE, inScope(newScope(), PARAPHRASE));
  });

  it("after a purge of the entry, by key or of everything", async () => {
    const scope = newScope();
    const { response } = await askFor(cluster, "MISS", QUESTION, inScope(scope, QUESTION));
    await cluster.admin("POST", "/admin/purge", { key: response.headers.get("refrain-entry") });
    await askFor(cluster, "MISS", PARAPHRASE, inScope(scope, PARAPHRASE));
    await cluster.admin("POST", "/admin/purge", { all: true });
    await askFor(cluster, "MISS", NEAR_REPEAT, inScope(scope, NEAR_REPEAT));
  });
});

describe("settings", () => {
  it("SEMANTIC=optin serves only requests that ask for it", async () => {
    await using optin = await startTestCluster({ vars: { ...MEANING_VARS, SEMANTIC: "optin" } });
    const wanted = { "refrain-cache-mode": "semantic" };
    await askFor(optin, "MISS", QUESTION, {}, wanted);
    await askFor(optin, "MISS", NEAR_REPEAT);
    await askFor(optin, "SEMANTIC", PARAPHRASE, {}, wanted);
  });

  it("SEMANTIC=off serves no request", async () => {
    await using off = await startTestCluster({ vars: { ...MEANING_VARS, SEMANTIC: "off" } });
    await askFor(off, "MISS", QUESTION, {}, { "refrain-cache-mode": "semantic" });
    const { response } = await askFor(off, "MISS", NEAR_REPEAT, {}, { "refrain-cache-mode": "semantic" });
    expect(explanationOf(response)).toMatchObject({ verdict: "none", reason: "off" });
  });

  it("SEMANTIC_MIN_SIMILARITY applies to all callers, and they cannot lower it", async () => {
    await using strict = await startTestCluster({ vars: { ...MEANING_VARS, SEMANTIC_MIN_SIMILARITY: "0.99" } });
    await askFor(strict, "MISS", QUESTION);
    await askFor(strict, "MISS", PARAPHRASE, {}, { "refrain-similarity-min": "0.5" });
  });
});

describe("index memory", () => {
  it("is reported per shard", async () => {
    const scope = newScope();
    await askFor(cluster, "MISS", QUESTION, inScope(scope, QUESTION));
    await askFor(cluster, "SEMANTIC", PARAPHRASE, inScope(scope, PARAPHRASE));
    const shards = await Promise.all(
      [0, 1, 2].map(async (shard) => {
        const response = await cluster.admin("GET", `/admin/shards/${shard}`);
        return response.json<{ readonly vectors: number; readonly indexBytes: number }>();
      }),
    );
    expect(Math.max(...shards.map(({ vectors }) => vectors))).toBeGreaterThan(0);
    for (const { vectors, indexBytes } of shards) expect(indexBytes).toBeGreaterThanOrEqual(vectors * 256);
  });
});

async function post(path: string, body: object): Promise<Response> {
  return fetch(`${cluster.url}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}
