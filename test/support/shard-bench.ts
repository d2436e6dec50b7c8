import { createHash } from "node:crypto";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe } from "vitest";
import type { SpillKv } from "../../durable-objects/cache-shard/spill/spill-store.ts";
import { ShardAssembly } from "../../durable-objects/cache-shard/shard-assembly.ts";
import type { EntryRow } from "../../durable-objects/cache-shard/entries/entry-rows.ts";
import { entryFromRow } from "../../durable-objects/cache-shard/entries/entry-rows.ts";
import { purgeableOf } from "../../durable-objects/cache-shard/entries/entry.ts";
import { selectorOf } from "../../durable-objects/cache-shard/purging/purge-log.ts";
import { purgeCovers } from "../../shared/domain/caching/purge-selector.ts";
import { callProvider } from "../../shared/providers/call/provider-call.ts";
import { resolveConfig } from "../../shared/config/resolve-config.ts";
import type { AnswerReply, AnswerRequest } from "../../shared/contracts/cache-shard/answer-contract.ts";
import type { ShardDetail, ShardStats } from "../../shared/contracts/cache-shard/figures-contract.ts";
import type { PurgeRequest } from "../../shared/contracts/cache-shard/purge-contract.ts";
import type { UpstreamCall, UpstreamReply } from "../../shared/contracts/upstream-api.ts";
import { recordedNamespace } from "./recorded-namespace.ts";
import type { StubRequest } from "./recorded-namespace.ts";
import { answerResponse } from "./shard-provider.ts";

const BASE_VARS = { OPENAI_BASE_URL: "http://upstream.test/v1", SEMANTIC: "off", LOG_LEVEL: "silent", SHARD_COUNT: "1" };

export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A request for the answer to a prompt. Equal prompts have equal keys. */
export function ask(prompt: string, changes: Partial<AnswerRequest> = {}): AnswerRequest {
  return {
    requestId: "request",
    key: digestOf(prompt),
    scope: digestOf("scope"),
    tenant: "acme",
    model: "test-model",
    provider: "openai",
    body: JSON.stringify({ model: "test-model", messages: [{ role: "user", content: prompt }] }),
    stream: false,
    includeUsage: false,
    cache: true,
    read: true,
    ttlSeconds: 3600,
    maxAgeSeconds: null,
    minFreshSeconds: null,
    maxStaleSeconds: null,
    onlyIfCached: false,
    mayCallUpstream: true,
    tags: [],
    text: null,
    withheld: "off",
    minSimilarity: null,
    explain: false,
    callerId: "",
    ...changes,
  };
}

export function purgeOf(kind: PurgeRequest["kind"], value = "", changes: Partial<PurgeRequest> = {}): PurgeRequest {
  return { kind, value, hard: false, dryRun: false, ...changes };
}

/** One upstream call as the provider sees it. */
export interface SeenCall {
  readonly prompt: string;
  readonly body: Readonly<Record<string, unknown>>;
}

function textOf(body: unknown): string {
  if (typeof body !== "string") throw new Error("upstream calls have text bodies");
  return body;
}

type Answering = (call: SeenCall, index: number) => Response | Promise<Response>;

/** The provider behind the shard: records its calls and answers with `answering`. */
export class FakeProvider {
  readonly calls: SeenCall[] = [];
  answering: Answering = (call) => answerResponse(`answer to ${call.prompt}`);

  async fetch(init: RequestInit): Promise<Response> {
    const body = JSON.parse(textOf(init.body)) as { readonly messages: readonly { readonly content: string }[] } & Record<string, unknown>;
    const call = { prompt: body.messages.at(-1)?.content ?? "", body };
    this.calls.push(call);
    return this.answering(call, this.calls.length - 1);
  }
}

/** Workers KV with faults that a test can inject. */
export class FakeKv implements SpillKv {
  readonly values = new Map<string, { value: Uint8Array; readonly metadata: unknown; readonly ttlSeconds: number }>();
  readonly reads: string[] = [];
  readonly writes: string[] = [];
  fault: "none" | "put" | "get" | "delete" | "slow" | "corrupt" | "absent" = "none";
  /** Deleted values can still be read, as in a distant data centre. */
  stale = false;
  /** Reads and writes wait for this promise; null for no wait. */
  gate: Promise<void> | null = null;

  async put(name: string, value: Uint8Array, options: { readonly expirationTtl: number; readonly metadata: unknown }): Promise<void> {
    this.writes.push(name);
    if (this.fault === "put") throw new Error("KV PUT failed: 429");
    if (options.expirationTtl < 60) throw new Error("KV PUT failed: 400 Invalid expiration_ttl");
    await this.gate;
    this.values.set(name, { value: value.slice(), metadata: options.metadata, ttlSeconds: options.expirationTtl });
  }

  async getWithMetadata(name: string): Promise<{ readonly value: ArrayBuffer | null; readonly metadata: unknown }> {
    this.reads.push(name);
    if (this.fault === "get") throw new Error("KV GET failed: 500");
    if (this.fault === "slow") return new Promise(() => undefined);
    await this.gate;
    const found = this.fault === "absent" ? undefined : this.values.get(name);
    if (found === undefined) return { value: null, metadata: null };
    const value = found.value.slice();
    if (this.fault === "corrupt") value[value.length >> 1] = (value[value.length >> 1] ?? 0) ^ 1;
    return { value: value.buffer, metadata: found.metadata };
  }

  async delete(name: string): Promise<void> {
    if (this.fault === "delete") throw new Error("KV DELETE failed: 500");
    if (!this.stale) this.values.delete(name);
  }
}

const SMALL_BOUND_BYTES = 1_000_000;

/** A shard in the storage of a real Durable Object, with fakes around it. */
export class Bench {
  readonly provider = new FakeProvider();
  readonly kv = new FakeKv();
  /** Shards that have called shard 0 to register; `keeper` is what shard 0 replies. */
  readonly registered: number[] = [];
  keeper: () => Promise<void> = () => Promise.resolve();
  /** Stubs of other objects that the shard has asked for. */
  readonly stubs: StubRequest[] = [];
  readonly state: DurableObjectState;
  shard: ShardAssembly;
  /** SQL statements from this number on throw; null for none. */
  failAtStatement: number | null = null;
  /** SQL statements since a test last set it to 0. */
  statements = 0;
  /** Called with the cursor of each statement, which counts the rows that it reads and writes. */
  onStatement: (cursor: Pick<SqlStorageCursor<never>, "rowsRead" | "rowsWritten">) => void = () => undefined;
  readonly #vars: Readonly<Record<string, string>>;
  readonly #index: number;
  readonly #work = new Set<Promise<unknown>>();

  constructor(state: DurableObjectState, vars: Readonly<Record<string, string>>, index: number) {
    this.state = state;
    this.#vars = vars;
    this.#index = index;
    this.shard = this.#open();
  }

  get sql(): SqlStorage {
    return this.state.storage.sql;
  }

  /** Simulates an eviction: memory is lost, storage stays. */
  restart(): void {
    this.shard = this.#open();
  }

  /** Everything an admin may see of the shard. */
  detail(): ShardDetail {
    return this.shard.figures.detail();
  }

  stats(tenant: string | null): ShardStats {
    return this.shard.figures.stats(tenant);
  }

  async whole(request: AnswerRequest): Promise<AnswerReply> {
    return this.shard.answer(request);
  }

  /** The last report of an idle isolate, with which the shard writes what is pending. */
  lastReport(): void {
    this.shard.report({ tenant: "acme", memoryHits: 0, bypasses: 0, tokensSaved: 0, hitLatency: [], missLatency: [] });
  }

  /** Waits for all deferred work. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.allSettled(this.#work);
  }

  #open(): ShardAssembly {
    const config = resolveConfig({ ...BASE_VARS, ...this.#vars }, "test", digestOf);
    if (!config.ok) throw new Error(JSON.stringify(config.error));
    const { provider, kv } = this;
    const providerConfig = config.value.providers.configured.find(({ name }) => name === "openai");
    globalThis.fetch = async (_url, init) => provider.fetch(init ?? {});
    const remote = {
      call: async (request: UpstreamCall): Promise<UpstreamReply> =>
        providerConfig === undefined
          ? { kind: "unreachable" }
          : callProvider(providerConfig, request, (_url, init) => provider.fetch(init)),
    };
    const keeper = {
      registerShard: (shard: number) => {
        this.registered.push(shard);
        return this.keeper();
      },
      searchSimilar: () => Promise.resolve([]),
    };
    const fakes = {
      ...env,
      SPILL: kv,
      UPSTREAM: recordedNamespace("UPSTREAM", () => remote, this.stubs),
      CACHE_SHARD: recordedNamespace("CACHE_SHARD", () => keeper, this.stubs),
    };
    return new ShardAssembly(this.#index, config.value, this.#faultyState(), fakes as unknown as Env); // only the members that a shard uses
  }

  #faultyState(): DurableObjectState {
    const { storage } = this.state;
    // SQLite counts in pages, and an empty database has dozens: a small bound applies to the rows instead.
    const rowBytes = "SELECT TOTAL(bytes) AS bytes FROM entries WHERE kv_name IS NULL";
    const databaseBytes = (): number =>
      Number(this.#vars["SHARD_MAX_BYTES"] ?? SMALL_BOUND_BYTES) < SMALL_BOUND_BYTES
        ? storage.sql.exec<{ bytes: number }>(rowBytes).one().bytes
        : storage.sql.databaseSize;
    const sql = {
      exec: (query: string, ...bindings: unknown[]) => {
        this.statements += 1;
        if (this.failAtStatement !== null && this.statements >= this.failAtStatement) throw new Error("SQLITE_IOERR: disk I/O error");
        const cursor = storage.sql.exec(query, ...bindings);
        this.onStatement(cursor);
        return cursor;
      },
      get databaseSize() {
        return databaseBytes();
      },
    };
    const faulty = {
      id: this.state.id,
      waitUntil: (work: Promise<unknown>) => {
        const done = work.catch(() => undefined).finally(() => this.#work.delete(done));
        this.#work.add(done);
      },
      storage: {
        sql,
        transactionSync: <Value>(change: () => Value) => storage.transactionSync(change),
        getAlarm: async () => storage.getAlarm(),
        setAlarm: async (atMs: number) => storage.setAlarm(atMs),
        deleteAlarm: async () => storage.deleteAlarm(),
      },
    };
    return faulty as unknown as DurableObjectState; // only the members that a shard uses
  }
}

let objects = 0;

/**
 * Runs `work` on a shard with this number, in the storage of a new Durable Object.
 * @param prepare writes to the storage before the shard starts, as an older version would have
 */
export async function withShard(
  vars: Readonly<Record<string, string>>,
  work: (bench: Bench) => Promise<void>,
  index = 0,
  prepare: (storage: DurableObjectStorage) => void = () => undefined,
): Promise<void> {
  objects += 1;
  const stub = env.CACHE_SHARD.getByName(`bench-${objects}`);
  const fetchBefore = globalThis.fetch;
  try {
    await runInDurableObject(stub, async (_instance, state) => {
      prepare(state.storage);
      const bench = new Bench(state, vars, index);
      await work(bench);
      await bench.idle();
    });
  } finally {
    globalThis.fetch = fetchBefore;
  }
}

/** Runs tests twice: `between` does nothing, or simulates an eviction. Both must give the same results. */
export function withEviction(name: string, tests: (between: (bench: Bench) => void) => void): void {
  describe(`${name}, without eviction`, () => tests(() => undefined));
  describe(`${name}, evicted between calls`, () => tests((bench) => bench.restart()));
}

interface Counted {
  readonly entries: number;
  readonly spilled: number;
  readonly bytes: number;
}

/** The shard's figures, recounted from its rows: those that no purge in the log covers. */
export function recount(bench: Bench): Counted {
  const purges = bench.sql
    .exec<{ sequence: number; kind: string; value: string }>("SELECT sequence, kind, value FROM purge_log")
    .toArray()
    .map(({ sequence, kind, value }) => ({ sequence, selector: selectorOf(kind, value) ?? ({ kind: "all" } as const) }));
  const rows = bench.sql.exec<EntryRow>("SELECT * FROM entries").toArray().map(entryFromRow);
  const live = rows.filter((entry) => !purges.some((purge) => purgeCovers(purge, purgeableOf(entry))));
  const resident = live.filter(({ spilled }) => spilled === null);
  return {
    entries: live.length,
    spilled: live.length - resident.length,
    bytes: resident.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** The same figures as the shard reports them. */
export function told(bench: Bench): Counted {
  const { entries, spilledEntries, bytes } = bench.detail();
  return { entries, spilled: spilledEntries, bytes };
}

/** How many rows belong to no entry. There must be none. */
export function orphans(bench: Bench): number {
  const count = (table: string): number =>
    bench.sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table} WHERE key NOT IN (SELECT key FROM entries)`).one().n;
  return count("bodies") + count("tags");
}

export function wholeOf(reply: AnswerReply): Extract<AnswerReply, { kind: "whole" }> {
  if (reply.kind !== "whole") throw new Error(`not a whole answer: ${JSON.stringify(reply.kind === "failed" ? reply.error : reply.kind)}`);
  return reply;
}

/** `HIT: text` of a whole answer, `failed: kind` of a failure. */
export function saidBy(reply: AnswerReply): string {
  if (reply.kind === "failed") return `failed: ${reply.error.kind}`;
  if (reply.kind === "stream") return `${reply.outcome}: (stream)`;
  if (reply.sse !== null) return `${reply.outcome}: (events)`;
  const completion = JSON.parse(reply.json) as { readonly choices: readonly { readonly message: { readonly content: string } }[] };
  return `${reply.outcome}: ${completion.choices[0]?.message.content ?? ""}`;
}
