import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postChat, userPrompt } from "../../support/chat-client.ts";
import { bundleWorker } from "../../../workers/local/cluster/bundle.ts";
import { startCluster } from "../../../workers/local/cluster/cluster.ts";
import type { Cluster } from "../../../workers/local/cluster/cluster.ts";
import { DataFolder } from "../../../workers/local/cluster/data-folder.ts";

const SECRET = "sk-never-to-be-told";
let dataDir = "";
let cluster: Cluster;

// `npm start` would refuse these settings. This simulates a deployment, where nothing checks them in advance.
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "refrain-invalid-"));
  const folder = await DataFolder.open(dataDir);
  if (!folder.ok) throw new Error(folder.error);
  const vars = { SHARD_COUNT: "many", CACHE_TTL_SECONDS: "-1", OPENAI_API_KEY: SECRET, OPENAI_BASE_URL: "ftp://example.com" };
  cluster = await startCluster({ host: "127.0.0.1", port: 0, modules: await bundleWorker(), vars, folder: folder.value });
});
afterAll(async () => {
  await cluster.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe("a Worker with an invalid configuration", () => {
  test.each(["/v1/chat/completions", "/chat", "/admin/shards", "/health", "/stats", "/"])(
    "answers %s with config_invalid and gives no details",
    async (path) => {
      const response = await fetch(`${cluster.url}${path}`);
      expect(response.status).toBe(500);
      const text = await response.text();
      expect(text).toContain("config_invalid");
      for (const word of ["SHARD_COUNT", "CACHE_TTL", "OPENAI", SECRET, "ftp:"]) expect(text).not.toContain(word);
    },
  );

  test("tells clients not to retry", async () => {
    const response = await postChat(cluster.url, userPrompt("anything"));
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(await response.json()).toMatchObject({ error: { type: "server_error", code: "config_invalid", param: null } });
  });
});
