import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postChat, userPrompt } from "../../support/chat-client.ts";
import { startServer } from "../../support/start-server.ts";
import { startUpstream } from "../../support/start-upstream.ts";

/** An isolate returns its leases within this time of its last request, in milliseconds. */
const RETURN_MS = 20_000;

let dataDir = "";

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "refrain-idle-"));
});
afterAll(async () => await rm(dataDir, { recursive: true, force: true }));

/** Requests that leases may still spend, as the limiters' databases say. */
async function leased(): Promise<number> {
  const files = await readdir(dataDir, { recursive: true });
  let held = 0;
  for (const file of files.filter((name) => /RateLimiter\/[0-9a-f]{64}\.sqlite$/.test(name))) {
    const database = new DatabaseSync(join(dataDir, file), { readOnly: true });
    for (const row of database.prepare("SELECT leases FROM buckets").all()) {
      for (const lease of JSON.parse(String(row["leases"])) as readonly number[][]) held += lease[2] ?? 0;
    }
    database.close();
  }
  return held;
}

test("an isolate returns its leases although no further request comes, and a kill then forfeits nothing", async () => {
  await using upstream = await startUpstream();
  const vars = {
    SEMANTIC: "off",
    RATE_LIMIT_REQUESTS: "1",
    RATE_LIMIT_WINDOW_SECONDS: "86400",
    RATE_LIMIT_BURST: "50",
    OPENAI_BASE_URL: upstream.baseUrl,
  };
  const server = await startServer({ vars, dataDir });
  const ask = (url: string) => postChat(url, userPrompt("idle"), { "refrain-user": "ann" });
  for (let request = 0; request < 6; request += 1) expect((await ask(server.url)).status).toBe(200);
  expect(await leased()).toBeGreaterThan(0);
  await expect.poll(() => leased(), { timeout: RETURN_MS, interval: 500 }).toBe(0);
  await server.kill();
  await using restarted = await startServer({ vars, dataDir });
  expect((await ask(restarted.url)).headers.get("x-ratelimit-remaining-requests")).toBe("43");
});
