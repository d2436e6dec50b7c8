import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { consoleReporter } from "../../../shared/report/console-reporter.ts";
import { EventRate } from "../../../shared/report/event-rate.ts";
import type { ReportEvent } from "../../../shared/report/report-event.ts";

const VERSION_ID = "7c7f4ac0-2d5d-4c3a-9c6a-4f6f0ad5a1f2";
const OUTAGE: ReportEvent = { event: "limiter_unreachable", bucket: "user", reason: "timeout" };
const BUG: ReportEvent = { event: "request_failed", requestId: "r", message: "bug" };
const DETAIL: ReportEvent = { event: "request_refused", requestId: "r", tenant: "acme", reason: "limiter_unavailable" };

let lines: Record<string, unknown>[] = [];

beforeEach(() => {
  lines = [];
  for (const level of ["debug", "info", "warn", "error"] as const)
    vi.spyOn(console, level).mockImplementation((line: unknown) => void lines.push(JSON.parse(String(line)) as Record<string, unknown>));
});
afterEach(() => vi.restoreAllMocks());

describe("a log line", () => {
  it("names the level, the event and the version of the Worker that wrote it", () => {
    consoleReporter("info", { CF_VERSION_METADATA: { id: VERSION_ID, tag: "", timestamp: "" } })(OUTAGE);
    expect(lines).toEqual([{ level: "warn", ...OUTAGE, versionId: VERSION_ID }]);
  });

  it.each([{}, { CF_VERSION_METADATA: null }, { CF_VERSION_METADATA: "x" }, { CF_VERSION_METADATA: { id: "" } }])(
    "names no version without the binding (%j)",
    (env) => {
      consoleReporter("info", env)(OUTAGE);
      expect(lines).toEqual([{ level: "warn", ...OUTAGE }]);
    },
  );

  it("is written from LOG_LEVEL on", () => {
    const report = consoleReporter("error", {});
    for (const event of [OUTAGE, BUG, DETAIL]) report(event);
    expect(lines.map(({ event }) => event)).toEqual(["request_failed"]);
  });
});

describe("events that report a lasting state", () => {
  it("are logged ten times a minute, and the next line says how many were suppressed", () => {
    let nowMs = 0;
    const report = consoleReporter("info", {}, () => nowMs);
    for (let request = 0; request < 500; request++) report(OUTAGE);
    expect(lines).toHaveLength(10);
    nowMs = 59_999;
    report(OUTAGE);
    expect(lines).toHaveLength(10);
    nowMs = 60_000;
    report(OUTAGE);
    report(OUTAGE);
    expect(lines.slice(10)).toEqual([
      { level: "warn", ...OUTAGE, suppressed: 491 },
      { level: "warn", ...OUTAGE },
    ]);
  });

  it("do not suppress events of another kind", () => {
    const report = consoleReporter("info", {}, () => 0);
    for (let request = 0; request < 20; request++) report(OUTAGE);
    report({ event: "shard_unreachable", requestId: "r", shard: 3, failure: "unreachable", overloaded: false, message: "gone" });
    expect(lines.at(-1)).toMatchObject({ event: "shard_unreachable" });
  });

  it("are not silenced by a clock that is set back", () => {
    const rate = new EventRate();
    for (let request = 0; request < 20; request++) rate.admit("outage", 10_000_000);
    expect(rate.admit("outage", 0)).toBe(10);
  });
});

it("errors and debug lines are never suppressed", () => {
  const report = consoleReporter("debug", {}, () => 0);
  for (let request = 0; request < 100; request++) {
    report(BUG);
    report(DETAIL);
  }
  expect(lines).toHaveLength(200);
});
