import { describe, expect, it, vi } from "vitest";
import { cachingEmbedder } from "../../../../durable-objects/cache-shard/semantic/embedding/embedding-cache.ts";
import {
  batchedEmbedder,
  compatibleEmbedder,
  workersAiEmbedder,
} from "../../../../durable-objects/cache-shard/semantic/embedding/remote-embedders.ts";
import { IsolateLedger } from "../../../../shared/memory/isolate-ledger.ts";
import { FakeClock } from "./fixtures.ts";

const UNIT = new Float32Array([1, 0]);
const DIMS = 512;
const CONFIG = { kind: "openai-compatible", model: "small", dims: DIMS, baseUrl: "http://embedder.test/v1/", apiKey: "key" } as const;

function vector(first: unknown, length = DIMS): readonly unknown[] {
  return Array.from({ length }, (_, index) => (index === 0 ? first : 0));
}

function nested(depth: number): unknown {
  return depth === 0 ? 0 : [nested(depth - 1)];
}

/** A server that answers with these rows. */
function serverWith(data: unknown, status = 200) {
  return vi.fn<(url: string, init: RequestInit) => Promise<Response>>(async () => Response.json({ data }, { status }));
}

describe("a batched embedder", () => {
  it("batches texts that arrive during a call", async () => {
    const first = Promise.withResolvers<readonly Float32Array[]>();
    const batches: (readonly string[])[] = [];
    const embedder = batchedEmbedder("id", 2, (texts) => {
      batches.push(texts);
      return batches.length === 1 ? first.promise : Promise.resolve(texts.map(() => UNIT));
    });
    const vectors = Array.from({ length: 70 }, (_, index) => embedder.embed(`text ${index}`));
    first.resolve([UNIT]);
    expect((await Promise.all(vectors)).every((found) => found === UNIT)).toBe(true);
    expect(batches.map(({ length }) => length)).toEqual([1, 64, 5]);
  });

  it("has no vector for texts of a failed or short reply, and goes on", async () => {
    let calls = 0;
    const embedder = batchedEmbedder("id", 2, async () => {
      calls += 1;
      if (calls === 1) throw new Error("unreachable");
      return calls === 2 ? [] : [UNIT];
    });
    expect([await embedder.embed("a"), await embedder.embed("b"), await embedder.embed("c")]).toEqual([null, null, UNIT]);
  });

  it("gives up a call that does not return, and makes the next one", async () => {
    const clock = new FakeClock();
    let calls = 0;
    const embedder = batchedEmbedder(
      "id",
      2,
      () => {
        calls += 1;
        return calls === 1 ? new Promise(() => {}) : Promise.resolve([UNIT]);
      },
      clock,
    );
    const lost = embedder.embed("a");
    const next = embedder.embed("b");
    clock.advance(5000);
    expect(await lost).toBeNull();
    expect(await next).toBe(UNIT);
    expect(clock.waiting).toBe(0);
  });

  it("refuses texts beyond its limit at once", async () => {
    const embedder = batchedEmbedder("id", 2, () => new Promise(() => {}), new FakeClock());
    for (let text = 0; text < 1100; text++) void embedder.embed(`text ${text}`);
    expect(await embedder.embed("one more")).toBeNull();
  });
});

describe("an OpenAI-compatible embedder", () => {
  it("calls POST /embeddings and returns unit vectors", async () => {
    const server = serverWith([{ index: 0, embedding: vector(3) }]);
    const embedder = compatibleEmbedder(CONFIG, server);
    const found = await embedder.embed("How do I dry a tent?");
    expect(found?.[0]).toBe(1);
    const [url, init] = server.mock.calls[0] ?? ["", {}];
    expect(url).toBe("http://embedder.test/v1/embeddings");
    expect(init).toMatchObject({ method: "POST", redirect: "manual", headers: { authorization: "Bearer key" } });
    expect(JSON.parse(String(init.body))).toEqual({ model: "small", input: ["How do I dry a tent?"], dimensions: DIMS });
    expect(embedder.embedderId).toContain("small");
  });

  it("assigns rows by their index, whatever their order", async () => {
    const gate = Promise.withResolvers<undefined>();
    let calls = 0;
    const embedder = compatibleEmbedder(CONFIG, async () => {
      calls += 1;
      if (calls === 1) await gate.promise;
      const rows = [
        { index: 1, embedding: vector(-1) },
        { index: 0, embedding: vector(1) },
      ];
      return Response.json({ data: calls === 1 ? rows.slice(1) : rows });
    });
    const found = ["first", "a", "b"].map((text) => embedder.embed(text));
    gate.resolve(undefined);
    expect((await Promise.all(found)).map((one) => one?.[0])).toEqual([1, 1, -1]);
  });

  it.each<readonly [string, unknown]>([
    ["another length", [{ index: 0, embedding: vector(1, 3) }]],
    ["an element that is not a number", [{ index: 0, embedding: vector("1") }]],
    ["null for NaN", [{ index: 0, embedding: vector(null) }]],
    ["an infinite number", [{ index: 0, embedding: vector(Number.POSITIVE_INFINITY) }]],
    ["zeros", [{ index: 0, embedding: vector(0) }]],
    ["no rows", []],
    ["data that is not a list", "none"],
    ["a row that is not an object", [7]],
  ])("has no vector when the server answers %s", async (_what, data) => {
    expect(await compatibleEmbedder(CONFIG, serverWith(data)).embed("text")).toBeNull();
  });

  it("has no vector when the answer is larger than the vectors that were asked for can be", async () => {
    const row = { index: 0, embedding: vector(1) };
    const rows = (count: number): unknown[] => Array.from({ length: count }, () => row);
    expect((await compatibleEmbedder(CONFIG, serverWith(rows(5))).embed("text"))?.[0]).toBe(1);
    expect(await compatibleEmbedder(CONFIG, serverWith(rows(10))).embed("text")).toBeNull();
    expect(await compatibleEmbedder(CONFIG, serverWith([row, { note: "x".repeat(200_000) }])).embed("text")).toBeNull();
    expect(await compatibleEmbedder(CONFIG, serverWith([row, nested(65)])).embed("text")).toBeNull();
  });

  it("has no vector when the server fails or does not return JSON", async () => {
    expect(await compatibleEmbedder(CONFIG, serverWith([], 500)).embed("text")).toBeNull();
    expect(await compatibleEmbedder(CONFIG, async () => new Response("<html>")).embed("text")).toBeNull();
    expect(await compatibleEmbedder(CONFIG, async () => Promise.reject(new Error("refused"))).embed("text")).toBeNull();
  });
});

describe("Workers AI's embedder", () => {
  const workersAi = (model: string, dims: number) => ({ kind: "workers-ai", model, dims, baseUrl: null, apiKey: null }) as const;
  const running = (answer: unknown) => vi.fn<(model: string, input: object) => Promise<unknown>>(async () => answer);

  it("sets the pooling method where the model has a choice, and names it in its id", async () => {
    const run = running({ data: [vector(2, 384)] });
    const embedder = workersAiEmbedder({ run } as unknown as Pick<Ai, "run">, workersAi("bge-small", 384));
    expect((await embedder.embed("text"))?.[0]).toBe(1);
    expect(run.mock.calls[0]).toEqual(["@cf/baai/bge-small-en-v1.5", { text: ["text"], pooling: "cls" }]);
    expect(embedder).toMatchObject({ dims: 384, embedderId: "workers-ai:bge-small:cls" });
  });

  it.each([{ data: [[1, 2]] }, { data: null }, null, "text"])("has no vector when it answers %j", async (answer) => {
    const embedder = workersAiEmbedder({ run: running(answer) } as unknown as Pick<Ai, "run">, workersAi("bge-m3", 1024));
    expect(await embedder.embed("text")).toBeNull();
  });
});

describe("cached vectors", () => {
  it("are computed once; a failed embedding is tried again", async () => {
    let fails = true;
    const embed = vi.fn<() => Promise<Float32Array | null>>(async () => (fails ? null : UNIT));
    const embedder = cachingEmbedder({ embedderId: "id", dims: 2, embed }, new IsolateLedger(1e9), "shard-0");
    expect(await embedder.embed("text")).toBeNull();
    fails = false;
    expect(await embedder.embed("text")).toBe(UNIT);
    expect(await embedder.embed("text")).toBe(UNIT);
    expect(embed).toHaveBeenCalledTimes(2);
  });

  it("are limited in memory; the least recently used one is evicted first", async () => {
    const embed = vi.fn<(text: string) => Promise<Float32Array | null>>(async () => new Float32Array(1024));
    const embedder = cachingEmbedder({ embedderId: "id", dims: 1024, embed }, new IsolateLedger(1e9), "shard-0");
    await embedder.embed("old");
    await embedder.embed("used");
    for (let text = 0; text < 511; text++) {
      await embedder.embed("used");
      await embedder.embed(`text ${text}`);
    }
    embed.mockClear();
    await embedder.embed("used");
    expect(embed).not.toHaveBeenCalled();
    await embedder.embed("old");
    expect(embed).toHaveBeenCalledOnce();
  });
});
