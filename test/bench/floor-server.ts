import type { MiniflareOptions } from "miniflare";
import { Miniflare, NoOpLog } from "miniflare";
import { join } from "node:path";
import { bundleWorker, MAIN_MODULE, PROJECT_ROOT } from "../../workers/local/cluster/bundle.ts";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "../../workers/local/cluster/cluster.ts";

const WORKER = "floor";

/** A bare Worker to compare with. Like the product under `npm start`, it has the same runtime and its own socket. */
export interface FloorServer extends AsyncDisposable {
  readonly url: string;
  /** Process id of its runtime; null if it cannot be determined. */
  readonly runtimePid: number | null;
}

/** @param objects Durable Object classes that the Worker exports, by binding. */
export async function startFloor(file: string, objects: Readonly<Record<string, string>> = {}): Promise<FloorServer> {
  // Do not inherit the product's launcher, which needs a data folder. Floors have none.
  delete process.env["MINIFLARE_WORKERD_PATH"];
  const [main] = await bundleWorker(`test/bench/floors/${file}`);
  const before = await childProcesses();
  const miniflare = new Miniflare(options(String(main?.contents ?? ""), Object.entries(objects)));
  await miniflare.ready;
  const after = await childProcesses();
  return {
    url: (await miniflare.unsafeGetDirectURL(WORKER)).origin,
    runtimePid: after.find((pid) => !before.includes(pid)) ?? null,
    async [Symbol.asyncDispose](): Promise<void> {
      await miniflare.dispose();
    },
  };
}

function options(contents: string, objects: readonly (readonly [string, string])[]): MiniflareOptions {
  return {
    cf: false,
    log: new NoOpLog(),
    logRequests: false,
    enableDevRegistry: false,
    telemetry: { enabled: false },
    workers: [
      // The first Worker answers on Miniflare's own socket, which adds a proxy and is therefore not measured.
      { config: workerConfig("unused", "export default { fetch: () => new Response(null, { status: 404 }) };", []) },
      { config: workerConfig(WORKER, contents, objects), dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0, proxy: false }] } },
    ],
  };
}

function workerConfig(
  name: string,
  contents: string,
  objects: readonly (readonly [string, string])[],
): MiniflareOptions["workers"][number]["config"] {
  return {
    name,
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: [...COMPATIBILITY_FLAGS],
    manifest: { mainModule: MAIN_MODULE, modulesRoot: join(PROJECT_ROOT, "dist"), modules: { [MAIN_MODULE]: { type: "esm", contents } } },
    env: Object.fromEntries(
      objects.map(([binding, exportName]) => [binding, { type: "durable-object", worker: name, exportName }] as const),
    ),
    exports: Object.fromEntries(objects.map(([, exportName]) => [exportName, { type: "durable-object", storage: "sqlite" }] as const)),
  };
}

async function childProcesses(): Promise<readonly number[]> {
  const { readFile } = await import("node:fs/promises");
  try {
    const text = await readFile(`/proc/self/task/${process.pid}/children`, "utf8");
    return text
      .trim()
      .split(" ")
      .filter((pid) => pid !== "")
      .map(Number);
  } catch {
    return [];
  }
}
