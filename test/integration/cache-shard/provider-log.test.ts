import { describe, expect, it } from "vitest";
import { ask, withShard } from "../../support/shard-bench.ts";
import { answerResponse } from "../../support/shard-provider.ts";

describe("a shard's record of a provider", () => {
  it("says how calls ended, with time and status, and contains no text from callers or providers", () =>
    withShard({}, async (bench) => {
      expect(bench.shard.figures.health()).toEqual({ providers: [] });
      const startedMs = Date.now();
      await bench.whole(ask("a"));
      expect(bench.shard.figures.health().providers).toMatchObject([{ provider: "openai", lastErrorMs: null, lastErrorStatus: null }]);
      bench.provider.answering = () => Response.json({ error: { message: "sk-secret is wrong" } }, { status: 401 });
      await bench.whole(ask("b"));
      const [seen] = bench.shard.figures.health().providers;
      expect(seen).toMatchObject({ lastErrorReason: "status", lastErrorStatus: 401 });
      expect(seen?.lastAnswerMs).toBeGreaterThanOrEqual(startedMs);
      expect(seen?.lastErrorMs).toBeGreaterThanOrEqual(seen?.lastAnswerMs ?? 0);
      expect(JSON.stringify(seen)).not.toContain("secret");
      bench.provider.answering = () => Promise.reject(new Error("connection refused"));
      await bench.whole(ask("c"));
      expect(bench.shard.figures.health().providers).toMatchObject([{ lastErrorReason: "unreachable", lastErrorStatus: null }]);
    }));

  it("counts an error that the caller caused as an answer", () =>
    withShard({}, async (bench) => {
      bench.provider.answering = () => Response.json({ error: { message: "no such model" } }, { status: 404 });
      await bench.whole(ask("a"));
      expect(bench.shard.figures.health().providers).toMatchObject([{ lastAnswerMs: expect.any(Number) as number, lastErrorMs: null }]);
      bench.provider.answering = () => answerResponse("fine");
      await bench.whole(ask("a"));
      expect(bench.shard.figures.health().providers).toHaveLength(1);
    }));
});
