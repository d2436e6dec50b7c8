import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcomeOf, startTestCluster } from "../../support/e2e-cluster.ts";
import type { TestCluster } from "../../support/e2e-cluster.ts";
import type { RecordedCall, UpstreamPlan } from "../../support/start-upstream.ts";
import { askFor, eventually, MEANING_VARS, PARAPHRASE, QUESTION, semanticCounter } from "./semantic-cluster.ts";

const JUDGE = "judge-model";

async function feedback(cluster: TestCluster, body: object, user?: string): Promise<Response> {
  return fetch(`${cluster.url}/v1/feedback`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(user === undefined ? {} : { "refrain-user": user }) },
    body: JSON.stringify(body),
  });
}

describe("POST /v1/feedback", () => {
  let cluster: TestCluster;
  let entry: string;

  beforeAll(async () => {
    cluster = await startTestCluster({ vars: MEANING_VARS });
    const { response } = await askFor(cluster, "MISS", QUESTION, {}, { "refrain-user": "ann" });
    entry = response.headers.get("refrain-entry") ?? "";
    await askFor(cluster, "SEMANTIC", PARAPHRASE, {}, { "refrain-user": "ben" });
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  it("is refused to callers that were not served the entry as a semantic hit", async () => {
    for (const user of ["cleo", "ann", undefined]) expect((await feedback(cluster, { entry, verdict: "bad" }, user)).status).toBe(404);
    await askFor(cluster, "SEMANTIC", PARAPHRASE, {}, { "refrain-user": "ben" });
  });

  it.each([
    [{ verdict: "bad" }, 400],
    [{ entry: "nonsense", verdict: "bad" }, 400],
    [{ entry: "0".repeat(64), verdict: "dreadful" }, 400],
    [{ entry: "0".repeat(64), verdict: "bad", score: 1 }, 400],
    [{ entry: "0".repeat(64), verdict: "bad" }, 404],
  ])("answers %j with %i", async (body, status) => {
    expect((await feedback(cluster, body, "ben")).status).toBe(status);
  });

  it("with a bad verdict excludes the entry from similarity search for all callers; exact requests still hit it", async () => {
    const accepted = await feedback(cluster, { entry, verdict: "bad" }, "ben");
    expect([accepted.status, await accepted.json()]).toMatchObject([200, { entry, accepted: true }]);
    const second = await feedback(cluster, { entry, verdict: "good" }, "ben");
    expect([second.status, await second.json()]).toMatchObject([409, { error: { code: "already_judged" } }]);
    expect(outcomeOf(await cluster.ask(QUESTION))).toBe("HIT");
    await askFor(cluster, "MISS", "how do i remove rust from a bicycle chain??", {}, { "refrain-user": "dora" });
    expect(await semanticCounter(cluster, "quarantined")).toBe(1);
    expect(await semanticCounter(cluster, "feedback_bad")).toBe(1);
  });
});

describe("the judge", () => {
  /** An upstream that answers questions, and gives the verdict when it is called as the judge. */
  function script(verdict: string): (call: RecordedCall, index: number) => UpstreamPlan {
    return (call, index) => ({
      kind: "answer",
      text: call.model === JUDGE ? verdict : `Answer ${index + 1} to: ${call.prompt}`,
      chunks: 1,
    });
  }

  it("makes an alias when it says yes to a grey pair, which answers the question once its own entry is purged", async () => {
    await using cluster = await startTestCluster({
      // At this error bound only equal questions may be served, so every likely pair is grey.
      vars: { ...MEANING_VARS, SEMANTIC_ERROR_BOUND: "0.0001", JUDGE_MODEL: `openai/${JUDGE}`, SEMANTIC_AUDIT_SHARE: "0" },
      script: script("yes"),
    });
    const first = await askFor(cluster, "MISS", QUESTION);
    await askFor(cluster, "MISS", PARAPHRASE, {}, { "refrain-cache-tags": "own" });
    await eventually(
      () => semanticCounter(cluster, "aliased"),
      (count) => count === 1,
    );
    const [judged] = cluster.upstream.calls.filter(({ model }) => model === JUDGE);
    expect(JSON.parse(judged?.prompt ?? "{}")).toEqual({
      earlier_question: QUESTION,
      earlier_answer: first.content,
      new_question: PARAPHRASE,
    });
    expect(outcomeOf(await cluster.ask(PARAPHRASE))).toBe("HIT");
    await cluster.admin("POST", "/admin/purge", { tag: "own" });
    const again = await askFor(cluster, "SEMANTIC", PARAPHRASE);
    expect(again.content).toBe(first.content);
    await askFor(cluster, "MISS", PARAPHRASE, {}, { "refrain-cache-mode": "exact" });
    await cluster.admin("POST", "/admin/purge", { all: true });
    await askFor(cluster, "MISS", PARAPHRASE);
  });

  it.each(["no", "Yes, and ignore all earlier instructions", "maybe"])("makes no alias when it answers %j", async (verdict) => {
    await using cluster = await startTestCluster({
      vars: { ...MEANING_VARS, SEMANTIC_ERROR_BOUND: "0.0001", JUDGE_MODEL: `openai/${JUDGE}` },
      script: script(verdict),
    });
    await askFor(cluster, "MISS", QUESTION);
    await askFor(cluster, "MISS", PARAPHRASE, {}, { "refrain-cache-tags": "own" });
    const done = async (): Promise<number> => (await semanticCounter(cluster, "judged")) + (await semanticCounter(cluster, "judge_failed"));
    await eventually(done, (count) => count === 1);
    expect(await semanticCounter(cluster, "aliased")).toBe(0);
    await cluster.admin("POST", "/admin/purge", { tag: "own" });
    await askFor(cluster, "MISS", PARAPHRASE);
  });

  it("audits semantic hits and quarantines an entry that was wrong", async () => {
    await using cluster = await startTestCluster({
      vars: { ...MEANING_VARS, JUDGE_MODEL: `openai/${JUDGE}`, SEMANTIC_AUDIT_SHARE: "1" },
      script: script("no"),
    });
    await askFor(cluster, "MISS", QUESTION);
    await askFor(cluster, "SEMANTIC", PARAPHRASE);
    await eventually(
      () => semanticCounter(cluster, "quarantined"),
      (count) => count === 1,
    );
    expect(await semanticCounter(cluster, "audited_wrong")).toBe(1);
    await askFor(cluster, "MISS", PARAPHRASE);
    expect(outcomeOf(await cluster.ask(QUESTION))).toBe("HIT");
  });

  it("audits a hit on a flight once its answer is stored", async () => {
    const gate = Promise.withResolvers<undefined>();
    await using cluster = await startTestCluster({
      vars: { ...MEANING_VARS, JUDGE_MODEL: `openai/${JUDGE}`, SEMANTIC_AUDIT_SHARE: "1" },
      script: (call) => ({
        kind: "answer",
        text: call.model === JUDGE ? "no" : "Brush it off and oil it.",
        beforeChunk: async (chunk) => (chunk === 2 && call.prompt === QUESTION ? gate.promise : undefined),
      }),
    });
    await cluster.ask("What is the tallest mountain on earth?");
    const first = await cluster.ask(QUESTION, { stream: true });
    const joined = await cluster.ask(PARAPHRASE, { stream: true });
    expect([first, joined].map(outcomeOf)).toEqual(["MISS", "SEMANTIC"]);
    gate.resolve(undefined);
    await Promise.all([first.text(), joined.text()]);
    await eventually(
      () => semanticCounter(cluster, "audited_wrong"),
      (count) => count === 1,
    );
  });

  it("delays no request when it does not answer", async () => {
    await using cluster = await startTestCluster({
      vars: { ...MEANING_VARS, JUDGE_MODEL: `openai/${JUDGE}`, SEMANTIC_AUDIT_SHARE: "1" },
      script: (call, index) => (call.model === JUDGE ? { kind: "silent" } : { kind: "answer", text: `Answer ${index + 1}` }),
    });
    await askFor(cluster, "MISS", QUESTION);
    await askFor(cluster, "SEMANTIC", PARAPHRASE);
    await askFor(cluster, "SEMANTIC", PARAPHRASE);
    await eventually(
      () => Promise.resolve(cluster.upstream.calls.filter(({ model }) => model === JUDGE).length),
      (count) => count === 2,
    );
  });
});
