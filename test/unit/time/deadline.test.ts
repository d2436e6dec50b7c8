import { describe, expect, it } from "vitest";
import { withDeadline } from "../../../shared/time/deadline.ts";
import { FakeClock } from "../../support/shard-fake-clock.ts";

describe("work with a deadline", () => {
  it("is its value when it is in time, and leaves no timer behind", async () => {
    const clock = new FakeClock();
    expect(await withDeadline(clock, 100, Promise.resolve("value"), "late")).toBe("value");
    expect(clock.pending).toBe(0);
  });

  it("is `late` when it is not", async () => {
    const clock = new FakeClock();
    const outcome = withDeadline(clock, 100, new Promise<string>(() => undefined), "late");
    clock.advance(100);
    expect(await outcome).toBe("late");
  });

  it("fails as the work fails, and leaves no timer behind", async () => {
    const clock = new FakeClock();
    await expect(withDeadline(clock, 100, Promise.reject(new Error("broken")), "late")).rejects.toThrow("broken");
    expect(clock.pending).toBe(0);
  });
});
