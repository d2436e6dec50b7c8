import type { AnswerReply, AnswerRequest, WholeAnswer } from "../../../shared/contracts/cache-shard/answer-contract.ts";
import type { ObjectFailure } from "../../../shared/contracts/object-failure.ts";
import type { CacheError } from "../../../shared/domain/cache-error.ts";
import type { RateState } from "../../../shared/domain/rate/rate-state.ts";
import type { RequestControls } from "../request/request-controls.ts";
import type { Admission } from "../../limits/lease-book.ts";
import type { AnsweredRequest } from "../figures/isolate-traffic.ts";
import type { Isolate } from "../isolate.ts";
import type { Client } from "../request-context.ts";
import type { AnswerForm } from "../memory/answer-memory.ts";
import { callerIdOf } from "../memory/caller-ids.ts";
import type { Plan } from "../request/request-plan.ts";
import { askHomeShard } from "../shards/home-shard.ts";
import { endedByError } from "../shards/shard-stream.ts";
import { bypassAnswer } from "./bypass.ts";
import { MS_PER_SECOND } from "../../../shared/domain/units.ts";

const ANY_AGE = -1;
/** `Retry-After` while a shard is overloaded, in seconds. */
const SHARD_RETRY_AFTER_SECONDS = 2;

/** A client request that has passed validation and planning. */
export interface Asked {
  readonly plan: Plan;
  readonly controls: RequestControls;
  readonly tenant: string;
  readonly user: string;
  readonly requestId: string;
  readonly startedMs: number;
  readonly client: Client;
  /** Whether this isolate has seen the body before. */
  readonly seen: boolean;
}

/** An answer and the state of the caller's rate limit. */
export interface Answered {
  readonly reply: AnswerReply;
  readonly rate: RateState | null;
}

/** Asks the limiter, then the isolate's memory, then the home shard. Reports the outcome. */
export async function answerRequest(asked: Asked, isolate: Isolate, env: Env): Promise<Answered> {
  const answered = await decide(asked, isolate, env);
  // Checked here, so that a busy isolate does not build events that the reporter would drop.
  if (isolate.config.logLevel === "debug") reportDecision(asked, answered.reply, isolate);
  return answered;
}

function reportDecision({ requestId, tenant, plan, startedMs }: Asked, reply: AnswerReply, isolate: Isolate): void {
  if (reply.kind === "failed") isolate.report({ event: "request_refused", requestId, tenant, reason: reply.error.kind });
  else {
    const { outcome, provider } = reply;
    isolate.report({
      event: "request_answered",
      requestId,
      tenant,
      shard: plan.shard,
      outcome,
      provider,
      durationMs: Date.now() - startedMs,
    });
  }
}

async function decide(asked: Asked, isolate: Isolate, env: Env): Promise<Answered> {
  const admitting = isolate.leases.admit({ tenant: asked.tenant, user: asked.user, nowMs: asked.startedMs });
  const admission = admitting instanceof Promise ? await admitting : admitting;
  if (admission.kind === "denied") return { reply: { kind: "failed", error: limitError(admission, isolate) }, rate: admission.user };
  const rate = admission.kind === "admitted" ? admission.user : null;
  const remembered = fromMemory(asked, isolate);
  if (remembered !== null) {
    countAnswered(asked, isolate, "memory_hit", remembered.tokens);
    return { reply: remembered, rate };
  }
  const mayCallUpstream = admission.kind === "admitted" || isolate.config.limits.onLimiterFailure === "allow";
  const { generation } = isolate.answers;
  const reply = await askShard(asked, mayCallUpstream, isolate, env);
  remember(asked, reply, generation, isolate);
  return { reply, rate };
}

/** The 429 error for a user or tenant that has used up its limit. */
export function limitError(admission: Extract<Admission, { kind: "denied" }>, isolate: Isolate): CacheError {
  const { retryAfterSeconds, limitedBy } = admission;
  const policy = limitedBy === "user" ? isolate.config.limits.user : isolate.config.limits.tenant;
  const prefix = limitedBy === "user" ? "" : "TENANT_";
  // On a local server the operator reads this message. Clients of a deployment must not learn about its variables.
  const hint =
    isolate.config.listenHost === null
      ? ""
      : ` Set ${prefix}RATE_LIMIT_REQUESTS and ${prefix}RATE_LIMIT_BURST to change it (\`unlimited\` turns it off).`;
  const message = `Rate limit of this ${limitedBy} reached: ${policy.requests ?? 0} requests per ${policy.windowSeconds} s, bursts of ${policy.burst}. Retry in ${retryAfterSeconds} s.${hint}`;
  return { kind: "rate_limited", retryAfterSeconds, limitedBy, message };
}

function formOf(plan: Plan): AnswerForm {
  if (!plan.stream) return "json";
  return plan.includeUsage ? "sse+usage" : "sse";
}

function fromMemory(asked: Asked, isolate: Isolate): WholeAnswer | null {
  const { controls, plan, startedMs } = asked;
  if (!controls.cache || !controls.read || controls.explain) return null;
  const answer = isolate.answers.get(plan.key, formOf(plan), startedMs);
  if (answer === null) return null;
  const tooOld = controls.maxAgeSeconds !== null && startedMs - answer.createdMs > controls.maxAgeSeconds * MS_PER_SECOND;
  const tooShort = controls.minFreshSeconds !== null && answer.expiresMs - startedMs < controls.minFreshSeconds * MS_PER_SECOND;
  return tooOld || tooShort ? null : answer;
}

function remember(asked: Asked, reply: AnswerReply, generation: number, isolate: Isolate): void {
  if (reply.kind !== "whole" || !asked.controls.cache || reply.outcome === "STALE" || reply.outcome === "SEMANTIC") return;
  isolate.answers.put(asked.plan.key, formOf(asked.plan), reply, generation, Date.now());
}

async function askShard(asked: Asked, mayCallUpstream: boolean, isolate: Isolate, env: Env): Promise<AnswerReply> {
  const { plan } = asked;
  const request = shardRequest(asked, mayCallUpstream, isolate);
  // Listening to the client takes a sixth of a hit's time, and a body that this isolate has seen before is mostly a hit,
  // unless the request declines stored answers.
  const mostlyHit = asked.seen && request.cache && request.read;
  const reply = await askHomeShard(env, plan.shard, request, mostlyHit ? null : asked.client, isolate.report);
  if (reply.kind === "shard_failure") return aroundShard(asked, reply.failure, mayCallUpstream, isolate);
  if (request.reports !== undefined) isolate.traffic.noteReply(plan.shard, request.reports, reply.takesReports === true);
  const hit = reply.kind !== "failed" && (reply.forwarded === null || reply.outcome === "STALE");
  if (reply.kind !== "failed") countAnswered(asked, isolate, hit ? "hit" : "miss", 0);
  // A large JSON answer that breaks off is shorter than its `Content-Length`, which tells the client.
  return reply.kind === "stream" && plan.stream ? { ...reply, stream: endedByError(reply.stream, asked.requestId, Date.now()) } : reply;
}

/**
 * Answers a request whose shard could not. Only failures of the infrastructure lead to a bypass call: an overloaded
 * shard means much traffic, which would all go to the provider, and a bug would stay hidden.
 */
async function aroundShard(asked: Asked, failure: ObjectFailure, mayCallUpstream: boolean, isolate: Isolate): Promise<AnswerReply> {
  const { plan, controls, requestId } = asked;
  const { kind, message } = failure;
  if (kind === "fault") {
    isolate.report({ event: "shard_failed", requestId, shard: plan.shard, message });
    return failed({ kind: "internal" });
  }
  isolate.report({ event: "shard_unreachable", requestId, shard: plan.shard, failure: kind, overloaded: kind === "overloaded", message });
  if (kind === "overloaded") return failed({ kind: "overloaded", what: "shard", retryAfterSeconds: SHARD_RETRY_AFTER_SECONDS });
  if (kind === "too_large") return failed(tooLarge(failure, plan, isolate));
  if (!mayCallUpstream) return failed({ kind: "limiter_unavailable", retryAfterSeconds: 1 });
  if (controls.onlyIfCached) return failed({ kind: "only_if_cached" });
  const reply = await bypassAnswer(plan, isolate, asked.client, Date.now());
  if (reply.kind !== "failed") countAnswered(asked, isolate, "bypass", 0);
  return reply;
}

/** An accepted body always fits into a call, but the answer may be larger than a reply. */
function tooLarge(failure: ObjectFailure, plan: Plan, isolate: Isolate): CacheError {
  return failure.remote
    ? { kind: "upstream_invalid", provider: plan.provider, reason: "too_large" }
    : { kind: "body_too_large", limitBytes: isolate.config.bodies.maxBodyBytes };
}

function failed(error: CacheError): AnswerReply {
  return { kind: "failed", error };
}

function countAnswered({ tenant, plan, startedMs }: Asked, isolate: Isolate, kind: AnsweredRequest["kind"], tokensSaved: number): void {
  const { shard, provider, model } = plan;
  const nowMs = Date.now();
  isolate.traffic.count({ tenant, shard, provider, model, kind, durationMs: nowMs - startedMs, tokensSaved }, nowMs);
  // The idle task that began with this request may have ended long before its answer, and nothing else sends the figure.
  isolate.idle.answered(nowMs);
}

function shardRequest(asked: Asked, mayCallUpstream: boolean, isolate: Isolate): AnswerRequest {
  const { plan, controls } = asked;
  const { text, withheld } = semanticText(asked, isolate);
  return {
    requestId: asked.requestId,
    key: plan.key,
    scope: plan.scope,
    tenant: asked.tenant,
    model: plan.model,
    provider: plan.provider,
    body: plan.body,
    stream: plan.stream,
    includeUsage: plan.includeUsage,
    cache: controls.cache,
    read: controls.read,
    ttlSeconds: controls.ttlSeconds ?? isolate.config.freshness.ttlSeconds,
    maxAgeSeconds: controls.maxAgeSeconds,
    minFreshSeconds: controls.minFreshSeconds,
    maxStaleSeconds: controls.maxStaleSeconds === Number.POSITIVE_INFINITY ? ANY_AGE : controls.maxStaleSeconds,
    onlyIfCached: controls.onlyIfCached,
    mayCallUpstream,
    tags: controls.tags,
    text,
    withheld,
    minSimilarity: controls.minSimilarity,
    explain: controls.explain,
    // The shard needs the caller id only to accept feedback on semantic hits.
    callerId: text === null ? "" : callerIdOf(asked.tenant, asked.user),
    reports: isolate.traffic.takeFor(plan.shard, asked.startedMs),
    acceptsStreamedJson: true,
  };
}

/**
 * The question's text, or null with the reason.
 * It goes to the shard only for similarity search: elsewhere it must not be kept.
 */
function semanticText({ plan, controls }: Asked, isolate: Isolate): { readonly text: string | null; readonly withheld: string } {
  const { mode } = isolate.config.semantic;
  const wanted = controls.mode ?? (mode === "on" ? "semantic" : "exact");
  if (mode === "off" || wanted === "exact") return { text: null, withheld: mode === "off" ? "off" : "mode_exact" };
  return { text: plan.text, withheld: plan.withheld };
}
