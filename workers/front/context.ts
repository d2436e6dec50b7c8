import type { Isolate } from "./isolate.ts";

/** What every route gets beside the request. */
export interface RequestContext {
  readonly env: Env;
  readonly isolate: Isolate;
  readonly requestId: string;
  readonly startedMs: number;
  /** Keeps the Worker alive until the work is done. */
  readonly defer: (work: Promise<unknown>) => void;
}
