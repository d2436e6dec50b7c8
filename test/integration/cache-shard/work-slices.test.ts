import { afterEach, describe, expect, it, vi } from "vitest";
import type { Bench } from "../../support/shard-bench.ts";
import { ask, purgeOf, recount, saidBy, told, withShard } from "../../support/shard-bench.ts";
import { seed, storedEntry } from "../../support/stored-entries.ts";

const MANY = 2000;
const PROMPTS = Array.from({ length: MANY }, (_, index) => `q${index}`);
/** So many that the rows alone exceed the smallest bound that applies to the database. */
const LONG_TAGS = Array.from({ length: 4 }, (_, index) => `${index}`.repeat(128));
/** Rows that SQLite reads and writes between two pauses: about 1 ms. */
const MAX_ROWS = 1200;
const { setTimeout: start } = globalThis;
const TWO_SHARDS = { shardCount: 2, scopeFanout: 2 };

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What a job did between two pauses, at most, and how often it paused. */
interface Slices {
  readonly mostRows: number;
  readonly pauses: number;
}

/** Runs a job, and sums up the rows of its statements between two pauses. */
async function sliced(bench: Bench, job: () => Promise<unknown>): Promise<Slices> {
  await bench.idle();
  let statements: Pick<SqlStorageCursor<never>, "rowsRead" | "rowsWritten">[] = [];
  const slices = { mostRows: 0, pauses: 0 };
  const end = (): void => {
    const rows = statements.reduce((sum, { rowsRead, rowsWritten }) => sum + rowsRead + rowsWritten, 0);
    slices.mostRows = Math.max(slices.mostRows, rows);
    statements = [];
  };
  bench.onStatement = (cursor) => statements.push(cursor);
  const timers = vi.spyOn(globalThis, "setTimeout").mockImplementation((work: () => void, delayMs?: number) => {
    if (delayMs === 0) {
      end();
      slices.pauses += 1;
    }
    return start(work, delayMs);
  });
  await job();
  await bench.idle();
  end();
  timers.mockRestore();
  bench.onStatement = () => undefined;
  return slices;
}

describe("between two pauses, a shard with many entries touches few rows", () => {
  it.each([
    ["tag", "t"],
    ["model", "m"],
    ["tenant", "acme"],
    ["scope", storedEntry("q").scope],
    ["created_before", String(Date.now() * 2)],
    ["all", ""],
  ] as const)("in a purge by %s, soft or hard", (kind, value) =>
    withShard({}, async (bench) => {
      for (const hard of [false, true]) {
        seed(bench, PROMPTS, () => ({ tags: ["t"], model: "m" }));
        const { mostRows, pauses } = await sliced(bench, () => bench.shard.purge(purgeOf(kind, value, { hard })));
        expect(mostRows).toBeLessThan(MAX_ROWS);
        expect(pauses).toBeGreaterThan(MANY / 100);
        expect(told(bench)).toEqual(recount(bench));
        expect(bench.sql.exec("SELECT COUNT(*) AS n FROM entries").one()).toEqual({ n: 0 });
      }
    }),
  );

  it("in the alarm that frees expired rows", () =>
    withShard({}, async (bench) => {
      vi.useFakeTimers({ toFake: ["Date"] });
      seed(bench, PROMPTS, () => ({ tags: ["t"] }));
      vi.setSystemTime(Date.now() + 24 * 3_600_000);
      const { mostRows, pauses } = await sliced(bench, () => bench.shard.alarm());
      expect(mostRows).toBeLessThan(MAX_ROWS);
      expect(pauses).toBeGreaterThan(MANY / 100);
      expect(told(bench)).toEqual({ entries: 0, spilled: 0, bytes: 0 });
    }));

  it("in an eviction", () =>
    withShard({ SHARD_MAX_BYTES: "1500000", SPILL_WRITES_PER_DAY: "0" }, async (bench) => {
      seed(bench, PROMPTS, () => ({ tags: ["t"] }));
      const { mostRows, pauses } = await sliced(bench, () => bench.whole(ask("one more")));
      expect(mostRows).toBeLessThan(MAX_ROWS);
      expect(pauses).toBeGreaterThan(2);
      expect(told(bench).entries).toBeLessThan(MANY);
      expect(told(bench)).toEqual(recount(bench));
    }));

  it("in an eviction when all bodies but the newest are in KV", () =>
    withShard({ SHARD_MAX_BYTES: "1000000", SPILL_WRITES_PER_DAY: "0" }, async (bench) => {
      seed(bench, PROMPTS, () => ({ tags: LONG_TAGS, spilled: { kvName: "value", kvExpiresMs: Number.MAX_SAFE_INTEGER } }));
      expect(bench.detail().databaseBytes).toBeGreaterThan(1_000_000);
      const { mostRows } = await sliced(bench, () => bench.whole(ask("one more")));
      expect(mostRows).toBeGreaterThan(100);
      expect(mostRows).toBeLessThan(MAX_ROWS);
    }));

  it("on both sides of a move of entries", async () => {
    await withShard({}, async (bench) => {
      seed(bench, PROMPTS);
      let moved = 0;
      const { mostRows, pauses } = await sliced(bench, async () => {
        for (let afterKey: string | null = ""; afterKey !== null;) {
          const batch = await bench.shard.entryMover.listMisplaced({ afterKey, ...TWO_SHARDS });
          await bench.shard.entryMover.receive(batch.entries);
          await bench.shard.entryMover.release({ keys: batch.entries.map(({ key }) => key), sequence: batch.sequence });
          moved += batch.entries.length;
          afterKey = batch.nextKey;
        }
      });
      expect(mostRows).toBeLessThan(MAX_ROWS);
      expect(pauses).toBeGreaterThan(MANY / 200);
      expect(moved).toBeGreaterThan(MANY / 3);
      expect(told(bench)).toEqual(recount(bench));
    });
  });

  it("in everything that it reports about itself", () =>
    withShard({}, async (bench) => {
      seed(bench, PROMPTS, (prompt) => ({ tenant: `tenant-${Number(prompt.slice(1)) % 50}` }));
      bench.restart();
      expect(saidBy(await bench.whole(ask("q1")))).toBe("HIT: answer to q1");
      const { mostRows } = await sliced(bench, async () => {
        bench.stats(null);
        bench.stats("tenant-1");
        bench.detail();
        bench.shard.figures.health();
      });
      expect(mostRows).toBeLessThan(20);
    }));
});

describe("a move of entries", () => {
  it("that begins anew goes on where the last one stood, and after its end examines all rows again", () =>
    withShard({}, async (bench) => {
      seed(bench, PROMPTS);
      const { entryMover } = bench.shard;
      const first = await entryMover.listMisplaced({ afterKey: "", ...TWO_SHARDS });
      expect(first.nextKey).not.toBeNull();
      // The entries of a batch that nobody has continued may not have moved.
      expect(await entryMover.listMisplaced({ afterKey: "", ...TWO_SHARDS })).toEqual(first);
      const second = await entryMover.listMisplaced({ afterKey: first.nextKey ?? "", ...TWO_SHARDS });
      expect(await entryMover.listMisplaced({ afterKey: "", ...TWO_SHARDS })).toEqual(second);
      // Another topology has other homes.
      const third = await entryMover.listMisplaced({ afterKey: "", shardCount: 3, scopeFanout: 3 });
      expect(third.entries[0]?.key).not.toBe(second.entries[0]?.key);
      let afterKey = second.nextKey;
      while (afterKey !== null) ({ nextKey: afterKey } = await entryMover.listMisplaced({ afterKey, ...TWO_SHARDS }));
      expect(await entryMover.listMisplaced({ afterKey: "", ...TWO_SHARDS })).toEqual(first);
    }));
});
