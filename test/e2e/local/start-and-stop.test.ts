import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postChat, readJsonContent, userPrompt } from "../../support/chat-client.ts";
import { startRefusedServer, startServer } from "../../support/start-server.ts";

const PROMPT = userPrompt("Which planet is the largest?", { model: "demo" });
let dataDir = "";

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "refrain-local-"));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe("the local server", () => {
  test("keeps answers and its admin token over SIGKILL and over a graceful shutdown", async () => {
    const first = await startServer({ dataDir });
    const miss = await postChat(first.url, PROMPT);
    expect(miss.headers.get("refrain-cache")).toBe("MISS");
    const answer = await readJsonContent(miss);
    await first.kill();

    const second = await startServer({ dataDir });
    const hit = await postChat(second.url, PROMPT);
    expect(hit.headers.get("refrain-cache")).toBe("HIT");
    expect(await readJsonContent(hit)).toBe(answer);
    expect(second.adminToken).toBe(first.adminToken);
    expect(await second.stop()).toBe(0);

    const third = await startServer({ dataDir });
    const again = await postChat(third.url, PROMPT);
    expect(again.headers.get("refrain-cache")).toBe("HIT");
    expect(await third.stop()).toBe(0);
  });

  test("can reuse its port at once after SIGKILL", async () => {
    const first = await startServer({ dataDir });
    const port = Number(new URL(first.url).port);
    await first.kill();
    const second = await startServer({ dataDir, port });
    expect((await fetch(`${second.url}/health`)).status).toBe(200);
    await second.stop();
  });

  test("refuses a data folder or a port that is in use and names it", async () => {
    await using server = await startServer({ dataDir });
    const sameFolder = await startRefusedServer({ dataDir });
    expect(sameFolder.code).toBe(1);
    expect(sameFolder.output).toContain(`(process ${server.pid}) is already running at ${server.url}`);

    const port = new URL(server.url).port;
    const samePort = await startRefusedServer({ dataDir: join(dataDir, "other"), port: Number(port) });
    expect(samePort.code).toBe(1);
    expect(samePort.output).toContain(`Port ${port} on 127.0.0.1 is already in use.`);
  });

  test("stops cleanly on a Ctrl-C that arrives twice, as it does under npm", async () => {
    const server = await startServer({ dataDir });
    process.kill(server.pid, "SIGINT");
    process.kill(server.pid, "SIGINT");
    expect(await server.stop()).toBe(0);
  });

  test("reads its address and its data folder from the variables file", async () => {
    const varsFile = join(dataDir, "vars");
    const folder = join(dataDir, "from-file");
    await writeFile(varsFile, `HOST=localhost\nPORT=0\nDATA_DIR=${folder}\n`);
    await using server = await startServer({ dataDir: folder, varsFile });
    expect(server.url).toContain("http://localhost:");
    expect(server.output()).not.toContain("is not a Refrain setting");
  });

  test("refuses an invalid configuration and names every problem", async () => {
    const refused = await startRefusedServer({ dataDir, vars: { SHARD_COUNT: "0", RATE_LIMIT_BURST: "many" } });
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("SHARD_COUNT");
    expect(refused.output).toContain("RATE_LIMIT_BURST");
  });
});
