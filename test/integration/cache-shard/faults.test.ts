import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AnswerReply } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { Bench } from "../../support/shard-bench.ts";
import { ask, digestOf, orphans, purgeOf, recount, saidBy, told, withShard } from "../../support/shard-bench.ts";
import { answerResponse, contentOf, readAll } from "../../support/shard-provider.ts";

const SMALL = { SHARD_MAX_BYTES: "30000", SPILL_WRITES_PER_DAY: "100000" };
const ENOUGH_STATEMENTS = 80;
/** Step between failing statements in long work. A prime number, so statements of every kind fail. */
const STRIDE = 13;

afterEach(() => vi.useRealTimers());

function noise(seed: string): string {
  let text = "";
  for (let part = 0; part < 16; part++) text += digestOf(`${seed} ${part}`);
  return text;
}

/** The outcome as text: an answer, a well-formed error, or an exception, on which the front bypasses the shard. */
async function outcomeOf(work: () => Promise<AnswerReply>): Promise<string> {
  try {
    const reply = await work();
    if (reply.kind === "stream") {
      const text = await readAll(reply.stream);
      expect(text).toMatch(/(\[DONE\]|"error".*)\n\n$/s);
      return `stream: ${contentOf(text)}`;
    }
    return saidBy(reply).replace(/^(HIT|MISS|STALE|COALESCED): /, "");
  } catch (error) {
    return `thrown: ${String(error)}`;
  }
}

async function consistent(bench: Bench): Promise<void> {
  await bench.idle();
  expect(told(bench)).toEqual(recount(bench));
  expect(orphans(bench)).toBe(0);
  bench.restart();
  expect(told(bench)).toEqual(recount(bench));
}

/**
 * Runs `work` repeatedly. In each run all statements from the n-th on fail; n grows by `stride` until a run makes fewer
 * than n statements. Returns that n.
 */
async function atEveryStatement(bench: Bench, prepare: () => Promise<void>, work: () => Promise<void>, stride = 1): Promise<number> {
  for (let statement = 1; statement <= ENOUGH_STATEMENTS * stride; statement += stride) {
    await prepare();
    await bench.idle();
    bench.statements = 0;
    bench.failAtStatement = statement;
    await work();
    await bench.idle();
    const reached = bench.statements >= statement;
    bench.failAtStatement = null;
    await consistent(bench);
    if (!reached) return statement;
  }
  throw new Error("there are more statements than were tried");
}

describe("storage that fails", () => {
  it("at any statement of a miss never withholds the answer and leaves nothing half written", () =>
    withShard({}, async (bench) => {
      const tried = await atEveryStatement(
        bench,
        async () => void (await bench.shard.purge(purgeOf("all", "", { hard: true }))),
        async () => {
          const said = await outcomeOf(() => bench.whole(ask("q", { tags: ["a", "b"] })));
          // Only the first read of the store comes before the flight exists.
          expect(said).toMatch(/^(answer to q|thrown: Error: SQLITE_IOERR.*)$/);
          if (bench.failAtStatement !== null && bench.failAtStatement > 1) expect(said).toBe("answer to q");
        },
      );
      expect(tried).toBeGreaterThan(5);
    }));

  it("at any statement of a replacement leaves the old answer or the new one, never a mixture", () =>
    withShard({}, async (bench) => {
      let version = 0;
      await atEveryStatement(
        bench,
        async () => {
          bench.provider.answering = () => answerResponse(`old ${version}`);
          await bench.whole(ask("q", { read: false, tags: ["a"] }));
        },
        async () => {
          bench.provider.answering = () => answerResponse(`new ${version}`);
          await outcomeOf(() => bench.whole(ask("q", { read: false, tags: ["b", "c"], stream: true })));
          await bench.idle();
          bench.failAtStatement = null;
          bench.restart();
          const kept = saidBy(await bench.whole(ask("q", { onlyIfCached: true })));
          expect([`HIT: old ${version}`, `HIT: new ${version}`]).toContain(kept);
          const events = await bench.whole(ask("q", { onlyIfCached: true, stream: true }));
          expect(events.kind === "whole" && events.sse !== null && `HIT: ${contentOf(new TextDecoder().decode(events.sse))}`).toBe(kept);
          const tags = bench.sql
            .exec<{ tag: string }>("SELECT tag FROM tags ORDER BY tag")
            .toArray()
            .map(({ tag }) => tag);
          expect(tags).toEqual(kept.includes("old") ? ["a"] : ["b", "c"]);
          version += 1;
        },
      );
    }));

  it.each(["all", "tag"] as const)("at any statement of a purge by %s purges everything or nothing, and reports which", (kind) =>
    withShard({}, async (bench) => {
      let before = 0;
      await atEveryStatement(
        bench,
        async () => {
          for (const prompt of ["q", "r"]) await bench.whole(ask(prompt, { tags: ["t"] }));
          before = bench.detail().sequence;
        },
        async () => {
          const purged = await bench.shard.purge(purgeOf(kind, kind === "tag" ? "t" : "")).then(
            () => true,
            () => false,
          );
          bench.failAtStatement = null;
          expect(bench.detail().sequence).toBe(purged ? before + 1 : before);
          bench.restart();
          expect(bench.detail().sequence).toBe(purged ? before + 1 : before);
          for (const prompt of ["q", "r"])
            expect((await bench.whole(ask(prompt, { onlyIfCached: true }))).kind).toBe(purged ? "failed" : "whole");
        },
      );
    }),
  );

  it("at any statement of eviction and promotion may lose entries, but never miscounts them", () =>
    withShard(SMALL, async (bench) => {
      bench.provider.answering = (call) => answerResponse(noise(call.prompt));
      let round = 0;
      const fill = async (): Promise<void> => {
        for (let index = 0; index < 14; index++) await bench.whole(ask(`q${index}`));
      };
      await atEveryStatement(
        bench,
        fill,
        async () => {
          round += 1;
          for (let index = 0; index < 14; index++) {
            const prompt = `q${(index + round) % 14}`;
            expect(await outcomeOf(() => bench.whole(ask(prompt)))).toMatch(
              new RegExp(`^(${noise(prompt)}|failed: internal|thrown: Error: SQLITE_IOERR.*)$`),
            );
          }
        },
        STRIDE,
      );
    }));

  it("while figures and hits are written fails no request, and they are written later", () =>
    withShard({}, async (bench) => {
      vi.useFakeTimers({ toFake: ["Date"] });
      for (let request = 0; request < 33; request++) await bench.whole(ask("q"));
      vi.setSystemTime(Date.now() + 60_000);
      bench.statements = 0;
      bench.failAtStatement = 1;
      expect(saidBy(await bench.whole(ask("q")))).toBe("HIT: answer to q");
      expect(bench.statements).toBeGreaterThan(0);
      expect(() => bench.lastReport()).not.toThrow();
      bench.failAtStatement = null;
      bench.lastReport();
      bench.restart();
      expect(bench.stats(null).traffic).toMatchObject({ requests: 34, hits: 33, misses: 1 });
      expect(bench.sql.exec("SELECT hits FROM entries").one()).toEqual({ hits: 33 });
      await consistent(bench);
    }));
});

describe("any sequence of operations", () => {
  const prompt = fc.nat(11).map((index) => `q${index}`);
  const operation = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ act: fc.constant("ask" as const), prompt, stream: fc.boolean(), read: fc.boolean(), cached: fc.boolean() }),
    },
    { weight: 2, arbitrary: fc.record({ act: fc.constant("crowd" as const), prompt }) },
    {
      weight: 2,
      arbitrary: fc.record({
        act: fc.constant("purge" as const),
        kind: fc.constantFrom("all", "key", "tag", "tenant", "model", "scope", "created_before"),
        prompt,
        hard: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("restart" as const) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("sweep" as const) }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant("travel" as const), seconds: fc.constantFrom(1, 30, 100, 4000) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        act: fc.constant("kv" as const),
        fault: fc.constantFrom("none", "none", "put", "get", "delete", "corrupt", "absent"),
        stale: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("sql" as const), after: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant("upstream" as const), status: fc.constantFrom(200, 200, 200, 500, 429) }) },
  );
  type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

  /** What must hold for a shard after any operations. */
  class Model {
    readonly #bench: Bench;
    #version = 0;
    #nowMs = Date.now();
    #status = 200;
    /** Per prompt: answers given before its last purge, which must not be served any more. */
    readonly #purged = new Map<string, Set<string>>();
    readonly #given = new Map<string, Set<string>>();

    constructor(bench: Bench) {
      this.#bench = bench;
      bench.provider.answering = (call) => {
        if (this.#status !== 200) return new Response("{}", { status: this.#status });
        this.#version += 1;
        const text = `${call.prompt} v${this.#version} ${noise(call.prompt)}`;
        this.#note(this.#given, call.prompt, text);
        return answerResponse(text);
      };
    }

    async run(next: Operation): Promise<void> {
      const { shard, kv } = this.#bench;
      switch (next.act) {
        case "ask":
          return this.#ask(next.prompt, { stream: next.stream, read: next.read, onlyIfCached: next.cached });
        case "crowd":
          await Promise.all([1, 2, 3, 4].map((client) => this.#ask(next.prompt, { stream: client % 2 === 0 })));
          return undefined;
        case "purge":
          return this.#purge(next.kind, next.prompt, next.hard);
        case "restart":
          await this.#bench.idle();
          return this.#bench.restart();
        case "sweep":
          return shard.alarm();
        case "travel":
          this.#nowMs += next.seconds * 1000;
          vi.setSystemTime(this.#nowMs);
          return undefined;
        case "kv":
          kv.fault = next.fault;
          kv.stale = next.stale;
          return undefined;
        case "sql":
          return this.#failing(next.after);
        case "upstream":
          this.#status = next.status;
          return undefined;
      }
    }

    async check(): Promise<void> {
      await this.#bench.idle();
      expect(told(this.#bench)).toEqual(recount(this.#bench));
      expect(orphans(this.#bench)).toBe(0);
      expect(this.#bench.detail()).toMatchObject({ flights: 0, subscribers: 0, flightBytes: 0, upstreamActive: 0 });
      const { requests, hits, semantic, coalesced, stale, misses, bypasses, errors } = this.#bench.stats(null).traffic;
      expect(requests).toBe(hits + semantic + coalesced + stale + misses + bypasses + errors);
    }

    async #ask(prompt: string, changes: Parameters<typeof ask>[1]): Promise<void> {
      const request = ask(prompt, { tags: [`tag${Number(prompt.slice(1)) % 3}`], ttlSeconds: 3600, ...changes });
      const said = await outcomeOf(() => this.#bench.whole(request));
      const content = said.replace(/^stream: /, "");
      if (/^failed: (only_if_cached|upstream_error)$/.test(said)) return;
      if (content === "(events)") return;
      expect(this.#given.get(prompt)?.has(content), said).toBe(true);
      expect(this.#purged.get(prompt)?.has(content) ?? false, `served after a purge: ${content.slice(0, 20)}`).toBe(false);
    }

    async #purge(
      kind: "all" | "key" | "tag" | "tenant" | "model" | "scope" | "created_before",
      prompt: string,
      hard: boolean,
    ): Promise<void> {
      const tag = `tag${Number(prompt.slice(1)) % 3}`;
      const value = {
        all: "",
        key: digestOf(prompt),
        tag,
        tenant: "acme",
        model: "test-model",
        scope: digestOf("scope"),
        created_before: String(this.#nowMs),
      }[kind];
      await this.#bench.idle();
      await this.#bench.shard.purge(purgeOf(kind, value, { hard }));
      if (kind === "created_before") return;
      for (const [known, texts] of this.#given) {
        const covered = kind === "key" ? known === prompt : kind === "tag" ? `tag${Number(known.slice(1)) % 3}` === tag : true;
        if (covered) for (const text of texts) this.#note(this.#purged, known, text);
      }
    }

    /** Makes a request during which storage fails. */
    async #failing(after: number): Promise<void> {
      this.#bench.statements = 0;
      this.#bench.failAtStatement = after;
      await outcomeOf(() => this.#bench.whole(ask("q0", { read: after % 2 === 0 })));
      await this.#bench.idle();
      this.#bench.failAtStatement = null;
    }

    #note(texts: Map<string, Set<string>>, prompt: string, text: string): void {
      const known = texts.get(prompt) ?? new Set<string>();
      known.add(text);
      texts.set(prompt, known);
    }
  }

  it("leaves figures equal to a recount of the rows, and serves nothing that was purged", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40 }), (operations) =>
        withShard({ ...SMALL, SPILL_WRITES_PER_DAY: "60" }, async (bench) => {
          const model = new Model(bench);
          for (const next of operations) {
            await model.run(next);
            await model.check();
          }
        }),
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});
