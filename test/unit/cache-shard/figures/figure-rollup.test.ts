import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FigureBook } from "../../../../durable-objects/cache-shard/figures/figure-book.ts";
import { FigureRollup } from "../../../../durable-objects/cache-shard/figures/figure-rollup.ts";
import { FigureRows } from "../../../../durable-objects/cache-shard/figures/figure-rows.ts";
import { Holdings } from "../../../../durable-objects/cache-shard/storage/holdings.ts";
import { ShardNumbers } from "../../../../durable-objects/cache-shard/storage/shard-numbers.ts";
import { ShardTransactions } from "../../../../durable-objects/cache-shard/storage/shard-transactions.ts";
import { StateRows } from "../../../../durable-objects/cache-shard/storage/state-rows.ts";
import { FigureRecord } from "../../../../shared/domain/figures/figure-record.ts";
import { nodeStorage } from "../../../support/node-sql.ts";
import { FakeClock } from "../../../support/shard-fake-clock.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** More tenants than one slice of a roll-up writes. */
const TENANTS = 120;
/** Turns in which any roll-up of these tests ends. */
const ENOUGH_TURNS = 2000;

/** A shard's figures whose clock stands at the beginning of a day. */
class World {
  clock = new FakeClock(400 * DAY_MS);
  readonly storage = nodeStorage();
  readonly rows = new FigureRows(this.storage.sql, new StateRows(this.storage.sql));
  rollup = this.#newRollup();

  #newRollup(): FigureRollup {
    const { sql } = this.storage;
    const storage = this.storage as unknown as DurableObjectStorage; // the only members that transactions use
    const transactions = new ShardTransactions(storage, new ShardNumbers(sql), new Holdings(sql));
    return new FigureRollup({ rows: this.rows, transactions, clock: this.clock });
  }

  /** Ends the object: a roll-up that is running waits for a timer that never fires. */
  restart(): void {
    this.clock = new FakeClock(this.clock.nowMs());
    this.rollup = this.#newRollup();
  }

  /** Writes a minute: one request of each of some tenants. */
  writeMinute(startMs: number, tenants: readonly string[]): void {
    const record = new FigureRecord();
    for (const tenant of tenants) {
      record.count({ tenant, provider: "p", model: "m", outcome: "MISS" }, { requests: 1, inputTokens: 2 });
      record.addLatency(tenant, "miss", [0, 1]);
    }
    this.rows.write("minute", startMs, record);
  }

  /**
   * Starts a roll-up and lets it run for some turns of the event loop, and one more in which storage fails. Resolves to
   * whether it has done its work.
   */
  async run(turns: number, fails = false): Promise<boolean> {
    const running = this.rollup.runIfDue();
    const state = { isDone: running === null };
    running?.then(
      () => (state.isDone = true),
      () => undefined,
    );
    for (let turn = 0; turn < turns && !state.isDone; turn++) await this.#turn();
    this.storage.isFailing = fails;
    if (fails) await this.#turn();
    this.storage.isFailing = false;
    return state.isDone;
  }

  async #turn(): Promise<void> {
    this.clock.advance(0);
    for (let microtask = 0; microtask < 8; microtask++) await Promise.resolve();
  }

  requests(tenant: string | null): number {
    return new FigureBook(this.rows).totals(tenant).traffic.requests;
  }

  /** Requests in the records of a kind. */
  inRecords(kind: "minute" | "hour" | "day"): number {
    const records = [...this.rows.records(kind, 0, Number.MAX_SAFE_INTEGER)];
    return records.flatMap((record) => [...record.lines()]).reduce((sum, line) => sum + line.requests, 0);
  }
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `t${index}`);

describe("a roll-up", () => {
  it("adds minutes of past hours to hours, days and totals, and leaves the current hour for later", async () => {
    const world = new World();
    const hourMs = world.clock.nowMs();
    for (const minute of [0, 1, 59, 60, 119, 120]) world.writeMinute(hourMs + minute * MINUTE_MS, ["a", "b"]);
    world.clock.advance(2 * HOUR_MS + 1);
    expect(await world.run(ENOUGH_TURNS)).toBe(true);
    expect([world.inRecords("hour"), world.inRecords("day"), world.rows.totalsOfAll().traffic.requests]).toEqual([10, 10, 10]);
    expect(world.rows.totals("a")).toMatchObject({ traffic: { requests: 5, misses: 5 }, throughMs: hourMs + 2 * HOUR_MS });
    expect([world.requests(null), world.requests("a"), world.requests("b")]).toEqual([12, 6, 6]);
    expect(world.rollup.runIfDue()).toBeNull();
    world.clock.advance(HOUR_MS);
    expect(await world.run(ENOUGH_TURNS)).toBe(true);
    expect([world.inRecords("hour"), world.requests(null), world.rows.totals("a")?.traffic.requests]).toEqual([12, 12, 6]);
  });

  it("counts the last minute of an hour once, also when it was written late and is still in memory", async () => {
    const world = new World();
    const book = new FigureBook(world.rows);
    const hit = { tenant: "a", provider: "p", model: "m", outcome: "HIT" } as const;
    book.count(hit, { requests: 1 }, world.clock.nowMs() + HOUR_MS - 1);
    // No request has written the record when the last report of an isolate comes.
    world.clock.advance(HOUR_MS + 1);
    book.addReport({ tenant: "a", memoryHits: 1, bypasses: 0, tokensSaved: 0, hitLatency: [], missLatency: [] }, world.clock.nowMs());
    world.storage.transactionSync(() => book.write());
    book.noteStored();
    expect(await world.run(ENOUGH_TURNS)).toBe(true);
    for (const tenant of ["a", null]) expect(book.totals(tenant).traffic.requests).toBe(2);
    book.count(hit, { requests: 1 }, world.clock.nowMs());
    for (const tenant of ["a", null]) expect(book.totals(tenant).traffic.requests).toBe(3);
  });

  it("counts nothing twice and loses nothing when it is interrupted between any two slices, or storage fails there", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ turns: fc.nat(12), fails: fc.boolean() }), { maxLength: 6 }), async (interruptions) => {
        const world = new World();
        const tenants = names(TENANTS);
        for (let minute = 0; minute < 3; minute++) world.writeMinute(world.clock.nowMs() + minute * 40 * MINUTE_MS, tenants);
        world.clock.advance(2 * HOUR_MS);
        const check = (): void => {
          expect(world.requests(null)).toBe(3 * TENANTS);
          for (const tenant of ["t0", "t60", `t${TENANTS - 1}`]) expect(world.requests(tenant)).toBe(3);
        };
        for (const { turns, fails } of interruptions) {
          await world.run(turns, fails);
          world.restart();
          check();
        }
        expect(await world.run(ENOUGH_TURNS)).toBe(true);
        check();
        expect([world.inRecords("hour"), world.inRecords("day")]).toEqual([3 * TENANTS, 3 * TENANTS]);
        expect(world.rows.totals("t0")?.traffic.requests).toBe(3);
      }),
      { numRuns: 60 },
    );
  });

  it("deletes minutes after a day, hours after 31 days and days after 366, and keeps the totals", async () => {
    const world = new World();
    const startMs = world.clock.nowMs();
    world.writeMinute(startMs, ["a"]);
    world.clock.advance(HOUR_MS);
    await world.run(ENOUGH_TURNS);
    const kept: (readonly number[])[] = [];
    for (const days of [2, 40, 400]) {
      world.clock.advance(startMs + days * DAY_MS - world.clock.nowMs());
      world.writeMinute(world.clock.nowMs() - HOUR_MS, ["b"]);
      await world.run(ENOUGH_TURNS);
      const first = (kind: "minute" | "hour" | "day"): number => Number(world.rows.firstFrom(kind, 0) === startMs);
      kept.push([first("minute"), first("hour"), first("day")]);
    }
    expect(kept).toEqual([
      [0, 1, 1],
      [0, 0, 1],
      [0, 0, 0],
    ]);
    expect([world.requests("a"), world.requests(null)]).toEqual([1, 4]);
  });
});
