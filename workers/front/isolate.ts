import { waitUntil } from "cloudflare:workers";
import { configOf } from "../../shared/config/config-cache.ts";
import type { Config } from "../../shared/config/config.ts";
import { isolateLedger } from "../../shared/memory/isolate-ledger.ts";
import { placedObjects } from "../../shared/placement/placed-objects.ts";
import { consoleReporter } from "../../shared/report/console-reporter.ts";
import type { Reporter } from "../../shared/report/report-event.ts";
import { FailedAuthLimiter } from "./access/failed-auth.ts";
import { BypassSlots } from "./answer/bypass-slots.ts";
import { isolateLeaseBook } from "../limits/isolate-lease-book.ts";
import type { LeaseBook } from "../limits/lease-book.ts";
import { AnswerMemory } from "./memory/answer-memory.ts";
import { PlanMemory } from "./memory/plan-memory.ts";
import { ReplyMemory } from "./memory/reply-memory.ts";
import { IsolateTraffic } from "./figures/isolate-traffic.ts";
import { sendIsolateReport } from "./figures/send-isolate-report.ts";
import { type IdlePorts, IdleTask } from "./idle-task.ts";
import { MS_PER_SECOND } from "../../shared/domain/units.ts";

/** Share of the L0 bytes that plans may use; answers use the rest. */
const PLAN_SHARE = 0.25;

/** What one isolate keeps between requests. Losing it costs time but never makes an answer wrong. */
export interface Isolate {
  readonly config: Config;
  readonly leases: LeaseBook;
  readonly answers: AnswerMemory;
  readonly plans: PlanMemory;
  readonly replies: ReplyMemory;
  readonly traffic: IsolateTraffic;
  /** Returns leases and reports figures when the isolate is idle. Every request touches it. */
  readonly idle: IdleTask;
  /** Counts wrong client keys. Wrong admin tokens have their own counter, so neither locks out the other. */
  readonly failedAuth: FailedAuthLimiter;
  readonly failedAdminAuth: FailedAuthLimiter;
  readonly report: Reporter;
  readonly bypasses: BypassSlots;
}

const workerIdlePorts: IdlePorts = {
  nowMs: () => Date.now(),
  wait: (ms) => scheduler.wait(ms),
  defer: waitUntil,
};

const isolates = new WeakMap<object, Isolate>();

/** The state of this isolate; null when the configuration is invalid. */
export function isolateOf(env: Env): Isolate | null {
  const known = isolates.get(env);
  if (known !== undefined) return known;
  const config = configOf(env);
  if (!config.ok) return null;
  const report = consoleReporter(config.value.logLevel, env);
  const { l0MaxBytes, l0TtlSeconds } = config.value.memory;
  const isolate: Isolate = {
    config: config.value,
    leases: isolateLeaseBook(placedObjects(env.RATE_LIMITER, config.value.placement), config.value.limits, (failure) =>
      report({ event: "limiter_unreachable", ...failure }),
    ),
    answers: new AnswerMemory(isolateLedger, l0MaxBytes * (1 - PLAN_SHARE), l0TtlSeconds * MS_PER_SECOND),
    plans: new PlanMemory(isolateLedger, l0MaxBytes * PLAN_SHARE),
    replies: new ReplyMemory(isolateLedger.open("answers", "front")),
    traffic: new IsolateTraffic(),
    idle: new IdleTask(workerIdlePorts, [(nowMs) => isolate.leases.returnLeases(nowMs), () => sendIsolateReport(isolate.traffic, env)]),
    failedAuth: new FailedAuthLimiter(),
    failedAdminAuth: new FailedAuthLimiter(),
    report,
    bypasses: new BypassSlots(isolateLedger.open("answers", "bypass")),
  };
  isolates.set(env, isolate);
  const { jurisdiction } = config.value.placement;
  if (jurisdiction !== null && config.value.storage.spillOutsideJurisdiction) report({ event: "spill_disabled", jurisdiction });
  return isolate;
}
