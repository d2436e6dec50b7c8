import { describe, expect, test } from "vitest";
import { StopSignals } from "../../../workers/local/process/stop-signals.ts";

describe("a server that is told to stop", () => {
  test("stops once for one key press, which may arrive as several signals", () => {
    const signals = new StopSignals();
    expect([0, 1, 40, 999].map((afterMs) => signals.signalled(5000 + afterMs))).toEqual(["stop", "ignore", "ignore", "ignore"]);
  });

  test("ends at once on a signal that comes later", () => {
    const signals = new StopSignals();
    signals.signalled(5000);
    expect(signals.signalled(6000)).toBe("abort");
    expect(signals.signalled(60_000)).toBe("abort");
  });

  test("stops when npm has ended, but never takes that for a second signal", () => {
    const orphan = new StopSignals();
    expect(orphan.parentEnded(0)).toBe("stop");
    const interrupted = new StopSignals();
    interrupted.signalled(0);
    expect([250, 2000].map((nowMs) => interrupted.parentEnded(nowMs))).toEqual(["ignore", "ignore"]);
  });
});
