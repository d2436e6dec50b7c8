import type { Config } from "../config/config.ts";
import type { Reporter } from "./report-event.ts";
import { levelOf } from "./report-event.ts";

const ORDER = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 } as const;

/** One JSON line an event, from LOG_LEVEL on. The only place that writes to the console. */
export function consoleReporter(logLevel: Config["logLevel"]): Reporter {
  return (event) => {
    const level = levelOf(event);
    if (ORDER[level] < ORDER[logLevel]) return;
    // oxlint-disable-next-line no-console -- this is the console's own adapter
    console[level](JSON.stringify({ level, ...event }));
  };
}
