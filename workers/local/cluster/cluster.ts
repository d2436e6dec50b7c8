import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import type { MiniflareOptions } from "miniflare";
import { Miniflare, NoOpLog } from "miniflare";
import { VERSION_BINDING } from "../../../shared/report/log-line.ts";
import type { WorkerModule } from "./bundle.ts";
import { MAIN_MODULE, PROJECT_ROOT } from "./bundle.ts";
import type { DataFolder } from "./data-folder.ts";

// Must equal the top level of wrangler.toml; test/unit/wrangler-config.test.ts compares them.
export const COMPATIBILITY_DATE = "2026-10-15";
export const COMPATIBILITY_FLAGS = ["enable_request_signal"] as const;
export const DURABLE_OBJECTS = { CACHE_SHARD: "CacheShard", RATE_LIMITER: "RateLimiter", UPSTREAM: "Upstream" } as const;
/** @internal compared with wrangler.toml by a test */
export const KV_BINDING = "SPILL";
/** @internal compared with wrangler.toml by a test */
export const ASSETS_BINDING = "ASSETS";
export const ASSETS_FOLDER = "workers/assets";

const WORKER = "refrain";
const ASSETS_WORKER = "refrain-assets";
/** Script that answers paths without an asset. */
const NO_ASSET = "export default { fetch: () => new Response(null, { status: 404 }) };";
const SCRIPTS = join(PROJECT_ROOT, "workers/local/process");

export interface ClusterOptions {
  readonly host: string;
  readonly port: number;
  readonly modules: readonly WorkerModule[];
  readonly vars: Readonly<Record<string, string>>;
  readonly folder: DataFolder;
}

/** A running local cluster. `stop` ends the runtime. Data already written survives a kill too. */
export interface Cluster {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the Worker on a local workerd that listens on host:port and ends with this process. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  // Miniflare starts this script as the runtime; the script records its process id and then becomes workerd.
  process.env["MINIFLARE_WORKERD_PATH"] = join(SCRIPTS, "run-workerd.sh");
  process.env["REFRAIN_WORKERD"] = workerdBinary();
  process.env["REFRAIN_RUNTIME_PID_FILE"] = options.folder.runtimePidFile;
  // The guard's standard input closes when this process ends, even by SIGKILL. Detached, it survives a kill of the
  // group.
  const guard = spawn("/bin/sh", [join(SCRIPTS, "end-orphan.sh"), options.folder.runtimePidFile], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();

  const miniflare = new Miniflare(miniflareOptions(options, () => options.folder.note(url)));
  await miniflare.ready;
  const url = (await miniflare.unsafeGetDirectURL(WORKER)).origin;
  options.folder.note(url);
  return {
    url,
    async stop(): Promise<void> {
      await miniflare.dispose();
      options.folder.release();
      guard.stdin?.end();
    },
  };
}

/** Path of the workerd that Miniflare would start. The package has no types; its default export is the path. */
function workerdBinary(): string {
  const require = createRequire(createRequire(import.meta.url).resolve("miniflare"));
  return (require("workerd") as { readonly default: string }).default;
}

export function miniflareOptions(options: ClusterOptions, onRuntimeRestart: () => void): MiniflareOptions {
  return {
    resourcePersistencePath: options.folder.statePath,
    // Without this, Miniflare fetches a `cf` object from the network, and the machine may be offline.
    cf: false,
    log: new NoOpLog(),
    logRequests: false,
    enableDevRegistry: false,
    telemetry: { enabled: false },
    unsafeHandleRuntimeRestart: onRuntimeRestart,
    handleStructuredLogs: ({ level, message }) => {
      const stream = level === "error" || level === "warn" ? process.stderr : process.stdout;
      stream.write(`${message}\n`);
    },
    // The first Worker gets Miniflare's own proxying socket, which is not used. So the assets Worker comes first.
    workers: [assetsWorker(), frontWorker(options)],
  };
}

/**
 * Assets have a separate Worker.
 * If the front Worker had them, Miniflare would put its assets router in front of its socket.
 */
function assetsWorker(): MiniflareOptions["workers"][number] {
  return {
    config: {
      name: ASSETS_WORKER,
      compatibilityDate: COMPATIBILITY_DATE,
      manifest: {
        mainModule: MAIN_MODULE,
        modulesRoot: join(PROJECT_ROOT, "dist"),
        modules: { [MAIN_MODULE]: { type: "esm", contents: NO_ASSET } },
      },
      assets: { directory: join(PROJECT_ROOT, ASSETS_FOLDER) },
    },
  };
}

function frontWorker(options: ClusterOptions): MiniflareOptions["workers"][number] {
  const classes = Object.entries(DURABLE_OBJECTS);
  const text = Object.entries(options.vars).map(([name, value]) => [name, { type: "text" as const, value }] as const);
  return {
    config: {
      name: WORKER,
      compatibilityDate: COMPATIBILITY_DATE,
      compatibilityFlags: [...COMPATIBILITY_FLAGS],
      manifest: {
        mainModule: MAIN_MODULE,
        modulesRoot: join(PROJECT_ROOT, "dist"),
        modules: Object.fromEntries(
          options.modules.filter(({ type }) => type !== "sourcemap").map(({ name, ...module }) => [name, module]),
        ),
      },
      env: {
        ...Object.fromEntries(text),
        ...Object.fromEntries(
          classes.map(([binding, exportName]) => [binding, { type: "durable-object", worker: WORKER, exportName }] as const),
        ),
        [KV_BINDING]: { type: "kv", id: "spill" },
        [VERSION_BINDING]: { type: "version-metadata" },
        [ASSETS_BINDING]: { type: "worker", worker: ASSETS_WORKER },
      },
      exports: Object.fromEntries(classes.map(([, exportName]) => [exportName, { type: "durable-object", storage: "sqlite" }] as const)),
    },
    dev: { unsafeDirectSockets: [{ host: options.host, port: options.port, proxy: false }] },
  };
}

/**
 * Tries to listen on the address.
 * Resolves to null on success, else to the system's error code (`EADDRINUSE`, `EACCES`, …).
 */
export async function probeAddress(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error) => resolve("code" in error ? String(error.code) : String(error)));
    probe.listen(port, host, () => probe.close(() => resolve(null)));
  });
}
