import type { RatePolicy } from "../../../shared/domain/rate/lease-messages.ts";
import { IdleTask } from "../../../workers/front/idle-task.ts";
import { FakeClock, FakeLimiters, newIsolate, settle, UNLIMITED_POLICY } from "./fake-limiters.ts";

export interface Traffic {
  readonly policy: RatePolicy;
  /** Which bucket the policy is for. */
  readonly bucket?: "user" | "tenant";
  readonly isolates?: number;
  /** Milliseconds from one request to the next. */
  readonly gapMs: (request: number) => number;
  readonly requests: number;
}

/** What one bucket cost, per admitted request, without its first requests. */
export interface Cost {
  readonly rows: number;
  readonly calls: number;
  readonly admitted: number;
  readonly remaining: number;
}

/** Requests that are not counted: the isolates get to know the user's rate. */
const WARM_UP = 20;

export async function costOf({ policy, bucket = "user", isolates = 1, gapMs, requests }: Traffic): Promise<Cost> {
  const clock = new FakeClock();
  const limiters = new FakeLimiters(clock);
  const policies = bucket === "user" ? { user: policy, tenant: UNLIMITED_POLICY } : { user: UNLIMITED_POLICY, tenant: policy };
  const fleet = Array.from({ length: isolates }, () => {
    const { book } = newIsolate(limiters, clock, policies);
    const ports = {
      nowMs: () => clock.nowMs,
      wait: (ms: number) => new Promise<void>((resolve) => clock.startTimer(ms, resolve)),
      defer: () => {},
    };
    return { book, idle: new IdleTask(ports, [(nowMs) => book.returnLeases(nowMs)]) };
  });
  const limiter = bucket === "user" ? limiters.user("acme", "ann") : limiters.tenant("acme");
  let admitted = 0;
  const base = { rows: 0, calls: 0, admitted: 0 };
  const calls = () => limiter.requests.length + limiter.released.length;
  for (let request = 0; request < requests; request += 1) {
    if (request === WARM_UP) Object.assign(base, { rows: limiter.storage.rowsWritten, calls: calls(), admitted });
    const { book, idle } = fleet[request % isolates]!;
    idle.touch(clock.nowMs);
    const admission = await book.admit({ tenant: "acme", user: "ann", nowMs: clock.nowMs });
    if (admission.kind === "admitted") admitted += 1;
    await clock.advance(gapMs(request));
  }
  const counted = admitted - base.admitted;
  const cost = { rows: (limiter.storage.rowsWritten - base.rows) / counted, calls: (calls() - base.calls) / counted, admitted };
  await clock.advance(60_000);
  await settle();
  return { ...cost, remaining: limiter.status()?.remaining ?? Number.NaN };
}
