import type { Isolate } from "./isolate.ts";

/** What every route receives in addition to the request. */
export interface RequestContext {
  readonly env: Env;
  readonly isolate: Isolate;
  readonly requestId: string;
  readonly startedMs: number;
}
