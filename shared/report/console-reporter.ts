import type { Config } from "../config/config.ts";
import { EventRate } from "./event-rate.ts";
import { versionIdOf, writeLogLine } from "./log-line.ts";
import type { ReportLevel, Reporter } from "./report-event.ts";
import { levelOf } from "./report-event.ts";

const ORDER = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 } as const;

/**
 * Writes one line per event of at least LOG_LEVEL. The rate of `info` and `warn` events is bounded: they report states
 * that last, such as an outage. Errors are always logged.
 */
export function consoleReporter(logLevel: Config["logLevel"], env: object, nowMs: () => number = Date.now): Reporter {
  const rate = new EventRate();
  const versionId = versionIdOf(env);
  return (event) => {
    const level = levelOf(event);
    if (ORDER[level] < ORDER[logLevel]) return;
    const suppressed = isBounded(level) ? rate.admit(event.event, nowMs()) : 0;
    if (suppressed === null) return;
    writeLogLine(level, suppressed === 0 ? event : { ...event, suppressed }, versionId);
  };
}

function isBounded(level: ReportLevel): boolean {
  return level === "info" || level === "warn";
}
