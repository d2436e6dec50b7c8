import { env } from "cloudflare:workers";
import { EntryStore } from "../../../durable-objects/cache-shard/entries/entry-store.ts";
import type { Entry, EntryBody } from "../../../durable-objects/cache-shard/entries/entry.ts";
import { FlightTable } from "../../../durable-objects/cache-shard/flights/flight-table.ts";
import { Promotion } from "../../../durable-objects/cache-shard/spill/promotion.ts";
import { PurgeLog } from "../../../durable-objects/cache-shard/purging/purge-log.ts";
import { RamFront } from "../../../durable-objects/cache-shard/entries/ram-front.ts";
import { CACHE_SHARD_MIGRATIONS } from "../../../durable-objects/cache-shard/storage/schema.ts";
import { StaticTableLoader } from "../../../durable-objects/cache-shard/semantic/embedding/static-table-loader.ts";
import { SemanticLayer } from "../../../durable-objects/cache-shard/semantic/semantic-layer.ts";
import { ExpirySweep } from "../../../durable-objects/cache-shard/eviction/expiry-sweep.ts";
import { PurgeCounting } from "../../../durable-objects/cache-shard/purging/purge-counting.ts";
import { PurgeFreeing } from "../../../durable-objects/cache-shard/purging/purge-freeing.ts";
import { ShardPurge } from "../../../durable-objects/cache-shard/purging/shard-purge.ts";
import { Holdings } from "../../../durable-objects/cache-shard/storage/holdings.ts";
import { ShardTransactions } from "../../../durable-objects/cache-shard/storage/shard-transactions.ts";
import { ShardNumbers } from "../../../durable-objects/cache-shard/storage/shard-numbers.ts";
import { StateRows } from "../../../durable-objects/cache-shard/storage/state-rows.ts";
import { ShardRegistry } from "../../../durable-objects/cache-shard/topology/shard-registry.ts";
import type { SpillKv } from "../../../durable-objects/cache-shard/spill/spill-store.ts";
import { SpillStore } from "../../../durable-objects/cache-shard/spill/spill-store.ts";
import { UseLog } from "../../../durable-objects/cache-shard/entries/use-log.ts";
import { migrate } from "../../../durable-objects/storage/migrations.ts";
import { resolveConfig } from "../../../shared/config/resolve-config.ts";
import type { SimilarCandidate } from "../../../shared/contracts/cache-shard/similarity-contract.ts";
import type { PurgeSelector } from "../../../shared/domain/caching/purge-selector.ts";
import type { ReportEvent } from "../../../shared/report/report-event.ts";
import type { Clock } from "../../../shared/time/clock.ts";
import { FlatIndex } from "../../../shared/domain/semantic/index/flat-index.ts";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";

export const DIMS = 64;
export const EMBEDDER_ID = "scripted:64";
export const SCOPES = ["scope-a", "scope-b", "scope-c"] as const;
export const KEYS_PER_SCOPE = 4;
export const LEDGER_BYTES = 64 * 1024 * 1024;
const FRONT_BYTES = 1_000_000;

/** What survives an eviction besides the storage: KV and the clock. Also holds the injected failure. */
export interface Surroundings {
  readonly kv: Map<string, Uint8Array>;
  readonly kvMetadata: Map<string, unknown>;
  nowMs: number;
  /** Number of statements that succeed before one fails; null for no failure. */
  failIn: number | null;
  readonly events: ReportEvent[];
  /** Deadlines that are running: calling one lets its time pass. */
  readonly deadlines: (() => void)[];
}

export function newSurroundings(): Surroundings {
  return { kv: new Map(), kvMetadata: new Map(), nowMs: 1_800_000_000_000, failIn: null, events: [], deadlines: [] };
}

/** Identifies a question. `scope` is an index into `SCOPES`; `key` is a number within the scope. */
export interface Place {
  readonly scope: number;
  readonly key: number;
}

export function keyOf({ scope, key }: Place): string {
  return `${scope}${key}`.padStart(64, "0");
}

export function textOf({ scope, key }: Place): string {
  return `What does question number ${key} of scope ${scope} ask about bicycles?`;
}

/** The vectors of one scope are near each other, and no two are equal. */
export function vectorOf({ scope, key }: Place): Float32Array {
  const vector = new Float32Array(DIMS);
  vector[scope] = 1;
  vector[8 + key] = 0.3;
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** The in-memory parts of an object over its storage, created again after every eviction or crash. */
export class QuestionWorld {
  readonly log: PurgeLog;
  readonly store: EntryStore;
  readonly layer: SemanticLayer;
  readonly #spill: SpillStore;
  readonly #numbers: ShardNumbers;
  readonly #transactions: ShardTransactions;
  readonly #purge: ShardPurge;
  readonly #expiry: ExpirySweep;
  readonly #clock: Clock;
  readonly #surroundings: Surroundings;
  readonly #sql: SqlStorage;
  readonly #ledger: IsolateLedger;

  constructor(
    storage: DurableObjectStorage,
    surroundings: Surroundings,
    embedderId = EMBEDDER_ID,
    ledger = new IsolateLedger(LEDGER_BYTES),
  ) {
    migrate(storage, CACHE_SHARD_MIGRATIONS);
    this.#surroundings = surroundings;
    this.#ledger = ledger;
    this.#sql = failing(storage.sql, surroundings);
    this.log = new PurgeLog(this.#sql);
    this.#numbers = new ShardNumbers(this.#sql);
    const front = new RamFront(ledger, "shard-0", FRONT_BYTES);
    // Only the two members that are used.
    const faulty = { sql: this.#sql, transactionSync: storage.transactionSync.bind(storage) } as unknown as DurableObjectStorage;
    const holdings = new Holdings(this.#sql);
    this.#transactions = new ShardTransactions(faulty, this.#numbers, holdings);
    this.#clock = {
      nowMs: () => surroundings.nowMs,
      // Pauses between slices end at once.
      after: (delayMs, work) => {
        if (delayMs === 0) queueMicrotask(work);
        else surroundings.deadlines.push(work);
        return () => undefined;
      },
    };
    this.#spill = new SpillStore(kvOf(surroundings), 0, this.#clock);
    const rows = {
      sql: this.#sql,
      transactions: this.#transactions,
      numbers: this.#numbers,
      holdings,
      front,
      log: this.log,
      clock: this.#clock,
      spill: this.#spill,
      state: new StateRows(this.#sql),
    };
    this.store = new EntryStore({ ...rows, countEvent: () => undefined });
    const stored = { ...rows, store: this.store };
    const promotion = new Promotion({ ...stored, countKvError: () => undefined, onPromoted: () => undefined });
    this.layer = this.#wire(promotion, embedderId, ledger);
    const all = { ...stored, semantic: this.layer };
    this.#expiry = new ExpirySweep({ ...all, retentionMs: 0 });
    this.#purge = new ShardPurge({
      ...all,
      shard: 0,
      report: () => undefined,
      registry: new ShardRegistry({ ...all, shard: 0, registerShard: () => Promise.resolve() }),
      counting: new PurgeCounting(all),
      freeing: new PurgeFreeing({ ...all, countKvErrors: () => undefined }),
      flights: new FlightTable(),
      countKvErrors: () => undefined,
      keepAlive: () => undefined,
      wakeAt: () => Promise.resolve(),
    });
  }

  #wire(promotion: Promotion, embedderId: string, ledger: IsolateLedger): SemanticLayer {
    const config = resolveConfig({ SEMANTIC: "on", AUTH: "open" }, "test", () => "");
    if (!config.ok) throw new Error("the test's configuration is invalid");
    return new SemanticLayer({
      shard: 0,
      config: config.value,
      sql: this.#sql,
      transactions: this.#transactions,
      ledger,
      clock: this.#clock,
      report: (event) => void this.#surroundings.events.push(event),
      staticTable: new StaticTableLoader(env.ASSETS),
      embedder: { embedderId, dims: DIMS, embed: () => Promise.resolve(null) },
      store: this.store,
      uses: new UseLog(null),
      flights: new FlightTable(),
      promotion,
      log: this.log,
      peers: {
        shardsOf: () => [0],
        searchSimilar: async (_shard, request) => this.layer.searchSimilar(request),
        fetchEntry: async (_shard, request) => this.layer.fetchEntry(request),
        observe: async (_shard, observation) => this.layer.observe(observation),
        quarantine: async (_shard, key) => this.layer.quarantine(key),
      },
      callUpstream: () => Promise.resolve({ kind: "unreachable" }),
      keepAlive: () => undefined,
      random: () => 1,
    });
  }

  commit(place: Place, entry: Partial<Entry>, withVector: boolean): "stored" | "fenced" {
    const key = keyOf(place);
    const scope = SCOPES[place.scope] ?? "";
    const question = { key, scope, text: textOf(place), canonical: key, vector: withVector ? vectorOf(place) : null };
    return this.store.commit(entryOf(place, this.#surroundings.nowMs, { sequence: this.log.sequence, ...entry }), BODY, () =>
      this.layer.storeQuestion(question),
    );
  }

  /** Purges and frees the rows. */
  async purge(selector: PurgeSelector): Promise<void> {
    const value = selector.kind === "all" ? "" : String(selector.value);
    await this.#purge.purge({ kind: selector.kind, value, hard: true, dryRun: false });
  }

  /** Frees what purges have left, as the alarm does. */
  free(): Promise<void> {
    return this.#purge.free();
  }

  /** Frees expired rows, as the alarm does. */
  sweep(): Promise<void> {
    return this.#expiry.run();
  }

  /** Reserves all memory for something more valuable, for a moment. */
  shedMemory(): void {
    const account = this.#ledger.open("tables", "something");
    account.reserve(LEDGER_BYTES - this.#ledger.usedBy("tables"));
    account.close();
  }

  async spill(key: string): Promise<void> {
    const entry = this.store.find(key);
    const body = this.store.bodyOf(key);
    if (entry === null || body === null) return;
    const name = this.#spill.nameOf(entry);
    await this.#spill.write(name, entry, body, 3600);
    this.store.markSpilled(entry, name, this.#surroundings.nowMs + 3_600_000);
  }

  /** Everything that another question in the scope finds. */
  searchSimilar(scope: number, embedder = EMBEDDER_ID): Promise<readonly SimilarCandidate[]> {
    return this.layer.searchSimilar({
      scope: SCOPES[scope] ?? "",
      key: "asked",
      text: `What does another question of scope ${scope} ask about bicycles?`,
      canonical: "asked",
      normalisedOnly: false,
      embedder,
      vector: vectorOf({ scope, key: KEYS_PER_SCOPE }),
      minSimilarity: null,
      explain: true,
    });
  }

  /** Keys of the questions that a request with the same normalised text finds. */
  async equalTo(place: Place): Promise<readonly string[]> {
    const found = await this.layer.searchSimilar({
      scope: SCOPES[place.scope] ?? "",
      key: "asked",
      text: textOf(place),
      canonical: keyOf(place),
      normalisedOnly: true,
      embedder: EMBEDDER_ID,
      vector: null,
      minSimilarity: null,
      explain: true,
    });
    return found.map(({ key }) => key);
  }
}

const BODY: EntryBody = { json: new Uint8Array([0, 1, 2]), events: new Uint8Array([0, 3]), usageEvent: "" };

function entryOf(place: Place, nowMs: number, changes: Partial<Entry>): Entry {
  return {
    key: keyOf(place),
    scope: SCOPES[place.scope] ?? "",
    tenant: `tenant-${place.scope}`,
    model: `model-${place.key % 2}`,
    answeredModel: `model-${place.key % 2}`,
    provider: "openai",
    tags: [],
    createdMs: nowMs,
    expiresMs: nowMs + 3_600_000,
    ttiMs: null,
    lastUsedMs: nowMs,
    hits: 0,
    sequence: 0,
    bytes: 100,
    inputTokens: 1,
    outputTokens: 1,
    worthUsd: 0,
    spilled: null,
    ...changes,
  };
}

/** Loads the index from its stored rows alone. */
export function storedIndex(sql: SqlStorage): FlatIndex {
  const rows = sql.exec<{ page: number; bytes: ArrayBuffer }>("SELECT page, bytes FROM vectors ORDER BY page").toArray();
  const last = rows.at(-1)?.page;
  const loaded = FlatIndex.load(
    DIMS,
    {},
    rows.map(({ page, bytes }) => ({ page, bytes: new Uint8Array(bytes) })),
    last,
  );
  if (!loaded.ok) throw new Error(loaded.error.kind);
  if (loaded.value.droppedRows > 0) throw new Error(`${loaded.value.droppedRows} rows of the index are bad`);
  return loaded.value.index;
}

class StatementFailed extends Error {}

export function isInjected(error: unknown): boolean {
  return error instanceof StatementFailed;
}

/** The storage's SQL, in which a statement fails when `failIn` says so. */
function failing(sql: SqlStorage, surroundings: Surroundings): SqlStorage {
  return new Proxy(sql, {
    get: (target, name) => {
      if (name !== "exec") return Reflect.get(target, name, target) as unknown;
      return (query: string, ...bindings: unknown[]): unknown => {
        if (surroundings.failIn !== null && surroundings.failIn-- <= 0) {
          surroundings.failIn = null;
          throw new StatementFailed("no more statements");
        }
        return target.exec(query, ...bindings);
      };
    },
  });
}

function kvOf({ kv, kvMetadata }: Surroundings): SpillKv {
  return {
    put: async (name, value, { metadata }) => {
      kv.set(name, value);
      kvMetadata.set(name, metadata);
    },
    getWithMetadata: async (name) => ({ value: kv.get(name)?.slice().buffer ?? null, metadata: kvMetadata.get(name) ?? null }),
    delete: async (name) => {
      kv.delete(name);
    },
  };
}
