import type { ReportLevel } from "./report-event.ts";

/** Binding that says which version of the Worker runs. */
export const VERSION_BINDING = "CF_VERSION_METADATA";

/** Id of the Worker version that runs; null without the binding. */
export function versionIdOf(env: object): string | null {
  const metadata: unknown = Reflect.get(env, VERSION_BINDING);
  const id: unknown = typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "id") : null;
  return typeof id === "string" && id !== "" ? id : null;
}

/**
 * Writes one JSON line. No other code of the product writes to the console.
 * @param versionId id of the Worker version, which tells old code from new while a deployment is in progress
 */
export function writeLogLine(level: ReportLevel, fields: object, versionId: string | null): void {
  // oxlint-disable-next-line no-console -- this module is the adapter for the console
  console[level](JSON.stringify({ level, ...fields, ...(versionId === null ? {} : { versionId }) }));
}
