import { DurableObject } from "cloudflare:workers";
import { CACHE_SHARD_MIGRATIONS } from "../../../durable-objects/cache-shard/storage/schema.ts";
import { insertEntryRows } from "../../../durable-objects/cache-shard/entries/entry-rows.ts";
import type { Entry } from "../../../durable-objects/cache-shard/entries/entry.ts";
import { QuestionStore } from "../../../durable-objects/cache-shard/semantic/candidates/question-store.ts";
import { migrate } from "../../../durable-objects/storage/migrations.ts";
import relaxedSimd from "../../../durable-objects/cache-shard/semantic/kernel/dot-relaxed.wasm";
import simd from "../../../durable-objects/cache-shard/semantic/kernel/dot-simd.wasm";
import { systemClock } from "../../../shared/time/clock.ts";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";

const DIMS = 256;
const LEDGER_BYTES = 64 * 1024 * 1024;
const NEIGHBOURS = 32;
/** Bodies of the stored entries. A question is found only if its entry exists. */
const NO_BODY = { json: new Uint8Array(), events: new Uint8Array(), usageEvent: "" };
const ENTRY: Omit<Entry, "key"> = {
  scope: "scope",
  tenant: "tenant",
  model: "model",
  answeredModel: "model",
  provider: "openai",
  tags: [],
  createdMs: 0,
  expiresMs: Number.MAX_SAFE_INTEGER,
  ttiMs: null,
  lastUsedMs: 0,
  hits: 0,
  sequence: 0,
  bytes: 0,
  inputTokens: 0,
  outputTokens: 0,
  worthUsd: 0,
  spilled: null,
};

function vectorOf(seed: number): Float32Array {
  let state = seed + 1;
  return Float32Array.from({ length: DIMS }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

/** A shard's question store in real storage, without the rest of the shard. */
export class Questions extends DurableObject {
  readonly #questions: QuestionStore;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage, CACHE_SHARD_MIGRATIONS);
    this.#questions = new QuestionStore({
      sql: ctx.storage.sql,
      ledger: new IsolateLedger(LEDGER_BYTES),
      clock: systemClock,
      owner: "bench",
      kernels: { relaxedSimd, simd },
      embedder: { embedderId: "bench", dims: DIMS },
      log: { covers: () => false },
      onFull: () => undefined,
    });
  }

  /** `/fill?from=&to=` (one transaction per question, as in a commit), `/search?seed=` and `/idle`. */
  override async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/idle") return Response.json({});
    if (pathname === "/search") {
      const vector = vectorOf(Number(searchParams.get("seed")));
      await this.#questions.load();
      const found = this.#questions.find({ scope: "scope", canonical: "", vector, nearest: NEIGHBOURS, minCosine: -1 });
      return Response.json({ found: found.length, best: found[0], vectors: this.#questions.size, bytes: this.#questions.bytes });
    }
    for (let at = Number(searchParams.get("from")); at < Number(searchParams.get("to")); at++) {
      this.ctx.storage.transactionSync(() => {
        insertEntryRows(this.ctx.storage.sql, { ...ENTRY, key: `key-${at}` }, NO_BODY);
        this.#questions.add({ key: `key-${at}`, scope: "scope", text: `question ${at}`, canonical: `c-${at}`, vector: vectorOf(at) });
        this.#questions.beforeCommit();
      });
    }
    return Response.json({ databaseBytes: this.ctx.storage.sql.databaseSize });
  }
}

interface BenchEnv {
  readonly QUESTIONS: DurableObjectNamespace;
}

// oxlint-disable-next-line import/no-default-export -- the runtime asks for it
export default {
  fetch: async (request: Request, env: BenchEnv): Promise<Response> => env.QUESTIONS.getByName("bench").fetch(request),
};
