import { vi } from "vitest";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { AnswerReply, AnswerRequest, WholeAnswer } from "../../shared/contracts/cache-shard/answer-contract.ts";
import type { IsolateReport } from "../../shared/contracts/cache-shard/figures-contract.ts";
import type { PurgeRequest } from "../../shared/contracts/cache-shard/purge-contract.ts";
import type { FeedbackReply, FeedbackRequest } from "../../shared/contracts/cache-shard/similarity-contract.ts";
import type { ProviderRecord } from "../../shared/domain/figures/provider-health.ts";
import type { UpstreamReply } from "../../shared/contracts/upstream-api.ts";
import { recordedNamespace } from "./recorded-namespace.ts";
import type { StubRequest } from "./recorded-namespace.ts";
import worker from "../../workers/front/index.ts";
import { isolateOf } from "../../workers/front/isolate.ts";

export const ADMIN_TOKEN = "an-admin-token-for-tests";

const BASE_VARS = {
  AUTH: "open",
  ADMIN_TOKEN,
  LOG_LEVEL: "silent",
  RATE_LIMIT_REQUESTS: "unlimited",
  OPENAI_BASE_URL: "http://upstream.test/v1",
  SEMANTIC: "off",
  SHARD_COUNT: "4",
};

/** A stored answer, as a shard returns it. */
export function wholeAnswer(changes: Partial<WholeAnswer> = {}): WholeAnswer {
  const nowMs = Date.now();
  const json = JSON.stringify({
    id: "c1",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
  });
  return {
    kind: "whole",
    json,
    sse: null,
    outcome: "HIT",
    provider: "openai",
    createdMs: nowMs,
    expiresMs: nowMs + 3_600_000,
    stored: true,
    forwarded: null,
    collapsed: false,
    tokens: 7,
    entryKey: "e".repeat(64),
    similarity: null,
    explanation: null,
    ...changes,
  };
}

/** A fake of the cluster behind the front Worker. */
export class FakeCluster {
  readonly asked: AnswerRequest[] = [];
  readonly purged: (PurgeRequest & { readonly shard: number })[] = [];
  readonly reports: IsolateReport[] = [];
  readonly judged: (FeedbackRequest & { readonly shard: number })[] = [];
  /** A shard's reply to feedback. */
  judging: (shard: number) => FeedbackReply = () => ({ kind: "not_served" });
  /** A shard's records of providers. */
  providers: (shard: number) => readonly ProviderRecord[] = () => [];
  /** How many shards are registered with shard 0. */
  knownShards = 4;
  /** Bodies of the calls that the Worker made itself, around its shards. */
  readonly upstreamCalls: string[] = [];
  answering: (request: AnswerRequest) => AnswerReply | Promise<AnswerReply> = () => wholeAnswer();
  upstream: () => Promise<UpstreamReply> = () => Promise.resolve({ kind: "unreachable" });
  /** Whether the shards count the reports that ride on requests, unlike those of version 0.2.0. */
  takesReports = true;
  /** Shards that cannot be reached. */
  readonly dead = new Set<number>();
  /** What a call to a dead shard throws. */
  failing: () => Error = () => Object.assign(new Error("Network connection lost."), { retryable: true });

  async fetchUpstream(init: RequestInit): Promise<Response> {
    this.upstreamCalls.push(typeof init.body === "string" ? init.body : "");
    const reply = await this.upstream();
    if (reply.kind === "timeout") await new Promise((_, fail) => init.signal?.addEventListener("abort", fail));
    if (reply.kind !== "response") throw new Error("connection refused");
    return new Response(reply.body, { status: reply.status, headers: { "content-type": reply.contentType } });
  }

  async #reply(request: AnswerRequest): Promise<AnswerReply> {
    const reply = await this.answering(request);
    return this.takesReports ? { ...reply, takesReports: true } : reply;
  }

  shard(shard: number): object {
    const alive = <Value>(work: () => Value): Promise<Value> =>
      this.dead.has(shard) ? Promise.reject(this.failing()) : Promise.resolve().then(work);
    const summary = { shard, entries: 2, bytes: 10, sequence: 3, hits: 1, misses: 1, flights: 0 };
    return {
      answer: (request: AnswerRequest) =>
        alive(() => {
          this.asked.push(request);
          return this.#reply(request);
        }),
      clientLeft: () => alive(() => undefined),
      purge: (request: PurgeRequest) =>
        alive(() => {
          this.purged.push({ ...request, shard });
          return { shard, sequence: 4, purged: 1, knownShards: shard === 0 ? this.knownShards : 0 };
        }),
      feedback: (request: FeedbackRequest) =>
        alive(() => {
          this.judged.push({ ...request, shard });
          return this.judging(shard);
        }),
      health: () => alive(() => ({ providers: this.providers(shard) })),
      report: (report: IsolateReport) => alive(() => void this.reports.push(report)),
      summary: () => alive(() => summary),
      detail: () => alive(() => ({ ...summary, residentEntries: 2 })),
      entry: (key: string) =>
        alive(() => (shard === 2 && key.startsWith("a") ? { key, shard, createdMs: 0, expiresMs: 1, lastUsedMs: 2 } : null)),
      stats: (tenant: string | null) =>
        alive(() => ({
          shard,
          traffic: {
            requests: 9,
            hits: 2,
            semantic: 1,
            coalesced: 1,
            stale: 1,
            misses: 2,
            bypasses: 1,
            errors: 1,
            tokensSaved: tenant === null ? 10 : 5,
          },
          latency: { hit: [0, 1], miss: [0, 0, 1] },
          entries: 2,
          spilledEntries: 1,
          bytes: 10,
          evictions: 1,
          spills: 1,
          promotions: 1,
          sinceMs: 1000 + shard,
          semantic: [{ counter: "served", count: 1 }],
        })),
    };
  }
}

export interface FrontAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The front Worker in a simulated isolate, whose state belongs to `env`. */
export class Front {
  readonly cluster = new FakeCluster();
  /** Stubs of objects that the Worker has asked for. */
  readonly stubs: StubRequest[] = [];
  readonly env: Env;

  constructor(vars: Readonly<Record<string, string | undefined>> = {}) {
    const { cluster } = this;
    const fakes = {
      ...env,
      ...BASE_VARS,
      ...vars,
      CACHE_SHARD: recordedNamespace("CACHE_SHARD", (name) => cluster.shard(Number(name.replace("shard-", ""))), this.stubs),
      RATE_LIMITER: recordedNamespace("RATE_LIMITER", (name) => env.RATE_LIMITER.getByName(name), this.stubs),
    };
    vi.stubGlobal("fetch", (_url: string, init: RequestInit) => cluster.fetchUpstream(init));
    this.env = fakes as unknown as Env; // only the members that the front uses
  }

  /** Sends a request and does not read the answer. */
  async open(path: string, init: RequestInit = {}, ctx = createExecutionContext()): Promise<Response> {
    const request = new Request(path.startsWith("http") ? path : `https://refrain.test${path}`, init);
    return worker.fetch(request, this.env, ctx);
  }

  async fetch(path: string, init: RequestInit = {}): Promise<FrontAnswer> {
    const ctx = createExecutionContext();
    const response = await this.open(path, init, ctx);
    const text = await response.text();
    await waitOnExecutionContext(ctx);
    return { status: response.status, headers: response.headers, text };
  }

  /** Slots of bypass calls that are taken now. */
  get bypasses(): number {
    return isolateOf(this.env)?.bypasses.taken(Date.now()) ?? 0;
  }

  chat(body: unknown = chatBody("hi"), headers: Record<string, string> = {}): Promise<FrontAnswer> {
    return this.fetch("/v1/chat/completions", { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });
  }

  admin(path: string, init: RequestInit = {}): Promise<FrontAnswer> {
    return this.fetch(path, {
      ...init,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...(init.headers as Record<string, string> | undefined) },
    });
  }

  purge(body: unknown): Promise<FrontAnswer> {
    return this.admin("/admin/purge", { method: "POST", body: JSON.stringify(body) });
  }
}

export function chatBody(text: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { model: "m", messages: [{ role: "user", content: text }], ...changes };
}

export function jsonOf(answer: FrontAnswer): Record<string, unknown> {
  return JSON.parse(answer.text) as Record<string, unknown>;
}
