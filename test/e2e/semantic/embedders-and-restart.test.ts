import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { text as readText } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestCluster } from "../../support/e2e-cluster.ts";
import { askFor, MEANING_VARS, NEAR_REPEAT, PARAPHRASE, QUESTION, semanticCounter } from "./semantic-cluster.ts";

const DIMS = 512;

interface EmbedderServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly requests: { readonly model: string; readonly input: readonly string[]; readonly authorization: string }[];
}

/** Starts a server with POST /embeddings. It answers with an error when `vectorOf` returns null. */
async function startEmbedder(vectorOf: (text: string) => readonly number[] | null): Promise<EmbedderServer> {
  const requests: EmbedderServer["requests"] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { model, input } = JSON.parse(await readText(request)) as { model: string; input: string[] }; // sent by the server under test
      requests.push({ model, input, authorization: request.headers.authorization ?? "" });
      const vectors = input.map(vectorOf);
      response.writeHead(vectors.includes(null) ? 500 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify({ data: vectors.map((embedding, index) => ({ index, embedding })) }));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a path
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Gives all texts about chains the same vector; others differ mostly by their length. */
function scriptedVector(text: string): readonly number[] {
  const at = text.toLowerCase().includes("chain") ? 0 : 1 + (text.length % (DIMS - 1));
  return Array.from({ length: DIMS }, (_, index) => (index === at ? 1 : 0));
}

describe("an OpenAI-compatible embedder", () => {
  it("finds candidates by the vectors it returns", async () => {
    await using embedder = await startEmbedder(scriptedVector);
    await using cluster = await startTestCluster({
      vars: { ...MEANING_VARS, EMBEDDER: "openai/embed-small", EMBEDDER_BASE_URL: embedder.baseUrl, EMBEDDER_API_KEY: "embedder-secret" },
    });
    await askFor(cluster, "MISS", QUESTION);
    const { response } = await askFor(cluster, "SEMANTIC", PARAPHRASE);
    expect(Number(response.headers.get("refrain-similarity"))).toBeCloseTo(1, 2);
    expect(embedder.requests[0]).toEqual({ model: "embed-small", input: [QUESTION], authorization: "Bearer embedder-secret" });
    expect(embedder.requests.flatMap(({ input }) => input)).toEqual([QUESTION, PARAPHRASE]);
  });

  it.each([
    ["fails", () => null],
    ["returns vectors of another length", () => [1, 0, 0]],
  ])("that %s leaves exact and normalised hits, and its failures are counted", async (_what, vectorOf) => {
    await using embedder = await startEmbedder(vectorOf);
    await using cluster = await startTestCluster({
      vars: { ...MEANING_VARS, EMBEDDER: "openai/embed-small", EMBEDDER_BASE_URL: embedder.baseUrl },
    });
    await askFor(cluster, "MISS", QUESTION);
    await askFor(cluster, "MISS", PARAPHRASE);
    await askFor(cluster, "SEMANTIC", NEAR_REPEAT);
    await askFor(cluster, "HIT", QUESTION);
    expect(await semanticCounter(cluster, "embedder_failed")).toBe(3);
  });
});

describe("a server that was killed", () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "refrain-meaning-"));
  });
  afterEach(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });

  it("still serves semantic hits after a restart", async () => {
    const first = await startTestCluster({ vars: MEANING_VARS, dataDir });
    const { content } = await askFor(first, "MISS", QUESTION);
    await first.server.kill();
    await using second = await startTestCluster({ vars: MEANING_VARS, dataDir });
    expect((await askFor(second, "SEMANTIC", PARAPHRASE)).content).toBe(content);
    await first.upstream.stop();
  });

  it("never compares vectors of two embedders", async () => {
    const first = await startTestCluster({ vars: MEANING_VARS, dataDir });
    await askFor(first, "MISS", QUESTION);
    await first[Symbol.asyncDispose]();
    await using embedder = await startEmbedder(scriptedVector);
    const vars = { ...MEANING_VARS, EMBEDDER: "openai/embed-small", EMBEDDER_BASE_URL: embedder.baseUrl };
    await using second = await startTestCluster({ vars, dataDir });
    await askFor(second, "MISS", PARAPHRASE);
    await askFor(second, "HIT", QUESTION);
  });

  it("stores a question again after the semantic layer was off for a while", async () => {
    const on = await startTestCluster({ vars: MEANING_VARS, dataDir });
    await askFor(on, "MISS", QUESTION);
    await on[Symbol.asyncDispose]();
    const off = await startTestCluster({ vars: { ...MEANING_VARS, SEMANTIC: "off" }, dataDir });
    await off.admin("POST", "/admin/purge", { model: "test-model", mode: "hard" });
    await off[Symbol.asyncDispose]();
    await using again = await startTestCluster({ vars: MEANING_VARS, dataDir });
    await askFor(again, "MISS", PARAPHRASE);
    await askFor(again, "MISS", QUESTION, {}, { "cache-control": "no-cache" });
    await askFor(again, "HIT", QUESTION);
  });
});
