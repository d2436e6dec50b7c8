import { describe, expect, it } from "vitest";
import { IdleTask, ISOLATE_IDLE_MS, type IdleWork, SUCCESSOR_AFTER_MS } from "../../../workers/front/idle-task.ts";
import { FakeClock, settle } from "../rate/fake-limiters.ts";

/** The platform stops the timers and promises of a request this long after its answer, in milliseconds. */
const PLATFORM_LIMIT_MS = 30_000;

/** An isolate with an idle task, and the times at which its work was done. */
function isolate(more: readonly IdleWork[] = []) {
  const clock = new FakeClock();
  const doneAtMs: number[] = [];
  const tasks: { readonly startedMs: number; endedMs: number | null }[] = [];
  let stops = 0;
  const idle = new IdleTask(
    {
      nowMs: () => clock.nowMs,
      wait: async (ms) => {
        const stopsBefore = stops;
        await new Promise<void>((resolve) => clock.startTimer(ms, resolve));
        if (stops > stopsBefore) await new Promise(() => {});
      },
      defer: (work) => {
        const task = { startedMs: clock.nowMs, endedMs: null as number | null };
        tasks.push(task);
        const end = async (): Promise<void> => {
          await work;
          task.endedMs = clock.nowMs;
        };
        void end();
      },
    },
    [...more, () => void doneAtMs.push(clock.nowMs)],
  );
  return {
    clock,
    tasks,
    doneAtMs,
    touch: () => idle.touch(clock.nowMs),
    answer: () => idle.answered(clock.nowMs),
    /** Stops all tasks so far, as the platform does. */
    stop: () => (stops += 1),
  };
}

describe("an isolate", () => {
  it("does its idle work once, when no request has come for a while", async () => {
    const { clock, doneAtMs, touch } = isolate();
    const startMs = clock.nowMs;
    touch();
    await clock.advance(3000);
    touch();
    await clock.advance(ISOLATE_IDLE_MS - 1);
    expect(doneAtMs).toEqual([]);
    await clock.advance(60_000);
    expect(doneAtMs).toEqual([startMs + 3000 + ISOLATE_IDLE_MS]);
    expect(clock.timers).toBe(0);
  });

  it("does it again after each further request", async () => {
    const { clock, doneAtMs, touch } = isolate();
    for (let visit = 0; visit < 5; visit += 1) {
      touch();
      await clock.advance(60_000);
    }
    expect(doneAtMs.length).toBe(5);
  });

  it("does none while requests come, and has few tasks at a time", async () => {
    const { clock, doneAtMs, tasks, touch } = isolate();
    for (let request = 0; request < 10_000; request += 1) {
      touch();
      await clock.advance(20);
    }
    expect(doneAtMs).toEqual([]);
    expect(tasks.length).toBe(200_000 / SUCCESSOR_AFTER_MS);
    expect(tasks.filter(({ endedMs }) => endedMs === null).length).toBeLessThanOrEqual(2);
  });

  it("does it within 20 seconds of its last request, by a task that the platform does not stop before", async () => {
    for (let requests = 1; requests < 60; requests += 1) {
      const { clock, doneAtMs, tasks, touch } = isolate();
      for (let request = 0; request < requests; request += 1) {
        if (request > 0) await clock.advance(700);
        touch();
      }
      const lastMs = clock.nowMs;
      await clock.advance(120_000);
      expect(doneAtMs.length).toBe(1);
      expect(doneAtMs[0]! - lastMs).toBeLessThanOrEqual(20_000);
      for (const { startedMs, endedMs } of tasks) expect(endedMs! - startedMs).toBeLessThan(PLATFORM_LIMIT_MS);
    }
  });

  it("does it again after an answer that came later, and no answer puts it off", async () => {
    const { clock, doneAtMs, touch, answer } = isolate();
    const startMs = clock.nowMs;
    touch();
    for (let second = 0; second < 12; second += 1) {
      answer();
      await clock.advance(1000);
    }
    await clock.advance(60_000);
    expect(doneAtMs).toEqual([startMs + ISOLATE_IDLE_MS, startMs + 2 * ISOLATE_IDLE_MS]);
  });

  it("starts a new task when the platform has stopped the one in charge", async () => {
    const { clock, doneAtMs, stop, touch } = isolate();
    touch();
    await settle();
    stop();
    await clock.advance(SUCCESSOR_AFTER_MS);
    expect(doneAtMs).toEqual([]);
    touch();
    await clock.advance(60_000);
    expect(doneAtMs.length).toBe(1);
  });

  it("does the rest of its idle work when a part of it fails", async () => {
    const failing: IdleWork[] = [
      () => {
        throw new Error("at once");
      },
      () => Promise.reject(new Error("later")),
    ];
    const { clock, doneAtMs, touch } = isolate(failing);
    touch();
    await clock.advance(ISOLATE_IDLE_MS);
    expect(doneAtMs.length).toBe(1);
  });

  it("waits no longer after its clock has been set back", async () => {
    const { clock, doneAtMs, touch } = isolate();
    touch();
    await settle();
    clock.nowMs -= 3_600_000;
    touch();
    const setBackMs = clock.nowMs;
    await clock.advance(ISOLATE_IDLE_MS);
    expect(doneAtMs).toEqual([setBackMs + ISOLATE_IDLE_MS]);
  });
});
