import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { EMBEDDER_ID, newSurroundings, QuestionWorld } from "./question-world.ts";

const TEXT = "How do I bake bread at home?";
const QUESTION = { text: TEXT, canonical: "c", normalisedOnly: false, reason: "" };
const REQUEST = { text: TEXT, withheld: "" } as Parameters<QuestionWorld["layer"]["prepare"]>[0];

let objects = 0;

async function withWorld(work: (world: QuestionWorld, surroundings: ReturnType<typeof newSurroundings>) => Promise<void>): Promise<void> {
  objects += 1;
  const stub = env.CACHE_SHARD.getByName(`reports-${objects}`) as DurableObjectStub;
  await runInDurableObject(stub, async (_, state) => {
    const surroundings = newSurroundings();
    await work(new QuestionWorld(state.storage, surroundings), surroundings);
  });
}

describe("the semantic layer reports", () => {
  it("an embedder that gives no vector, by its id", () =>
    withWorld(async ({ layer }, { events }) => {
      const prepared = layer.prepare(REQUEST);
      if (prepared.kind === "question") await prepared.question.embedding;
      await Promise.resolve();
      expect(events).toEqual([{ event: "embedder_failed", shard: 0, embedder: EMBEDDER_ID }]);
    }));

  it("a vector that is not there when the answer is stored, and stores the answer without it", () =>
    withWorld(async ({ layer }, { events, deadlines }) => {
      const waiting = layer.awaitVector({ ...QUESTION, embedding: new Promise(() => {}), vector: null });
      for (const pass of deadlines) pass();
      await waiting;
      expect(events).toEqual([{ event: "semantic_deadline_missed", shard: 0, waitedFor: "embedding_at_commit", deadlineMs: 1000 }]);
    }));

  it("nothing about a vector that arrives in time", () =>
    withWorld(async ({ layer }, { events }) => {
      await layer.awaitVector({ ...QUESTION, embedding: Promise.resolve(new Float32Array(1)), vector: null });
      expect(events).toEqual([]);
    }));
});
