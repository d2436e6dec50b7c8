import type { TrafficCounts } from "../../../shared/contracts/cache-shard/figures-contract.ts";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { MiniflareOptions } from "miniflare";
import { Miniflare, NoOpLog } from "miniflare";
import type { WorkerModule } from "../../../workers/local/cluster/bundle.ts";
import { MAIN_MODULE, PROJECT_ROOT } from "../../../workers/local/cluster/bundle.ts";
import {
  ASSETS_BINDING,
  ASSETS_FOLDER,
  COMPATIBILITY_DATE,
  COMPATIBILITY_FLAGS,
  DURABLE_OBJECTS,
  KV_BINDING,
} from "../../../workers/local/cluster/cluster.ts";
import { VERSION_BINDING } from "../../../shared/report/log-line.ts";
import { postChat } from "../chat-client.ts";
import type { ShardView } from "../e2e-cluster.ts";
import { QUIET_VARS } from "../e2e-cluster.ts";

/** Longest wait for an expected state, in milliseconds. */
const SETTLE_MS = 20_000;
const ADMIN_TOKEN = "an-admin-token-for-tests";
const FRONT = "front";
const OBJECTS = "objects";
const ASSETS = "assets";
/** Script that answers paths without an asset. */
const NO_ASSET = "export default { fetch: () => new Response(null, { status: 404 }) };";

type WorkerOptions = MiniflareOptions["workers"][number];

export interface MixedClusterOptions {
  /** Code of the Worker that receives the requests. */
  readonly front: readonly WorkerModule[];
  /** Code of the Durable Objects. */
  readonly objects: readonly WorkerModule[];
  /** Folder where the objects and KV persist. */
  readonly dataDir: string;
  readonly upstreamUrl: string;
  readonly vars?: Readonly<Record<string, string>>;
}

/** `GET /stats`, as far as tests use it. */
export interface StatsView extends TrafficCounts {
  readonly entries: number;
  readonly spilledEntries: number;
  readonly bytes: number;
  readonly semanticDecisions: Readonly<Record<string, number>>;
}

/** A Worker and its objects, each with the code of one version, in one local runtime. */
export interface MixedCluster extends AsyncDisposable {
  readonly url: string;
  /** Lines that the Worker and the objects have logged. */
  readonly logged: readonly string[];
  ask(prompt: string, more?: object, headers?: Readonly<Record<string, string>>): Promise<Response>;
  admin(method: string, path: string, body?: unknown): Promise<Response>;
  /** Posts to an admin route, and returns the body of a successful answer. */
  post(path: string, body: unknown): Promise<unknown>;
  shard(shard: number): Promise<ShardView>;
  stats(): Promise<StatsView>;
  /** Looks until the condition holds. Throws with the last value after 20 s. */
  settle<Value>(look: () => Promise<Value>, wanted: (value: Value) => boolean): Promise<Value>;
}

/** Starts the two Workers. The objects belong to the second one, so they keep their storage whatever code it has. */
export async function startMixedCluster(options: MixedClusterOptions): Promise<MixedCluster> {
  const vars = { AUTH: "open", ADMIN_TOKEN, OPENAI_BASE_URL: options.upstreamUrl, ...QUIET_VARS, ...options.vars };
  const logged: string[] = [];
  const socket = { host: "127.0.0.1", port: 0, proxy: false };
  const miniflare = new Miniflare({
    resourcePersistencePath: options.dataDir,
    cf: false,
    log: new NoOpLog(),
    logRequests: false,
    enableDevRegistry: false,
    telemetry: { enabled: false },
    handleStructuredLogs: ({ message }) => void logged.push(message),
    workers: [
      assetsWorker(),
      { ...codeWorker(FRONT, options.front, vars), dev: { unsafeDirectSockets: [socket] } },
      codeWorker(OBJECTS, options.objects, vars),
    ],
  });
  await miniflare.ready;
  const url = (await miniflare.unsafeGetDirectURL(FRONT)).origin;
  const admin: MixedCluster["admin"] = (method, path, body) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const read = async <Value>(response: Response): Promise<Value> => {
    if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
    return response.json<Value>();
  };
  return {
    url,
    logged,
    admin,
    ask: (prompt, more = {}, headers = {}) =>
      postChat(url, { model: "test-model", messages: [{ role: "user", content: prompt }], ...more }, headers),
    post: async (path, body) => read(await admin("POST", path, body)),
    shard: async (shard) => read(await admin("GET", `/admin/shards/${shard}`)),
    stats: async () => read(await admin("GET", "/stats")),
    async settle(look, wanted) {
      const deadline = AbortSignal.timeout(SETTLE_MS);
      for (;;) {
        const seen = await look();
        if (wanted(seen)) return seen;
        if (deadline.aborted) throw new Error(`The state was not reached: ${JSON.stringify(seen)}`);
        await nextTurn();
      }
    },
    [Symbol.asyncDispose]: () => miniflare.dispose(),
  };
}

function assetsWorker(): WorkerOptions {
  const modules = [{ name: MAIN_MODULE, type: "esm", contents: NO_ASSET } as const];
  return { config: { ...codeOf(ASSETS, modules), assets: { directory: join(PROJECT_ROOT, ASSETS_FOLDER) } } };
}

/** A Worker with the code of one version. Both have the classes; only the second one's are used. */
function codeWorker(name: string, modules: readonly WorkerModule[], vars: Readonly<Record<string, string>>): WorkerOptions {
  const classes = Object.entries(DURABLE_OBJECTS);
  const texts = Object.entries(vars).map(([variable, value]) => [variable, { type: "text", value } as const] as const);
  const bindings = classes.map(
    ([binding, exportName]) => [binding, { type: "durable-object", worker: OBJECTS, exportName } as const] as const,
  );
  const exported = classes.map(([, exportName]) => [exportName, { type: "durable-object", storage: "sqlite" } as const] as const);
  return {
    config: {
      ...codeOf(name, modules),
      env: {
        ...Object.fromEntries(texts),
        ...Object.fromEntries(bindings),
        [KV_BINDING]: { type: "kv", id: "spill" },
        [VERSION_BINDING]: { type: "version-metadata" },
        [ASSETS_BINDING]: { type: "worker", worker: ASSETS },
      },
      ...(name === OBJECTS ? { exports: Object.fromEntries(exported) } : {}),
    },
  };
}

function codeOf(name: string, modules: readonly WorkerModule[]) {
  const loaded = modules.filter(({ type }) => type !== "sourcemap").map(({ name: file, ...module }) => [file, module] as const);
  return {
    name,
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: [...COMPATIBILITY_FLAGS],
    manifest: { mainModule: MAIN_MODULE, modulesRoot: join(PROJECT_ROOT, "dist"), modules: Object.fromEntries(loaded) },
  };
}
