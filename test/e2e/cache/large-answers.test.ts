import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readStream } from "../../support/chat-client.ts";
import { outcomeOf, startTestCluster } from "../../support/e2e-cluster.ts";

const CLIENTS = 40;
/** Text that deflate cannot shorten much: about a megabyte. */
const TEXT = randomBytes(500_000).toString("hex");

describe("a large answer", () => {
  it("is sent whole to many clients at the same time, in every form, with its length as JSON", async () => {
    await using cluster = await startTestCluster({ script: () => ({ kind: "answer", text: TEXT, chunks: 400 }) });
    const first = await cluster.ask("large");
    const json = await first.text();
    expect([outcomeOf(first), JSON.parse(json)]).toMatchObject(["MISS", { choices: [{ message: { content: TEXT } }] }]);
    const asking = Array.from({ length: CLIENTS }, async (_, index) => {
      const stream = index % 2 === 0;
      const response = await cluster.ask("large", { stream });
      expect(outcomeOf(response)).toBe("HIT");
      if (stream) return (await readStream(response)).content;
      expect(response.headers.get("content-length")).toBe(String(json.length));
      expect(await response.text()).toBe(json);
      return TEXT;
    });
    expect((await Promise.all(asking)).every((content) => content === TEXT)).toBe(true);
    const prompt = await fetch(`${cluster.url}/chat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt: "large" }),
    });
    expect((await prompt.json<{ readonly response: string }>()).response).toBe(TEXT);
    await cluster.settle((shards) => shards.every(({ subscribers, flights }) => subscribers + flights === 0));
  });
});
