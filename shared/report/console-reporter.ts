import type { Config } from "../config/config.ts";
import type { Reporter } from "./report-event.ts";
import { levelOf } from "./report-event.ts";

const ORDER = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 } as const;

/**
 * Writes one JSON line per event of at least LOG_LEVEL.
 * No other code writes to the console, except for an invalid configuration.
 */
export function consoleReporter(logLevel: Config["logLevel"]): Reporter {
  return (event) => {
    const level = levelOf(event);
    if (ORDER[level] < ORDER[logLevel]) return;
    // oxlint-disable-next-line no-console -- this module is the adapter for the console
    console[level](JSON.stringify({ level, ...event }));
  };
}
