import { describe, expect, it } from "vitest";
import { ShardAlarm } from "../../../durable-objects/cache-shard/shard-alarm.ts";
import type { ReportEvent } from "../../../shared/report/report-event.ts";
import { FakeClock } from "../../support/shard-fake-clock.ts";

const MINUTE_MS = 60_000;
const SWEEP_EVERY_MS = 30 * MINUTE_MS;
const NOW_MS = 10 * SWEEP_EVERY_MS;

/** An alarm around work that a test decides. */
class World {
  readonly clock = new FakeClock(NOW_MS);
  readonly reported: ReportEvent[] = [];
  /** Times to which the alarm has been set. */
  readonly sets: number[] = [];
  setAtMs: number | null = null;
  isFailing = false;
  free: () => Promise<void> = () => Promise.resolve();
  sweep: () => Promise<void> = () => Promise.resolve();
  isPurged = false;
  expiryMs: number | null = null;
  alarm = this.#newAlarm();

  #newAlarm(): ShardAlarm {
    return new ShardAlarm({
      shard: 3,
      clock: this.clock,
      report: (event) => void this.reported.push(event),
      storage: {
        getAlarm: () => Promise.resolve(this.setAtMs),
        setAlarm: (at) => {
          if (this.isFailing) return Promise.reject(new Error("storage failed"));
          this.setAtMs = Number(at);
          this.sets.push(Number(at));
          return Promise.resolve();
        },
        deleteAlarm: () => {
          this.setAtMs = null;
          return Promise.resolve();
        },
      },
      free: () => this.free(),
      hasPurged: () => this.isPurged,
      sweep: () => this.sweep(),
      nextExpiryMs: () => this.expiryMs,
    });
  }

  /** The platform calls the object because the alarm is due: it is no longer set. */
  async fire(): Promise<void> {
    this.setAtMs = null;
    await this.alarm.run();
  }

  restart(): void {
    this.alarm = this.#newAlarm();
  }
}

describe("an alarm that fires", () => {
  it.each(["free", "sweep"] as const)("is set again for a minute later when it cannot %s, however often that fails", async (work) => {
    const world = new World();
    world[work] = () => Promise.reject(new Error("storage failed"));
    for (let time = 0; time < 10; time++) {
      await expect(world.fire()).resolves.toBeUndefined();
      expect(world.setAtMs).toBe(world.clock.nowMs() + MINUTE_MS);
      world.clock.advance(MINUTE_MS);
      if (time % 3 === 0) world.restart();
    }
    expect(world.reported).toHaveLength(10);
    expect(world.reported[0]).toEqual({ event: "upkeep_failed", shard: 3, message: "Error: storage failed" });
    world[work] = () => Promise.resolve();
    await world.fire();
    expect([world.setAtMs, world.reported.length]).toEqual([null, 10]);
  });

  it("is set again at once while purged rows are left, else for the next expiry, else not at all", async () => {
    const world = new World();
    world.isPurged = true;
    await world.fire();
    expect(world.setAtMs).toBe(NOW_MS);
    world.isPurged = false;
    world.expiryMs = NOW_MS + SWEEP_EVERY_MS + 1;
    await world.fire();
    expect(world.setAtMs).toBe(NOW_MS + 2 * SWEEP_EVERY_MS);
    world.expiryMs = 5;
    await world.fire();
    expect(world.setAtMs).toBe(NOW_MS);
    world.expiryMs = null;
    await world.fire();
    expect(world.setAtMs).toBeNull();
  });

  it("keeps what was planned during its run if that is earlier, and drops it if the run has done its work", async () => {
    const world = new World();
    world.free = () => world.alarm.wakeAt(NOW_MS + 5000);
    world.expiryMs = NOW_MS + 2 * SWEEP_EVERY_MS;
    await world.fire();
    expect(world.setAtMs).toBe(NOW_MS + 5000);
    world.expiryMs = null;
    await world.fire();
    expect(world.setAtMs).toBeNull();
    // The object knows that it is not set.
    await world.alarm.wakeAt(NOW_MS + 9000);
    expect(world.setAtMs).toBe(NOW_MS + 9000);
  });
});

describe("planning an alarm", () => {
  it("moves it to an earlier time only, also when it was set by an earlier object", async () => {
    const world = new World();
    await world.alarm.wakeAt(NOW_MS + 100);
    await world.alarm.wakeAt(NOW_MS + 200);
    world.restart();
    await Promise.all([world.alarm.wakeAt(NOW_MS + 300), world.alarm.wakeAt(NOW_MS + 50), world.alarm.wakeAt(NOW_MS + 60)]);
    expect([world.setAtMs, world.sets]).toEqual([NOW_MS + 50, [NOW_MS + 100, NOW_MS + 50]]);
  });

  it("costs nothing for an entry that the alarm is early enough for, and rounds, so that many expiries share one run", async () => {
    const world = new World();
    await world.alarm.expireAt(NOW_MS + 1);
    expect(world.setAtMs).toBe(NOW_MS + SWEEP_EVERY_MS);
    expect([world.alarm.expireAt(NOW_MS + 2), world.alarm.expireAt(NOW_MS + 9 * SWEEP_EVERY_MS)]).toEqual([null, null]);
    await world.alarm.expireAt(NOW_MS);
    expect(world.sets).toEqual([NOW_MS + SWEEP_EVERY_MS, NOW_MS]);
  });

  it("that fails is not taken for done: the next attempt sets the alarm", async () => {
    const world = new World();
    world.isFailing = true;
    await expect(world.alarm.wakeAt(NOW_MS + 100)).rejects.toThrow("storage failed");
    world.isFailing = false;
    await world.alarm.wakeAt(NOW_MS + 500);
    expect(world.setAtMs).toBe(NOW_MS + 500);
  });
});
