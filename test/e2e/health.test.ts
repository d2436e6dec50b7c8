import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { postChat, userPrompt } from "../support/chat-client.ts";
import { startServer } from "../support/start-server.ts";

const SETTLE_MS = 20_000;

/** Databases of Durable Objects in a data folder. Each object has one from its first write on. */
async function databasesIn(dataDir: string): Promise<readonly string[]> {
  const files = await readdir(join(dataDir, "state"), { recursive: true });
  return files.filter(
    (file) => file.endsWith(".sqlite") && /CacheShard|RateLimiter|Upstream/.test(file) && !file.endsWith("metadata.sqlite"),
  );
}

interface LogLine {
  readonly event: string;
  readonly versionId: string;
}

function logLinesOf(output: string): readonly LogLine[] {
  const lines = output.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
  return lines.map((line) => JSON.parse(line) as LogLine);
}

describe("GET /health", () => {
  test("creates no object on a real server, unlike the first request that needs one", async () => {
    await using server = await startServer({ vars: { SHARD_LOCATION: "weur" } });
    for (let call = 0; call < 20; call++) {
      const response = await fetch(`${server.url}/health`);
      expect(await response.json()).toMatchObject({ status: "ok", placement: { jurisdiction: null, location: "weur" } });
    }
    expect(await databasesIn(server.dataDir)).toEqual([]);
    expect((await postChat(server.url, userPrompt("Which planet is the largest?", { model: "demo" }))).status).toBe(200);
    expect((await databasesIn(server.dataDir)).length).toBeGreaterThan(0);
  });

  test("and the log name the same version, in the Worker and in the objects", async () => {
    await using server = await startServer({
      vars: { OPENAI_BASE_URL: "http://127.0.0.1:9/v1", LOG_LEVEL: "debug", SEMANTIC: "off" },
    });
    const health = await (await fetch(`${server.url}/health`)).json<{ versionId: string }>();
    await postChat(server.url, userPrompt("Which planet is the smallest?", { model: "m" }));
    // The shard logs the failed call, the Worker the refused request. The lines arrive after the answer.
    const logged = (): readonly LogLine[] => logLinesOf(server.output());
    const deadline = AbortSignal.timeout(SETTLE_MS);
    while (logged().length < 2 && !deadline.aborted) await nextTurn();
    const { versionId } = health;
    expect(logged()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ event: "upstream_failed", versionId }),
        expect.objectContaining({ event: "request_refused", versionId }),
      ]),
    );
  });
});
