import type { Isolate } from "./isolate.ts";

/** The client of a request, as far as it can be seen. */
export interface Client {
  /** Aborted when the client disconnects. Created when it is first read, so only code that waits should read it. */
  readonly signal: AbortSignal;
  /** Lets work continue after the client has disconnected, when all other work of the request stops. */
  keepAlive(work: Promise<unknown>): void;
}

/** What every route receives in addition to the request. */
export interface RequestContext {
  readonly env: Env;
  readonly isolate: Isolate;
  readonly client: Client;
  readonly requestId: string;
  readonly startedMs: number;
}
